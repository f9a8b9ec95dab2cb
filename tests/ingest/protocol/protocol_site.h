// A site whose units' listener is asked over real TLS, and the shorthand that tables of requests
// and answers need.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/ingest/support/ingest_site.h"
#include "tests/support/running_server.h"
#include "tests/support/tls_client.h"

namespace hansom::test {

using Lines = std::vector<std::string>;

struct Ask {
  std::string method;
  std::string path;
  Lines fields;
  std::string body{};
  bool chunked = false;  // else Content-Length, where there is a body or the method has one
  Lines trailers{};
};

// One row of a table. `fields` come beside those of the dialect.
struct Row {
  const char* says;   // what the protocol says, in short
  const char* state;  // of the upload the path names: see ProtocolSite::prepare
  std::string method;
  Lines fields;
  std::string body;
  std::string expected;           // as ProtocolSite::check has it
  const char* offset_after = "";  // what HEAD says then; "-": 404
};

class ProtocolSite {
 public:
  ProtocolSite();

  // The answer; interim answers before it go to `interim`.
  [[nodiscard]] Answer ask(const Ask& ask, const Identity* as = nullptr);
  [[nodiscard]] std::unique_ptr<TlsClient> connect(const Identity* as = nullptr);
  // As bytes.
  [[nodiscard]] static std::string request(const Ask& ask);

  // `expected`: the status, the token of the problem if there is one, "Name=value" for a field,
  // "Name" for one that must be there, "!Name" for one that must not.
  static void check(const Answer& answer, const std::string& expected, const std::string& says);
  [[nodiscard]] static std::string token_of(const Answer& answer);

  // A new upload of clip(), by tus: "fresh", "at40", "full-1", "deferred", "deferred40", "partial",
  // "partial-full", "complete", "final", "expired", "other" (of another unit), "none" (no such).
  [[nodiscard]] std::string prepare(std::string_view state);
  // Runs each row against an upload of its own. `fields`: what all requests of the dialect carry.
  void run(const std::vector<Row>& rows, const Lines& fields);
  // What HEAD says in tus: the offset, or "-" where there is no such upload.
  [[nodiscard]] std::string offset(const std::string& path);

  // Creates an upload with these fields and returns its path.
  [[nodiscard]] std::string create(Lines fields);
  [[nodiscard]] std::string slice(std::size_t from, std::size_t to) const {
    return bytes().substr(from, to - from);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const MadeClip& clip() const { return clip_; }
  [[nodiscard]] std::string size() const { return std::to_string(bytes_.size()); }
  [[nodiscard]] std::string manifest() const { return "Clip-Manifest: " + clip_.jws; }

  IngestSite site;
  std::vector<Answer> interim;  // of the last ask()

 private:
  MadeClip clip_;
  std::string bytes_;
  Identity other_;
  RunningServer server_;
};

}  // namespace hansom::test
