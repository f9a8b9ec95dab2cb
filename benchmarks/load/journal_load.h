// Clip commits under load: what both journals are given, and how their waiters are run.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "proto/base/sha256.h"
#include "proto/http/exchange.h"

namespace hansom::bench {

// One clip as a unit would send it: 24 vehicles a unit of a thousand, manifests of some 900 bytes.
// They come in the order of a fleet: nine of ten within a quarter of an hour after they began, the
// rest up to a month later.
struct Clip {
  Digest digest;
  std::string upload, unit, registration, vehicle_licence, driver_licence;
  std::int64_t start_us = 0;
  std::string manifest_jws;
};
// Not thread-safe; seeded.
class ClipSource {
 public:
  ClipSource(std::uint64_t seed, std::int64_t begin_us);
  [[nodiscard]] Clip next();

 private:
  std::uint64_t state_;
  std::int64_t now_us_;  // of the fleet: a clip comes each millisecond
  std::string manifest_jws_;
};

// Processor time of this process so far.
[[nodiscard]] double processor_seconds();

struct Waiters {
  std::size_t in_flight = 1;
  std::chrono::steady_clock::duration time;
  std::uint64_t commits_max = 0;  // 0: until the time is up
};

struct Measured {
  std::uint64_t commits = 0;
  double seconds = 0;
  double p50_ms = 0, p99_ms = 0;
  double own_cpu_seconds = 0;       // of this process, its load included
  std::uint64_t written_bytes = 0;  // by this process, to disk
  std::uint64_t groups = 0;         // synced writes that held the commits; 0: not known
};

// Commits one clip and resumes when it is durable. `waiter` counts from 0.
using CommitClip = std::function<http::Awaitable<void>(std::size_t waiter, Clip clip)>;

// Runs as many coroutines on one thread, the caller's, each of which commits one clip after the
// other.
[[nodiscard]] Measured run_waiters(boost::asio::io_context& context, const Waiters& waiters,
                                   const CommitClip& commit);

// hansom_journal.cc: through EvidenceIndex, in `folder`, which is made or opened.
[[nodiscard]] Measured load_hansom(const std::filesystem::path& folder, const Waiters& waiters);
// postgres_journal.cc: libpq, one connection a waiter, one statement and one transaction a clip.
[[nodiscard]] Measured load_postgres(const std::string& connection, const Waiters& waiters);
// hansom_journal.cc: fills a journal up to `leaves` and times what grows with it; prints JSON.
void measure_large(const std::filesystem::path& folder, std::uint64_t leaves);

}  // namespace hansom::bench
