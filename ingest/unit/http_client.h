// HTTP over mutual TLS by libcurl, as a unit needs it: one request after another on one connection.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/unit/unit_config.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

inline constexpr std::size_t kAnswerBytesMax = 4 * 1024UL * 1024;

// Bytes of a file to send as a body.
struct FileRange {
  int fd = -1;  // borrowed
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target;               // path, or a URL of the same server
  std::vector<std::string> fields;  // "Name: value"
  std::string_view body;            // sent with POST unless `file` is given
  const FileRange* file = nullptr;
  std::function<void(std::uint64_t sent_bytes)> on_sent;  // may be empty
};

struct HttpAnswer {
  unsigned status = 0;
  std::map<std::string, std::string> fields;  // names in lower case; of a repeated one the last
  std::string body;

  [[nodiscard]] std::string field(std::string_view name) const;  // empty when not there
  // What went wrong, for people: the problem document's title and detail (RFC 9457), else the
  // status.
  [[nodiscard]] std::string problem() const;
  [[nodiscard]] std::string problem_token() const;
};

struct HttpOptions {
  std::uint64_t bytes_per_second_max = 0;  // of what is sent; 0: no limit
};

// Not thread-safe. Blocks.
class HttpClient {
 public:
  // Errors: kInvalid `bad_config` for what the configuration lacks: a server, a certificate, a key,
  // an authority.
  [[nodiscard]] static Result<HttpClient> open(const UnitConfig& config, HttpOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Any answer, whatever its status. Errors: kUnavailable `server_unreachable` for what may pass
  // (no route, no answer, broken connection); kUnauthenticated `server_not_trusted` for a
  // certificate, ours or theirs, that does not hold.
  [[nodiscard]] Result<HttpAnswer> send(const HttpRequest& request);

 private:
  struct State;
  explicit HttpClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hansom::ingest
