// Rows of clocks, read; and between rows and the timeline's facts.
#include "index/clocks/clocks.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "index/clocks/keys.h"
#include "index/timeline/facts.h"

namespace hansom::clocks {
namespace {

using store::Family;
using store::Order;

constexpr std::size_t kHashBytes = 16;

Result<std::vector<AcceptedClip>> read_clips(const store::Reader& reader, const std::string& unit,
                                             const ClipRange& range, Order order) {
  std::vector<AcceptedClip> clips;
  if (range.limit == 0) return clips;
  Status parsed;
  HANSOM_TRY(reader.scan(Family::kIndex, clip_key(unit, range.first), clip_key(unit, range.end),
                         order, [&](ByteSpan key, ByteSpan value) {
                           AcceptedClip clip;
                           parsed = catalogue::parse_row(value, clip.clock);
                           clip.leaf = read_u64be(key.last(8));
                           if (clip.clock.unit() == unit) clips.push_back(std::move(clip));
                           return parsed.has_value() && clips.size() < range.limit;
                         }));
  HANSOM_TRY(parsed);
  if (order == Order::kDescending) std::reverse(clips.begin(), clips.end());
  return clips;
}

// The first key of a kind behind a unit's place: its hash, with the row's value.
struct Place {
  Bytes hash;
  Bytes key;
  Bytes value;
};
Result<std::optional<Place>> first_behind(const store::Reader& reader, char kind,
                                          const Bytes& hash) {
  Bytes from = catalogue::key_of(kind, hash);
  if (!hash.empty()) from = catalogue::end_of_prefix(from);
  std::optional<Place> place;
  HANSOM_TRY(
      reader.scan(Family::kIndex, from, catalogue::end_of_prefix(catalogue::key_of(kind, "")),
                  Order::kAscending, [&](ByteSpan key, ByteSpan value) {
                    if (key.size() <= kHashBytes) return true;
                    const ByteSpan unit = key.subspan(1, kHashBytes);
                    place = Place{Bytes(unit.begin(), unit.end()), Bytes(key.begin(), key.end()),
                                  Bytes(value.begin(), value.end())};
                    return false;
                  }));
  return place;
}

Result<std::optional<Waiting>> waiting_behind(const store::Reader& reader, const Bytes& hash) {
  HANSOM_TRY_ASSIGN(const auto by_clip, first_behind(reader, kWaitingClip, hash));
  HANSOM_TRY_ASSIGN(const auto by_unit, first_behind(reader, kWaitingUnit, hash));
  if (!by_clip && !by_unit) return std::optional<Waiting>();
  const bool clip = by_clip && (!by_unit || by_clip->hash <= by_unit->hash);
  const bool unit = by_unit && (!by_clip || by_unit->hash <= by_clip->hash);
  Waiting waiting;
  if (clip) {
    waiting.oldest = read_u64be(ByteSpan(by_clip->key).last(8));
    Bytes key = by_clip->key;
    key.front() = clip_key("", 0).front();
    HANSOM_TRY_ASSIGN(const auto row, catalogue::get_row<ClipClock>(reader, Family::kIndex, key));
    if (!row) {
      return fail(ErrorKind::kCorrupt, "store_corrupt", "a clip waits for its time and is none");
    }
    waiting.unit = row->unit();
  }
  if (unit) {
    catalogue::WaitingUnit row;
    HANSOM_TRY(catalogue::parse_row(by_unit->value, row));
    waiting.unit = row.unit();
    if (row.all()) waiting.oldest = 0;
  }
  return waiting;
}

}  // namespace

Result<std::vector<AcceptedClip>> oldest_clips(const store::Reader& reader, const std::string& unit,
                                               const ClipRange& range) {
  return read_clips(reader, unit, range, Order::kAscending);
}
Result<std::vector<AcceptedClip>> newest_clips(const store::Reader& reader, const std::string& unit,
                                               const ClipRange& range) {
  return read_clips(reader, unit, range, Order::kDescending);
}

Result<catalogue::UnitClock> unit_clock(const store::Reader& reader, const std::string& unit) {
  HANSOM_TRY_ASSIGN(auto row, catalogue::get_row<catalogue::UnitClock>(reader, Family::kIndex,
                                                                       unit_clock_key(unit)));
  return row ? *std::move(row) : catalogue::UnitClock();
}

Result<std::vector<catalogue::CorrectionRow>> list_corrections(const store::Reader& reader,
                                                               const std::string& unit) {
  HANSOM_TRY_ASSIGN(auto rows, catalogue::list_rows<catalogue::CorrectionRow>(
                                   reader, Family::kIndex, corrections_of(unit)));
  std::erase_if(rows,
                [&](const catalogue::CorrectionRow& row) { return row.act().unit() != unit; });
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.leaf() < b.leaf(); });
  return rows;
}

Result<std::optional<Waiting>> next_waiting(const store::Reader& reader, const std::string& after) {
  if (!after.empty()) {
    HANSOM_TRY_ASSIGN(auto behind, waiting_behind(reader, catalogue::short_hash(after)));
    if (behind) return behind;
  }
  return waiting_behind(reader, {});
}

Result<bool> waits(const store::Reader& reader, const std::string& unit) {
  HANSOM_TRY_ASSIGN(const auto by_unit, reader.get(Family::kIndex, waiting_unit_key(unit)));
  if (by_unit) return true;
  bool by_clip = false;
  const Bytes clips = waiting_clips_of(unit);
  HANSOM_TRY(reader.scan(Family::kIndex, clips, catalogue::end_of_prefix(clips), Order::kAscending,
                         [&by_clip](ByteSpan, ByteSpan) {
                           by_clip = true;
                           return false;
                         }));
  return by_clip;
}

Result<std::vector<std::string>> units_of_older_algorithm(const store::Reader& reader) {
  HANSOM_TRY_ASSIGN(const auto rows,
                    catalogue::list_rows<catalogue::UnitClock>(reader, Family::kIndex,
                                                               catalogue::key_of(kUnitClock, "")));
  std::vector<std::string> units;
  for (const catalogue::UnitClock& row : rows) {
    if (row.facts_before() != 0 && row.algorithm() < timeline::kAlgorithm) {
      units.push_back(row.unit());
    }
  }
  return units;
}

Result<std::vector<timeline::FusedClock>> stated_clocks(const store::Reader& reader,
                                                        const std::string& unit,
                                                        std::size_t limit) {
  HANSOM_TRY_ASSIGN(const auto clips, newest_clips(reader, unit, {.limit = limit}));
  std::map<std::uint32_t, timeline::FusedClock> channels;
  for (const AcceptedClip& clip : clips) {
    if (!clip.clock.has_time()) continue;
    timeline::FusedClock& clock = channels[clip.clock.manifest().channel()];
    clock.clips.push_back(stated_clip(clip.clock));
  }
  std::vector<timeline::FusedClock> clocks;
  for (auto& [channel, clock] : channels) {
    clock.unit = unit;
    clock.channel = channel;
    std::sort(clock.clips.begin(), clock.clips.end(), [](const auto& a, const auto& b) {
      return std::tie(a.number, a.told_us, a.clip) < std::tie(b.number, b.told_us, b.clip);
    });
    clocks.push_back(std::move(clock));
  }
  return clocks;
}

timeline::ClipFacts facts_of(const ClipClock& clip) {
  return timeline::clip_facts(to_hex(as_bytes(clip.clip())), clip.manifest(),
                              clip.has_report() ? &clip.report() : nullptr, clip.known_by_us());
}

timeline::Correction correction_of(const evidence::ClockCorrected& act) {
  timeline::Correction correction;
  if (act.has_channel()) correction.channel = act.channel();
  correction.told = {act.from_us(), act.until_us()};
  correction.error = {act.error_us() - act.uncertainty_us(), act.error_us() + act.uncertainty_us()};
  return correction;
}

evidence::TrueTime true_time_of(const timeline::FusedClip& clip) {
  evidence::TrueTime time;
  time.set_earliest_start_us(clip.start.lo);
  time.set_latest_start_us(clip.start.hi);
  time.set_earliest_end_us(clip.end.lo);
  time.set_latest_end_us(std::max(clip.end.hi, clip.start.hi));
  time.set_uncertainty_us(clip.uncertainty_us());
  time.set_method(std::string(timeline::word(clip.method)));
  time.set_algorithm(timeline::kAlgorithm);
  for (const timeline::Finding& finding : clip.findings) {
    evidence::TimeFinding& said = *time.add_findings();
    said.set_trap(std::string(timeline::word(finding.trap)));
    said.set_about(finding.about);
    said.set_amount_us(finding.amount_us);
  }
  return time;
}

timeline::FusedClip stated_clip(const ClipClock& clip) {
  const timeline::ClipFacts facts = facts_of(clip);
  const evidence::TrueTime& time = clip.time();
  timeline::FusedClip stated;
  stated.clip = facts.clip;
  stated.number = facts.number;
  stated.told_us = facts.told_us;
  stated.state = facts.state;
  stated.start = {time.earliest_start_us(), time.latest_start_us()};
  stated.end = {time.earliest_end_us(), time.latest_end_us()};
  stated.method = timeline::parse_method(time.method()).value_or(timeline::Method::kOrder);
  stated.media_us = facts.media_us > 0 ? facts.media_us : facts.told_duration_us;
  stated.wall_us = {stated.end.lo - stated.start.lo, stated.end.hi - stated.start.hi};
  for (const evidence::TimeFinding& said : time.findings()) {
    const auto trap = timeline::parse_trap(said.trap());
    if (trap) stated.findings.push_back({*trap, said.about(), said.amount_us()});
  }
  return stated;
}

}  // namespace hansom::clocks
