// Rules over a store in memory: commands in, views out, without journal and disk. And makers of the
// records tests need.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "index/evidence_index.h"
#include "index/rules.h"
#include "proto/base/clock.h"
#include "tests/support/memory_store.h"

namespace hansom::test {

// 2026-03-01T00:00:00Z, where tests begin.
inline constexpr std::int64_t kStartUs = 1'772'323'200'000'000;
inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kDayUs = 86'400 * kSecondUs;

class MemoryIndex {
 public:
  MemoryIndex() : rules_(make_rules()) {}

  // Validates and applies; a refused record changes nothing.
  Result<LeafIndex> submit(evidence::Record record);
  // submit() at a time; time goes on from there.
  Result<LeafIndex> submit_at(std::int64_t time_us, evidence::Record record);
  void set_time(std::int64_t time_us) { time_us_ = time_us; }

  [[nodiscard]] const MemoryStore& reader() const { return store_; }
  [[nodiscard]] std::uint64_t leaves() const { return leaves_; }
  // The record of a leaf as it was recorded; nullopt once erased.
  [[nodiscard]] std::optional<evidence::Record> record(std::uint64_t leaf) const;
  // A second index with the records of this one that are still there applied in order.
  [[nodiscard]] std::unique_ptr<MemoryIndex> replay() const;
  // The names of view families whose rows differ; empty: all bytes are equal.
  [[nodiscard]] std::string differences(const MemoryIndex& other) const;

 private:
  std::unique_ptr<journal::Rules> rules_;
  MemoryStore store_;
  std::uint64_t leaves_ = 0;
  std::int64_t time_us_ = kStartUs;
};

struct ClipSpec {
  std::string name = "clip";  // its digest is the clip's id
  std::string upload;         // empty: from the name
  std::string unit = "unit-1";
  std::string registration = "AB12CDE";
  std::string vehicle_licence = "PLATE1";
  std::string driver_licence = "BADGE1";
  std::int64_t start_us = kStartUs;
  std::int64_t duration_ms = 60'000;
  evidence::ClockState clock = evidence::CLOCK_STATE_GNSS;
  evidence::Purpose::Kind purpose = evidence::Purpose::EVENT;
  std::uint32_t channel = 1;
  std::uint64_t clip_number = 1;
};
[[nodiscard]] ClipId clip_id(std::string_view name);
// 32 bytes as the records have them.
[[nodiscard]] std::string digest_text(std::string_view name);
[[nodiscard]] std::string upload_of(std::string_view name);

[[nodiscard]] evidence::Record site_opened();
[[nodiscard]] evidence::Record unit_enrolled(const std::string& unit,
                                             const std::string& certificate = "certificate");
[[nodiscard]] evidence::Record unit_revoked(const std::string& unit);
[[nodiscard]] evidence::Record clip_accepted(const ClipSpec& spec);
// `thumbnails`: names of derived objects.
[[nodiscard]] evidence::Record clip_inspected(std::string_view name,
                                              const std::vector<std::string>& thumbnails = {});
[[nodiscard]] evidence::Record inspector_died(std::string_view name,
                                              const std::string& reason_token = "killed",
                                              const std::string& order_id = "");
[[nodiscard]] evidence::Record inspection_ordered(const std::string& order_id,
                                                  const std::vector<std::string>& names,
                                                  const std::string& level, bool named = false);
[[nodiscard]] evidence::Event event(std::uint64_t sequence, const std::string& type,
                                    std::int64_t time_us);
[[nodiscard]] evidence::Record events_reported(const std::string& unit,
                                               const std::vector<evidence::Event>& events);
[[nodiscard]] evidence::Record clip_timed(std::string_view name, const evidence::TrueTime& time,
                                          std::uint64_t facts_before);
[[nodiscard]] evidence::Record unit_timed(const std::string& unit, std::uint64_t facts_before);
[[nodiscard]] evidence::Record hold_placed(const std::string& hold, std::string_view clip);
[[nodiscard]] evidence::Record hold_released(const std::string& hold);
[[nodiscard]] evidence::Record sweep_planned(const evidence::SweepPlan& plan);
[[nodiscard]] evidence::Record sweep_started(const Digest& plan);
[[nodiscard]] evidence::Record clip_destroyed(const Digest& plan, const std::string& clip);
[[nodiscard]] evidence::Record sweep_finished(const Digest& plan);

}  // namespace hansom::test
