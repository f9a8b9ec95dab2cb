// One phase of benchmarks/journal_commit; prints what it measured as one line of JSON.
//   journal_load hansom FOLDER IN_FLIGHT SECONDS
//   journal_load postgres CONNECTION IN_FLIGHT SECONDS
//   journal_load large FOLDER LEAVES
#include "benchmarks/load/journal_load.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "proto/base/check.h"
#include "proto/base/clock.h"

namespace hansom::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

// What this process has sent to the block layer so far.
std::uint64_t written_bytes() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  while (io >> name >> value) {
    if (name == "write_bytes:") return value;
  }
  return 0;
}

struct Run {
  Waiters waiters;
  const CommitClip* commit;
  ClipSource source;
  SteadyClock::time_point end;
  std::uint64_t started = 0;
  std::vector<double> latencies_ms;
};

http::Awaitable<void> wait_again_and_again(Run& run, std::size_t waiter) {
  const std::uint64_t commits_max = run.waiters.commits_max;
  while (commits_max == 0 ? SteadyClock::now() < run.end : run.started < commits_max) {
    ++run.started;
    Clip clip = run.source.next();
    const auto sent = SteadyClock::now();
    auto committing = (*run.commit)(waiter, std::move(clip));
    co_await std::move(committing);
    run.latencies_ms.push_back(
        std::chrono::duration<double, std::milli>(SteadyClock::now() - sent).count());
  }
}

double percentile(const std::vector<double>& sorted, double p) {
  return sorted.empty()
             ? 0
             : sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * p)];
}

}  // namespace

double processor_seconds() {
  rusage usage{};
  HANSOM_CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

ClipSource::ClipSource(std::uint64_t seed, std::int64_t begin_us)
    : state_(seed), now_us_(begin_us) {
  for (int i = 0; i < 900; ++i) manifest_jws_ += static_cast<char>('a' + i * 7 % 26);
}

Clip ClipSource::next() {
  const auto draw = [this] {  // splitmix64
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  };
  Clip clip;
  Bytes random;
  for (int i = 0; i < 6; ++i) append_u64be(random, draw());
  std::copy_n(random.begin(), 32, clip.digest.bytes.begin());
  clip.upload = to_hex(ByteSpan(random).last(16));
  const std::uint64_t vehicle = draw() % 24'000;
  clip.unit = "unit-" + std::to_string(vehicle % 1000);
  clip.registration = "AB" + std::to_string(vehicle) + "CDE";
  clip.vehicle_licence = "HC" + std::to_string(vehicle);
  clip.driver_licence = "D" + std::to_string(draw() % 50'000);
  constexpr std::uint64_t kQuarterHourMs = 900'000;
  constexpr std::uint64_t kMonthMs = 2'678'400'000;
  const std::uint64_t late_ms = draw() % (draw() % 10 == 0 ? kMonthMs : kQuarterHourMs);
  now_us_ += 1000;
  clip.start_us = now_us_ - static_cast<std::int64_t>(late_ms) * 1000;
  clip.manifest_jws = manifest_jws_;
  return clip;
}

Measured run_waiters(boost::asio::io_context& context, const Waiters& waiters,
                     const CommitClip& commit) {
  const auto seed = static_cast<std::uint64_t>(SteadyClock::now().time_since_epoch().count());
  const std::int64_t now_us = to_unix_us(system_clock().now());
  const auto start = SteadyClock::now();
  Run run{waiters, &commit, ClipSource(seed, now_us), start + waiters.time, 0, {}};
  const double processor_before = processor_seconds();
  const std::uint64_t written_before = written_bytes();
  for (std::size_t waiter = 0; waiter < waiters.in_flight; ++waiter) {
    boost::asio::co_spawn(context, wait_again_and_again(run, waiter),
                          [](const std::exception_ptr& thrown) {
                            if (thrown) std::rethrow_exception(thrown);
                          });
  }
  context.run();
  Measured measured;
  measured.seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  measured.own_cpu_seconds = processor_seconds() - processor_before;
  measured.written_bytes = written_bytes() - written_before;
  measured.commits = run.latencies_ms.size();
  std::sort(run.latencies_ms.begin(), run.latencies_ms.end());
  measured.p50_ms = percentile(run.latencies_ms, 0.50);
  measured.p99_ms = percentile(run.latencies_ms, 0.99);
  return measured;
}

}  // namespace hansom::bench

int main(int argc, char** argv) {
  using namespace hansom::bench;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "large") {
    measure_large(words[1], std::strtoull(words[2].c_str(), nullptr, 10));
    return 0;
  }
  const double seconds = words.size() == 4 ? std::atof(words[3].c_str()) : 0;
  const std::size_t in_flight =
      words.size() == 4 ? std::strtoull(words[2].c_str(), nullptr, 10) : 0;
  if (seconds <= 0 || in_flight == 0 || (words[0] != "hansom" && words[0] != "postgres")) {
    std::fputs("journal_load is started by benchmarks/journal_commit\n", stderr);
    return 2;
  }
  Waiters waiters;
  waiters.in_flight = in_flight;
  waiters.time = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(seconds));
  const Measured measured =
      words[0] == "hansom" ? load_hansom(words[1], waiters) : load_postgres(words[1], waiters);
  std::printf(
      "{\"commits\": %llu, \"seconds\": %.4f, \"p50_ms\": %.4f, \"p99_ms\": %.4f, "
      "\"own_cpu_seconds\": %.4f, \"written_bytes\": %llu, \"groups\": %llu}\n",
      static_cast<unsigned long long>(measured.commits), measured.seconds, measured.p50_ms,
      measured.p99_ms, measured.own_cpu_seconds,
      static_cast<unsigned long long>(measured.written_bytes),
      static_cast<unsigned long long>(measured.groups));
  return 0;
}
