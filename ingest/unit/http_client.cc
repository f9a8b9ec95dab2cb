// Requests by libcurl.
#include "ingest/unit/http_client.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "proto/base/check.h"

namespace hansom::ingest {
namespace {

constexpr long kConnectMs = 15'000;
constexpr long kSilentSeconds = 60;  // a transfer of which no byte moves for so long has died

struct Free {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, Free>;
using Lines = std::unique_ptr<curl_slist, Free>;

void add_line(Lines& lines, const std::string& line) {
  curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
  HANSOM_CHECK(longer != nullptr);
  static_cast<void>(lines.release());
  lines.reset(longer);
}

// One request under way.
struct Transfer {
  const HttpRequest& request;
  HttpAnswer answer;
  std::uint64_t sent = 0;
  bool overflowed = false;
};

std::size_t give_body(char* out, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const FileRange& file = *transfer.request.file;
  const auto wanted = std::min<std::uint64_t>(size * count, file.bytes - transfer.sent);
  if (wanted == 0) return 0;
  const auto got = ::pread(file.fd, out, wanted, static_cast<off_t>(file.offset + transfer.sent));
  if (got <= 0) return CURL_READFUNC_ABORT;
  transfer.sent += static_cast<std::uint64_t>(got);
  if (transfer.request.on_sent) transfer.request.on_sent(transfer.sent);
  return static_cast<std::size_t>(got);
}

// libcurl goes back when it repeats a request on a fresh connection.
int seek_body(void* user, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  transfer.sent = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  if (transfer.answer.body.size() + bytes > kAnswerBytesMax) {
    transfer.overflowed = true;
    return 0;
  }
  transfer.answer.body.append(data, bytes);
  return bytes;
}

std::size_t take_field(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) transfer.answer.fields.clear();  // after an interim answer
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  line.remove_prefix(colon + 1);
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  transfer.answer.fields[name] = std::string(line);
  return size * count;
}

// The chain is checked as ever; libcurl alone does not tell every way in which it may fail from a
// broken handshake.
int check_chain(X509_STORE_CTX* chain, void* user) {
  const int holds = X509_verify_cert(chain);
  if (holds != 1) *static_cast<int*>(user) = X509_STORE_CTX_get_error(chain);
  return holds;
}

CURLcode watch_chain(CURL* /*handle*/, void* context, void* user) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), check_chain, user);
  return CURLE_OK;
}

bool is_about_trust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

std::string member_of(const std::string& body, std::string_view name) {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains(name);
  const auto* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? std::string() : std::string(text->begin(), text->end());
}

Status require_file(const std::filesystem::path& file, std::string_view what) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  return fail(ErrorKind::kInvalid, "bad_config",
              std::string(what) + ": " + file.string() + ": " + std::strerror(errno));
}

}  // namespace

std::string HttpAnswer::field(std::string_view name) const {
  const auto found = fields.find(std::string(name));
  return found == fields.end() ? std::string() : found->second;
}

std::string HttpAnswer::problem_token() const {
  return member_of(body, "token");
}

std::string HttpAnswer::problem() const {
  const std::string title = member_of(body, "title");
  const std::string detail = member_of(body, "detail");
  std::string text = "the server answered " + std::to_string(status);
  if (!title.empty()) text += ": " + title;
  if (!detail.empty()) text += ": " + detail;
  return text;
}

struct HttpClient::State {
  UnitConfig config;
  HttpOptions options;
  Curl handle;
  std::array<char, CURL_ERROR_SIZE> why{};
  int chain_error = X509_V_OK;

  void prepare(Transfer& transfer, Lines& lines);
  void set_identity();
  [[nodiscard]] std::string url_of(const std::string& target) const;
};

std::string HttpClient::State::url_of(const std::string& target) const {
  if (!target.starts_with('/')) return target;
  std::string base = config.server;
  while (base.ends_with('/')) base.pop_back();
  return base + target;
}

void HttpClient::State::set_identity() {
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_3});
  curl_easy_setopt(curl, CURLOPT_SSLCERT, config.certificate.c_str());
  curl_easy_setopt(curl, CURLOPT_SSLKEY, config.key.c_str());
  curl_easy_setopt(curl, CURLOPT_CAINFO, config.server_ca.c_str());
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);  // the site's own authority and no other
  chain_error = X509_V_OK;
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, watch_chain);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, &chain_error);
}

void HttpClient::State::prepare(Transfer& transfer, Lines& lines) {
  const HttpRequest& request = transfer.request;
  CURL* curl = handle.get();
  curl_easy_reset(curl);  // keeps the connection
  why.fill('\0');
  set_identity();
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl, CURLOPT_URL, url_of(request.target).c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // never by way of somebody else
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  curl_easy_setopt(curl, CURLOPT_MAX_SEND_SPEED_LARGE,
                   static_cast<curl_off_t>(options.bytes_per_second_max));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "hansom-unit/" HANSOM_VERSION);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_field);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  if (request.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request.file != nullptr) {
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, seek_body);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.file->bytes));
  } else if (request.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  for (const std::string& field : request.fields) add_line(lines, field);
  add_line(lines, "Expect:");  // an answer that comes early ends the sending anyway
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
}

HttpClient::HttpClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpClient> HttpClient::open(const UnitConfig& config, HttpOptions options) {
  if (!config.server.starts_with("https://")) {
    return fail(ErrorKind::kInvalid, "bad_config",
                "no server: give --server https://host:8443 or set server in unit.toml");
  }
  HANSOM_TRY(require_file(config.key, "the unit's key (made by `hansom-unit enrol`)"));
  HANSOM_TRY(require_file(config.certificate,
                          "the unit's certificate (from the site: `hansom unit enrol --request`)"));
  HANSOM_TRY(require_file(config.server_ca,
                          "the server's authority (from the site, or give --server-ca)"));
  auto state = std::make_unique<State>();
  state->config = config;
  state->options = options;
  HANSOM_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  state->handle.reset(curl_easy_init());
  HANSOM_CHECK(state->handle != nullptr);
  return HttpClient(std::move(state));
}

Result<HttpAnswer> HttpClient::send(const HttpRequest& request) {
  Transfer transfer{request, {}, 0, false};
  Lines lines;
  state_->prepare(transfer, lines);
  const CURLcode code = curl_easy_perform(state_->handle.get());
  long status = 0;
  curl_easy_getinfo(state_->handle.get(), CURLINFO_RESPONSE_CODE, &status);
  transfer.answer.status = static_cast<unsigned>(status);
  // An answer that came before all was sent is an answer, also where the connection ended with it.
  const bool early_answer = status >= 400 && request.file != nullptr;
  if (code == CURLE_OK || early_answer) return std::move(transfer.answer);
  const std::string why = state_->why[0] == '\0' ? curl_easy_strerror(code) : state_->why.data();
  if (state_->chain_error != X509_V_OK) {
    return fail(ErrorKind::kUnauthenticated, "server_not_trusted",
                "the server's certificate is not by the authority in " +
                    state_->config.server_ca.string() + ": " +
                    X509_verify_cert_error_string(state_->chain_error));
  }
  if (is_about_trust(code)) return fail(ErrorKind::kUnauthenticated, "server_not_trusted", why);
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    return fail(ErrorKind::kStorage, "storage_failed", "the file to send cannot be read");
  }
  if (transfer.overflowed) {
    return fail(ErrorKind::kTooLarge, "too_large", "the server's answer is over 4 MiB");
  }
  return fail(ErrorKind::kUnavailable, "server_unreachable", why);
}

}  // namespace hansom::ingest
