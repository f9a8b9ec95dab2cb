// Clip commits through the whole index of ours: validation, leaf, record, tree, head, view rows.
#include <algorithm>
#include <cstdio>

#include <boost/asio/io_context.hpp>

#include "benchmarks/load/journal_load.h"
#include "index/async_commit.h"
#include "proto/base/check.h"
#include "proto/base/durable_file.h"

namespace hansom::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kUnits = 1000;  // as ClipSource names them

evidence::Record record_of(const Clip& clip) {
  evidence::Record record = record_by_unit(clip.unit);
  auto& act = *record.mutable_clip_accepted();
  act.set_sealed_sha256(clip.digest.bytes.data(), clip.digest.bytes.size());
  act.set_sealed_bytes(15'000'000);
  act.set_unit(clip.unit);
  act.set_upload(clip.upload);
  act.set_manifest_jws(clip.manifest_jws);
  evidence::Manifest& manifest = *act.mutable_manifest();
  manifest.set_unit(clip.unit);
  manifest.mutable_vehicle()->set_registration(clip.registration);
  manifest.set_vehicle_licence(clip.vehicle_licence);
  manifest.set_driver_licence(clip.driver_licence);
  manifest.set_start_us(clip.start_us);
  manifest.set_duration_ms(60'000);
  manifest.set_media_type("video/mp4");
  return record;
}

// The same key for every opening of the folder; a benchmark's journal has no secrets.
tlog::Signer signer_in(const std::filesystem::path& folder) {
  const auto file = folder / "journal.pem";
  if (!std::filesystem::exists(file)) {
    HANSOM_CHECK(durable::create_once(file, tlog::Signer::generate_pem().span(), 0600).has_value());
  }
  const Bytes pem = durable::read_file(file, 4096).value();
  auto signer = tlog::Signer::from_pem("hansom.example/benchmark", Secret(ByteSpan(pem)));
  HANSOM_CHECK(signer.has_value());
  return *std::move(signer);
}

std::unique_ptr<EvidenceIndex> open_index(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  EvidenceIndexOptions options;
  options.directory = folder / "store";
  options.clock = &system_clock();
  options.random = &system_random();
  auto index = EvidenceIndex::open(signer_in(folder), options, store::Mode::kCreate);
  HANSOM_CHECK(index.has_value());
  const bool is_new = (*index)->journal().head().size == 0;
  for (int unit = 0; is_new && unit < kUnits; ++unit) {
    auto enrolled = record_by_server();
    enrolled.mutable_unit_enrolled()->set_unit("unit-" + std::to_string(unit));
    enrolled.mutable_unit_enrolled()->set_certificate_der("none " + std::to_string(unit));
    HANSOM_CHECK((*index)->submit_and_wait(enrolled).has_value());
  }
  return *std::move(index);
}

http::Awaitable<void> commit_clip(EvidenceIndex& index, Clip clip) {
  auto committing = async_commit(index, record_of(clip));
  const auto committed = co_await std::move(committing);
  HANSOM_CHECK(committed.has_value());
}

double milliseconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

}  // namespace

Measured load_hansom(const std::filesystem::path& folder, const Waiters& waiters) {
  const auto index = open_index(folder);
  boost::asio::io_context context(1);
  const CommitClip commit = [&index](std::size_t /*waiter*/, Clip clip) {
    return commit_clip(*index, std::move(clip));
  };
  const std::uint64_t groups_before = index->journal().counters().groups;
  Measured measured = run_waiters(context, waiters, commit);
  measured.groups = index->journal().counters().groups - groups_before;
  return measured;
}

void measure_large(const std::filesystem::path& folder, std::uint64_t leaves) {
  auto index = open_index(folder);
  const std::uint64_t there = index->journal().head().size;
  if (there < leaves) {
    boost::asio::io_context context(1);
    const CommitClip commit = [&index](std::size_t /*waiter*/, Clip clip) {
      return commit_clip(*index, std::move(clip));
    };
    Waiters waiters;
    waiters.in_flight = 512;
    waiters.commits_max = leaves - there;
    const Measured filled = run_waiters(context, waiters, commit);
    std::fprintf(stderr, "filled: %.0f leaves a second\n",
                 static_cast<double>(filled.commits) / filled.seconds);
  }
  index.reset();

  const auto opening = SteadyClock::now();
  index = open_index(folder);
  const double open_ms = milliseconds_since(opening);

  const std::uint64_t size = index->journal().head().size;
  std::vector<double> proofs_ms;
  ClipSource source(size, to_unix_us(system_clock().now()));
  for (int i = 0; i < 1000; ++i) {
    const LeafIndex leaf{read_u64be(source.next().digest.bytes) % size};
    const auto proving = SteadyClock::now();
    HANSOM_CHECK(index->journal().prove_inclusion(leaf, size).has_value());
    proofs_ms.push_back(milliseconds_since(proving));
  }
  std::sort(proofs_ms.begin(), proofs_ms.end());

  // One leaf and one head a commit: what a checkpoint every second costs at least contains this.
  constexpr int kHeads = 200;
  const double processor_before = processor_seconds();
  for (int i = 0; i < kHeads; ++i) {
    HANSOM_CHECK(index->submit_and_wait(record_of(source.next())).has_value());
  }
  const double head_ms = (processor_seconds() - processor_before) * 1000 / kHeads;
  std::printf(
      "{\"leaves\": %llu, \"open_ms\": %.1f, \"proof_p50_ms\": %.4f, \"proof_p99_ms\": "
      "%.4f, \"checkpoint_cpu_ms\": %.4f}\n",
      static_cast<unsigned long long>(size), open_ms, proofs_ms[500], proofs_ms[990], head_ms);
}

}  // namespace hansom::bench
