// The journal's witnesses: asks them to cosign its newest head, keeps the newest head that the
// policy's quorum cosigned, and raises the alarm when one of them saw another history. The journal
// never waits for them.
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "index/journal/journal.h"
#include "proto/tlog/policy.h"

namespace hansom::witness {

// What a witness answered.
struct HttpAnswer {
  long status = 0;
  std::string body;
};
// Sends one request and waits for the answer. Error: kUnavailable `witness_failed`.
struct HttpRequest {
  std::string url;
  std::string body;
  std::chrono::milliseconds timeout{};
  std::function<bool()> cancelled;  // asked now and then; true ends the request
};
using Post = std::function<Result<HttpAnswer>(const HttpRequest&)>;
// By libcurl: http and https, no redirects, answers up to 64 KiB.
[[nodiscard]] Post post_by_curl();

struct WitnessesOptions {
  tlog::WitnessPolicy policy;
  tlog::VerifierKey journal_key;  // the present one
  std::filesystem::path file;     // keeps the newest witnessed checkpoint
  std::chrono::seconds interval{30};
  std::chrono::seconds timeout{10};
};

// How asking one witness ended; the words of the metric.
enum class Outcome {
  kCosigned,      // 200 with its cosignature
  kUnreachable,   // no answer
  kRefused,       // 400, 403, 404 or another status: configuration, theirs or ours
  kBadAnswer,     // 200 or 409 with a body that is none
  kAhead,         // 409: it stands further on than what it was asked; somebody else asked it too
  kForked,        // 409 or 422 that a growing journal cannot get: it saw another history
  kOutcomeCount,  // not an outcome
};
[[nodiscard]] std::string_view word_of(Outcome outcome);

struct WitnessCounters {
  std::string name;  // in the policy
  std::array<std::uint64_t, static_cast<std::size_t>(Outcome::kOutcomeCount)> asked{};
  std::uint64_t cosigned_size = 0;  // since the start
};
struct WitnessesCounters {
  std::vector<WitnessCounters> witnesses;
  std::uint64_t size = 0;    // of the newest witnessed checkpoint; 0: none
  std::int64_t unix_us = 0;  // when its quorum was there
  std::uint64_t behind = 0;  // witnesses that have not cosigned that checkpoint
  std::uint64_t forks = 0;   // alarms
};

// Owns one thread a witness and one that keeps the time. Every member from any thread.
class Witnesses {
 public:
  // Takes up the kept checkpoint, when it is of this journal and meets the policy; otherwise says
  // so in the log and goes on without. Requires: journal and clock outlive this object. Errors:
  // kInvalid `bad_policy` (a witness of the policy has no URL), kStorage `storage_failed`.
  [[nodiscard]] static Result<std::unique_ptr<Witnesses>> open(const journal::Journal& journal,
                                                               Clock& clock,
                                                               WitnessesOptions options,
                                                               Post post = post_by_curl());
  ~Witnesses();
  Witnesses(const Witnesses&) = delete;
  Witnesses& operator=(const Witnesses&) = delete;

  void start();
  // Ends what waits for witnesses; returns when the threads have ended, at most a timeout later.
  // Idempotent.
  void stop();

  // The newest head whose quorum is there, with the cosignatures that have come; durable before it
  // is shown.
  [[nodiscard]] std::optional<journal::Head> newest() const;
  // Asks at once for the journal's present head and waits until a head at least as large is
  // witnessed. Errors: kUnavailable `not_witnessed` when it is not within `patience`, `draining`.
  // Requires: start().
  [[nodiscard]] Result<journal::Head> ask_now(std::chrono::milliseconds patience);
  [[nodiscard]] WitnessesCounters counters() const;

 private:
  struct State;
  explicit Witnesses(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hansom::witness
