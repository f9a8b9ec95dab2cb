// Requests by libcurl.
#include "index/cli/people_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <optional>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "proto/base/check.h"
#include "proto/http/wire_errors.h"

namespace hansom::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kAnswerBytesMax = 64 << 20;
constexpr std::size_t kProblemBytesMax = 64 << 10;
constexpr long kConnectMs = 10'000;
constexpr long kSilentSeconds = 60;  // an answer of which no byte moves for so long has died
constexpr std::string_view kWhyPurpose =
    "a purpose is required: --purpose \"what for\" (3 to 256 characters). Every look and every act "
    "is recorded in the journal with the person and the purpose before it is answered";

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, CurlFree>;
using Lines = std::unique_ptr<curl_slist, CurlFree>;

void add_line(Lines& lines, const std::string& line) {
  curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
  HANSOM_CHECK(longer != nullptr);
  static_cast<void>(lines.release());
  lines.reset(longer);
}

ErrorKind kind_of_status(long status) {
  switch (status) {
    case 401:
      return ErrorKind::kUnauthenticated;
    case 403:
      return ErrorKind::kForbidden;
    case 404:
      return ErrorKind::kNotFound;
    case 409:
    case 423:
      return ErrorKind::kConflict;
    case 410:
      return ErrorKind::kGone;
    case 413:
    case 431:
      return ErrorKind::kTooLarge;
    case 415:
      return ErrorKind::kUnsupported;
    case 422:
      return ErrorKind::kRefused;
    case 408:
    case 503:
    case 507:
      return ErrorKind::kUnavailable;
    default:
      return status >= 400 && status < 500 ? ErrorKind::kInvalid : ErrorKind::kInternal;
  }
}

// Where the bytes of one answer go: a problem into memory, a success to the sink.
struct Receiving {
  CURL* handle = nullptr;
  const PeopleClient::Sink* sink = nullptr;
  std::string problem;
  std::optional<Error> sink_error;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  const std::size_t bytes = size * count;
  long status = 0;
  curl_easy_getinfo(receiving.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299) {
    const std::size_t room =
        kProblemBytesMax - std::min(kProblemBytesMax, receiving.problem.size());
    receiving.problem.append(data, std::min(bytes, room));
    return bytes;
  }
  Status taken = (*receiving.sink)(as_bytes(std::string_view(data, bytes)));
  if (taken) return bytes;
  receiving.sink_error = std::move(taken).error();
  return CURL_WRITEFUNC_ERROR;
}

Result<json::object> parse_answer(const std::string& text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) {
    return fail(ErrorKind::kCorrupt, "bad_json", "the server's answer is not a JSON object");
  }
  return std::move(value.as_object());
}

}  // namespace

std::string path_segment(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string target_of(std::string_view path, const Query& query) {
  std::string target(path);
  char separator = '?';
  for (const auto& [name, value] : query) {
    target += separator + path_segment(name) + "=" + path_segment(value);
    separator = '&';
  }
  return target;
}

Error server_error(long status, std::string_view body) {
  Error error{kind_of_status(status), http::wire_error({kind_of_status(status), "", ""}).token,
              "the server answered " + std::to_string(status)};
  boost::system::error_code failed;
  const json::value value = json::parse(body, failed);
  if (failed || !value.is_object()) return error;
  const auto text_of = [&value](const char* name) -> std::string {
    const json::value* member = value.get_object().if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : "";
  };
  const std::string token = text_of("token");
  for (const http::WireError& row : http::wire_errors()) {
    if (row.token == token) error.token = row.token;
  }
  const std::string detail = text_of("detail");
  const std::string title = text_of("title");
  if (!title.empty()) error.message = title + (detail.empty() ? "" : ": " + detail);
  return error;
}

struct PeopleClient::State {
  PeopleClientOptions options;
  Curl handle;

  struct Ask {
    const char* method = "GET";
    std::string target;
    std::string_view body;  // sent when content_type is not empty
    std::string_view content_type;
  };

  Status perform(const Ask& ask, const Sink& sink) {
    CURL* curl = handle.get();
    curl_easy_reset(curl);
    Receiving receiving{curl, &sink, {}, {}};
    char reason[CURL_ERROR_SIZE] = {};
    const std::string url = options.server + ask.target;
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3));
    if (!options.authority.empty()) {
      curl_easy_setopt(curl, CURLOPT_CAINFO, options.authority.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask.method);
    Lines lines;
    if (!options.token.empty()) {
      add_line(lines, "Authorization: Bearer " + std::string(options.token.text()));
    }
    if (!options.open_to_all) add_line(lines, "Hansom-Purpose: " + options.purpose);
    if (!ask.content_type.empty()) {
      add_line(lines, "Content-Type: " + std::string(ask.content_type));
      add_line(lines, "Expect:");
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask.body.data());
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(ask.body.size()));
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
    const CURLcode code = curl_easy_perform(curl);
    if (receiving.sink_error) return fail(*std::move(receiving.sink_error));
    if (code != CURLE_OK) {
      const std::string why = reason[0] != '\0' ? reason : curl_easy_strerror(code);
      return fail(ErrorKind::kUnavailable, "connection_lost", options.server + ": " + why);
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299) return fail(server_error(status, receiving.problem));
    return {};
  }

  Result<std::string> perform_in_memory(const Ask& ask) {
    std::string answer;
    const Sink sink = [&answer](ByteSpan bytes) -> Status {
      if (answer.size() + bytes.size() > kAnswerBytesMax) {
        return fail(ErrorKind::kTooLarge, "too_large", "the answer is larger than 64 MiB");
      }
      answer += as_text(bytes);
      return {};
    };
    HANSOM_TRY(perform(ask, sink));
    return answer;
  }
};

PeopleClient::PeopleClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
PeopleClient::~PeopleClient() = default;

Result<std::unique_ptr<PeopleClient>> PeopleClient::open(PeopleClientOptions options) {
  while (options.server.ends_with('/')) options.server.pop_back();
  if (!options.server.starts_with("https://")) {
    return fail(ErrorKind::kInvalid, "bad_config",
                "the server must be an https:// address: give --server URL or a site");
  }
  if (!options.open_to_all &&
      (options.purpose.find_first_of("\r\n") != std::string::npos || options.purpose.size() < 3)) {
    return fail(ErrorKind::kInvalid, "purpose_required", std::string(kWhyPurpose));
  }
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  HANSOM_CHECK(started == CURLE_OK);
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  state->handle.reset(curl_easy_init());
  HANSOM_CHECK(state->handle != nullptr);
  return std::unique_ptr<PeopleClient>(new PeopleClient(std::move(state)));
}

namespace {

// Server and authority, as given or as the site has them.
PeopleClientOptions options_of(const GlobalOptions& given, const std::optional<SitePaths>& site) {
  PeopleClientOptions options;
  options.server = given.server.empty() && site ? site->server : given.server;
  options.authority = given.authority;
  if (given.authority.empty() && site) options.authority = site->authority;
  return options;
}

}  // namespace

Result<std::unique_ptr<PeopleClient>> PeopleClient::open_public(const Session& session) {
  HANSOM_TRY_ASSIGN(const std::optional<SitePaths> site, session.find_site());
  PeopleClientOptions options = options_of(session.options, site);
  options.open_to_all = true;
  return open(std::move(options));
}

Result<std::unique_ptr<PeopleClient>> PeopleClient::open(const Session& session) {
  HANSOM_TRY_ASSIGN(const std::optional<SitePaths> site, session.find_site());
  const GlobalOptions& given = session.options;
  PeopleClientOptions options = options_of(given, site);
  std::filesystem::path token_file = given.token_file;
  if (token_file.empty() && site) token_file = site->token_file;
  if (token_file.empty()) {
    return fail(
        ErrorKind::kInvalid, "bad_config",
        "no token: give --token-file FILE, set HANSOM_TOKEN_FILE, or a site that names one");
  }
  HANSOM_TRY_ASSIGN(options.token, read_token(token_file));
  options.purpose = given.purpose;
  return open(std::move(options));
}

Result<json::object> PeopleClient::get(std::string_view path, const Query& query) {
  HANSOM_TRY_ASSIGN(const std::string answer,
                    state_->perform_in_memory({"GET", target_of(path, query), {}, {}}));
  return parse_answer(answer);
}

Result<std::string> PeopleClient::get_text(std::string_view path) {
  return state_->perform_in_memory({"GET", std::string(path), {}, {}});
}

Result<json::object> PeopleClient::post(std::string_view path, const json::object& body) {
  const std::string text = json::serialize(body);
  HANSOM_TRY_ASSIGN(
      const std::string answer,
      state_->perform_in_memory({"POST", std::string(path), text, "application/json"}));
  return parse_answer(answer);
}

Result<json::object> PeopleClient::put(std::string_view path, std::string_view body,
                                       std::string_view content_type) {
  HANSOM_TRY_ASSIGN(const std::string answer,
                    state_->perform_in_memory({"PUT", std::string(path), body, content_type}));
  return parse_answer(answer);
}

Status PeopleClient::download(std::string_view path, const Sink& sink) {
  return state_->perform({"GET", std::string(path), {}, {}}, sink);
}

}  // namespace hansom::cli
