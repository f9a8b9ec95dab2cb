// Uploads one sealed clip and brings back its verified receipt, through breaks, kills and restarts
// on either side (tus 1.0.0: core, creation, creation-with-upload).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ingest/unit/backoff.h"
#include "ingest/unit/clip_queue.h"
#include "ingest/unit/http_client.h"
#include "ingest/unit/progress.h"
#include "proto/evidence/key_chain.h"

namespace hansom::ingest {

struct UploadOptions {
  // How long to try without any byte going forward.
  std::chrono::seconds patience{600};
  // Clips up to this size go in one request. A lost answer then makes the unit send the clip again,
  // and the journal records two arrivals; so it is for links where a round trip costs more than
  // that. 0: never.
  std::uint64_t single_request_bytes_max = 0;
  BackoffLimits backoff{};
};

struct Uploaded {
  evidence::Receipt receipt;
  bool verified = false;  // false only where the unit has no journal key
};

// What an answer's status means for an upload (retry table of tus clients).
enum class Meaning {
  kDone,   // 2xx
  kAgain,  // 5xx, 408, 409, 423: the same may work later
  kAnew,   // 404, 410 of an upload we had: the server has forgotten it
  kNever,  // other 4xx: the same will be refused again
};
[[nodiscard]] Meaning meaning_of(unsigned status, bool about_known_upload);

// Not thread-safe; one clip after another. Blocks.
class Uploader {
 public:
  // Requires: all references outlive this.
  Uploader(HttpClient& client, const UnitConfig& config, Random& random, Progress& progress,
           UploadOptions options)
      : client_(client),
        config_(config),
        progress_(progress),
        options_(options),
        backoff_(random, options.backoff) {}

  // Leaves the receipt beside the clip, exactly as it came. Errors: kUnavailable
  // `server_unreachable` when patience ended; kRefused `server_refused` with the server's words;
  // kCorrupt `receipt_invalid`, kInvalid `bad_receipt`; those of HttpClient; kStorage. Whatever
  // happened, calling it again resumes.
  [[nodiscard]] Result<Uploaded> upload(const QueuedClip& clip);

 private:
  struct Run;
  [[nodiscard]] Result<std::string> attempt(Run& run);
  [[nodiscard]] Status create(Run& run);
  [[nodiscard]] Status look(Run& run);
  [[nodiscard]] Status append(Run& run);
  [[nodiscard]] Result<std::string> fetch_receipt(const Run& run);
  [[nodiscard]] Result<Uploaded> keep_receipt(const Run& run, const std::string& text);
  [[nodiscard]] Status verify(const evidence::Receipt& receipt);
  [[nodiscard]] Result<HttpAnswer> ask(const HttpRequest& request, bool about_known_upload);
  void wait(const Error& error);

  HttpClient& client_;
  const UnitConfig& config_;
  Progress& progress_;
  UploadOptions options_;
  Backoff backoff_;
  std::optional<std::chrono::seconds> retry_after_;  // of the last answer
};

}  // namespace hansom::ingest
