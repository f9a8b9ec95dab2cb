// Durable clip commits per second through the whole index (journal, tree, views), with 1, 16 and
// 256 in flight. Usage: journal_commit [FOLDER [SECONDS]]: a fresh store is made in FOLDER and
// removed again.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "index/evidence_index.h"
#include "proto/base/check.h"

namespace hansom {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Keeps `in_flight` commands waiting until the time is up; each answer submits the next one.
class Load {
 public:
  Load(EvidenceIndex& index, std::size_t in_flight, SteadyClock::duration time)
      : index_(index), in_flight_(in_flight), end_(SteadyClock::now() + time) {}

  void run() {
    const auto start = SteadyClock::now();
    const auto before = index_.journal().counters();
    for (std::size_t i = 0; i < in_flight_; ++i) submit();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_ == in_flight_; });
    const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
    const auto groups = index_.journal().counters().groups - before.groups;
    std::sort(latencies_ms_.begin(), latencies_ms_.end());
    const auto count = static_cast<double>(latencies_ms_.size());
    std::printf("%9zu %12.0f %9.3f %9.3f %16.1f\n", in_flight_, count / seconds, percentile(0.50),
                percentile(0.99), count / static_cast<double>(std::max<std::uint64_t>(groups, 1)));
  }

 private:
  [[nodiscard]] double percentile(double p) const {
    return latencies_ms_[static_cast<std::size_t>(static_cast<double>(latencies_ms_.size() - 1) *
                                                  p)];
  }

  // A record as large as a real one: a signed manifest of some 900 bytes beside its parsed form.
  static evidence::Record next_clip() {
    std::array<std::uint8_t, 32> name{};
    system_random().fill(name);
    auto record = record_by_unit("bench");
    auto& act = *record.mutable_clip_accepted();
    act.set_sealed_sha256(name.data(), name.size());
    act.set_sealed_bytes(15'000'000);
    act.set_unit("bench");
    act.set_upload(UploadId::make(system_random()).text());
    act.set_manifest_jws(std::string(900, 'j'));
    evidence::Manifest& manifest = *act.mutable_manifest();
    manifest.set_unit("bench");
    manifest.mutable_vehicle()->set_registration("AB" + std::to_string(name[0]) + "CDE");
    manifest.set_vehicle_licence("HC" + std::to_string(name[0]));
    manifest.set_start_us(to_unix_us(system_clock().now()));
    manifest.set_duration_ms(60'000);
    manifest.set_media_type("video/mp4");
    return record;
  }

  void submit() {
    index_.submit(next_clip(), [this, sent = SteadyClock::now()](
                                   const Result<journal::Committed>& committed) {
      HANSOM_CHECK(committed.has_value());
      const auto now = SteadyClock::now();
      latencies_ms_.push_back(std::chrono::duration<double, std::milli>(now - sent).count());
      if (now < end_) {
        submit();
        return;
      }
      const std::lock_guard lock(mutex_);
      ++ended_;
      changed_.notify_one();
    });
  }

  EvidenceIndex& index_;
  const std::size_t in_flight_;
  const SteadyClock::time_point end_;
  std::vector<double> latencies_ms_;  // the writer's thread only, until all have ended
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t ended_ = 0;
};

void run(const std::filesystem::path& folder, SteadyClock::duration time) {
  auto signer = tlog::Signer::from_pem("hansom.example/benchmark", tlog::Signer::generate_pem());
  EvidenceIndexOptions options;
  options.directory = folder;
  options.clock = &system_clock();
  options.random = &system_random();
  const auto index = EvidenceIndex::open(*std::move(signer), options, store::Mode::kCreate).value();
  auto enrolled = record_by_server();
  enrolled.mutable_unit_enrolled()->set_unit("bench");
  enrolled.mutable_unit_enrolled()->set_certificate_der("none");
  HANSOM_CHECK(index->submit_and_wait(enrolled).has_value());

  std::printf("%9s %12s %9s %9s %16s\n", "in flight", "commits/s", "p50 ms", "p99 ms",
              "commits a group");
  for (const std::size_t in_flight : {1U, 16U, 256U}) Load(*index, in_flight, time).run();
}

}  // namespace
}  // namespace hansom

int main(int argc, char** argv) {
  const std::filesystem::path folder =
      std::filesystem::path(argc > 1 ? argv[1] : ".") / "journal_commit.store";
  const int seconds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (seconds <= 0 || std::filesystem::exists(folder)) {
    std::fprintf(stderr, "usage: journal_commit [FOLDER [SECONDS]]; %s must not be there yet\n",
                 folder.c_str());
    return 2;
  }
  hansom::run(folder, std::chrono::seconds(seconds));
  std::filesystem::remove_all(folder);
  return 0;
}
