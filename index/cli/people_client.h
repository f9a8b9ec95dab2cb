// The people's API over HTTPS, as a client: one request at a time, errors as the server's own
// tokens.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "index/cli/session.h"
#include "proto/base/bytes.h"

namespace hansom::cli {

using Query = std::vector<std::pair<std::string, std::string>>;

// Where and as whom; made from the session.
struct PeopleClientOptions {
  std::string server;               // "https://127.0.0.1:9443"
  std::filesystem::path authority;  // PEM; empty: the system's
  Secret token;                     // empty: none is sent
  std::string purpose;
  bool open_to_all = false;  // sends neither token nor purpose
};

// Not thread-safe; calls block. Errors of every call: what the server says (kind by status, its
// token where we know it), kUnavailable `connection_lost` when it cannot be reached, kInvalid
// `bad_request` for a server address that is none, kCorrupt `bad_json` for an answer that is none.
class PeopleClient {
 public:
  // Errors: kInvalid `bad_config` (no server, no token), `purpose_required`.
  [[nodiscard]] static Result<std::unique_ptr<PeopleClient>> open(const Session& session);
  [[nodiscard]] static Result<std::unique_ptr<PeopleClient>> open(PeopleClientOptions options);
  // For what is open to all: sends neither token nor purpose. Error: kInvalid `bad_config`.
  [[nodiscard]] static Result<std::unique_ptr<PeopleClient>> open_public(const Session& session);
  ~PeopleClient();
  PeopleClient(const PeopleClient&) = delete;
  PeopleClient& operator=(const PeopleClient&) = delete;

  [[nodiscard]] Result<boost::json::object> get(std::string_view path, const Query& query = {});
  [[nodiscard]] Result<std::string> get_text(std::string_view path);
  [[nodiscard]] Result<boost::json::object> post(std::string_view path,
                                                 const boost::json::object& body);
  [[nodiscard]] Result<boost::json::object> put(std::string_view path, std::string_view body,
                                                std::string_view content_type);
  // Streams a body. A failing `sink` ends the transfer with its error.
  using Sink = std::function<Status(ByteSpan)>;
  [[nodiscard]] Status download(std::string_view path, const Sink& sink);

 private:
  struct State;
  explicit PeopleClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// "/v1/clips?unit=cab-1": path and query as they are sent.
[[nodiscard]] std::string target_of(std::string_view path, const Query& query);
// One segment of a path, percent-encoded.
[[nodiscard]] std::string path_segment(std::string_view text);
// The error of an answer that is not a success: an RFC 9457 document, or anything.
[[nodiscard]] Error server_error(long status, std::string_view body);

}  // namespace hansom::cli
