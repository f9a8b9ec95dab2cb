// The acts on clocks.
#include "index/clocks/clock_rules.h"

#include <algorithm>

#include "index/catalogue/clip_rows.h"
#include "index/clocks/keys.h"
#include "index/reason.h"
#include "index/register/register.h"
#include "index/timeline/facts.h"
#include "proto/base/clock.h"

namespace hansom::clocks {
namespace {

using catalogue::ClipClock;
using catalogue::CorrectionRow;
using catalogue::UnitClock;
using store::Family;

constexpr std::int64_t kErrorUsMax = std::int64_t{200} * 366 * 86'400 * 1'000'000;
constexpr std::int64_t kTimeUsMax = std::int64_t{1} << 58;  // about the years 1 to 9999

// What a clip says of a clock, without what it says of people and vehicles.
evidence::Manifest clock_part(const evidence::Manifest& whole) {
  evidence::Manifest part;
  part.set_channel(whole.channel());
  part.set_clip_number(whole.clip_number());
  part.set_start_us(whole.start_us());
  part.set_clock_state(whole.clock_state());
  part.set_duration_ms(whole.duration_ms());
  return part;
}

Result<UnitClock> get_unit_clock(const store::Reader& reader, const std::string& unit) {
  HANSOM_TRY_ASSIGN(auto row,
                    catalogue::get_row<UnitClock>(reader, Family::kIndex, unit_clock_key(unit)));
  if (!row) row.emplace().set_unit(unit);
  return *std::move(row);
}
void put_unit_clock(store::Batch& batch, const UnitClock& row) {
  catalogue::put_row(batch, Family::kIndex, unit_clock_key(row.unit()), row);
}

// What was stated of any of its clips may be another now.
Status wait_for_all(const std::string& unit, const Recorded& at, store::Batch& batch) {
  catalogue::WaitingUnit waiting;
  waiting.set_unit(unit);
  waiting.set_leaf(to_u64(at.leaf));
  waiting.set_all(true);
  catalogue::put_row(batch, Family::kIndex, waiting_unit_key(unit), waiting);
  HANSOM_TRY_ASSIGN(UnitClock clock, get_unit_clock(batch, unit));
  clock.set_corrected_leaf(to_u64(at.leaf));
  put_unit_clock(batch, clock);
  return {};
}

tl::unexpected<Error> bad_correction(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_correction", std::move(message));
}

Result<std::optional<CorrectionRow>> get_correction(const store::Reader& reader,
                                                    const std::string& unit,
                                                    const std::string& correction_id) {
  return catalogue::get_row<CorrectionRow>(reader, Family::kIndex,
                                           correction_key(unit, correction_id));
}

}  // namespace

void note_clip_accepted(const evidence::ClipAccepted& act, const Recorded& at,
                        store::Batch& batch) {
  ClipClock row;
  row.set_clip(act.sealed_sha256());
  row.set_unit(act.unit());
  *row.mutable_manifest() = clock_part(act.manifest());
  row.set_known_by_us(act.started_us() != 0 ? act.started_us() : at.time_us);
  catalogue::put_row(batch, Family::kIndex, clip_key(act.unit(), to_u64(at.leaf)), row);
  batch.put(Family::kIndex, waiting_clip_key(act.unit(), to_u64(at.leaf)),
            catalogue::u64_key(to_u64(at.leaf)));
}

Status note_clip_inspected(const evidence::ClipInspected& act, const Recorded& at,
                           store::Batch& batch) {
  HANSOM_TRY_ASSIGN(const auto clip, catalogue::get_clip(batch, as_bytes(act.sealed_sha256())));
  // Of an inspection that does not hold nothing is used.
  if (!clip || clip->has_tombstone() || clip->inspected_leaf() != to_u64(at.leaf)) return {};
  const std::string& unit = clip->arrivals(0).unit();
  const Bytes key = clip_key(unit, clip->accepted_leaf());
  HANSOM_TRY_ASSIGN(auto row, catalogue::get_row<ClipClock>(batch, Family::kIndex, key));
  if (!row) return {};
  *row->mutable_report() = timeline::clock_part(act.report());
  catalogue::put_row(batch, Family::kIndex, key, *row);
  batch.put(Family::kIndex, waiting_clip_key(unit, clip->accepted_leaf()),
            catalogue::u64_key(to_u64(at.leaf)));
  return {};
}

Status note_events_reported(const evidence::EventsReported& act, const Recorded& at,
                            store::Batch& batch) {
  if (act.events().empty()) return {};
  // One that waits for all its clips goes on doing so.
  const Bytes key = waiting_unit_key(act.unit());
  HANSOM_TRY_ASSIGN(auto row,
                    catalogue::get_row<catalogue::WaitingUnit>(batch, Family::kIndex, key));
  if (!row) row.emplace().set_unit(act.unit());
  row->set_leaf(to_u64(at.leaf));
  catalogue::put_row(batch, Family::kIndex, key, *row);
  return {};
}

Status note_clip_destroyed(const evidence::ClipDestroyed& act, const Recorded& at,
                           store::Batch& batch) {
  batch.del(Family::kIndex, clip_key(act.unit(), act.accepted_leaf()));
  batch.del(Family::kIndex, waiting_clip_key(act.unit(), act.accepted_leaf()));
  HANSOM_TRY_ASSIGN(UnitClock clock, get_unit_clock(batch, act.unit()));
  clock.set_destroyed_leaf(to_u64(at.leaf));
  put_unit_clock(batch, clock);
  return {};
}

Status validate_clip_timed(evidence::ClipTimed& act, const store::Reader& state) {
  HANSOM_TRY(catalogue::get_live_clip(state, as_bytes(act.clip())));
  evidence::TrueTime& time = *act.mutable_time();
  const bool ordered = time.earliest_start_us() <= time.latest_start_us() &&
                       time.earliest_end_us() <= time.latest_end_us() &&
                       time.earliest_start_us() <= time.earliest_end_us() &&
                       time.latest_start_us() <= time.latest_end_us() &&
                       time.earliest_start_us() >= -kTimeUsMax &&
                       time.latest_end_us() <= kTimeUsMax;
  if (!ordered || time.method().empty()) {
    return fail(ErrorKind::kInvalid, "bad_record", "the interval of a clip is none");
  }
  time.set_uncertainty_us((time.latest_start_us() - time.earliest_start_us() + 1) / 2);
  return {};
}

Status apply_clip_timed(const evidence::ClipTimed& act, const Recorded& at, store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto clip, catalogue::get_clip(batch, as_bytes(act.clip())));
  if (!clip || clip->has_tombstone()) return {};
  const catalogue::ClipRow before = *clip;
  if (clip->has_time()) clip->add_earlier_time_leaves(clip->time_leaf());
  *clip->mutable_time() = act.time();
  clip->set_time_leaf(to_u64(at.leaf));
  if (catalogue::settle_interval(*clip)) {
    catalogue::remove_clip_index(batch, before);
    catalogue::put_clip(batch, *clip);
  } else {
    catalogue::put_clip_facts(batch, *clip);
  }
  const Bytes key = clip_key(clip->arrivals(0).unit(), clip->accepted_leaf());
  HANSOM_TRY_ASSIGN(auto row, catalogue::get_row<ClipClock>(batch, Family::kIndex, key));
  if (!row) return {};
  *row->mutable_time() = act.time();
  row->set_facts_before(act.facts_before());
  catalogue::put_row(batch, Family::kIndex, key, *row);
  return {};
}

Status validate_unit_timed(const evidence::UnitTimed& act) {
  HANSOM_TRY(UnitId::parse(act.unit()));
  return {};
}

Status apply_unit_timed(const evidence::UnitTimed& act, store::Batch& batch) {
  HANSOM_TRY_ASSIGN(UnitClock clock, get_unit_clock(batch, act.unit()));
  clock.set_facts_before(act.facts_before());
  clock.set_algorithm(act.algorithm());
  put_unit_clock(batch, clock);
  const Bytes unit = waiting_unit_key(act.unit());
  HANSOM_TRY_ASSIGN(const auto waiting,
                    catalogue::get_row<catalogue::WaitingUnit>(batch, Family::kIndex, unit));
  if (waiting && waiting->leaf() < act.facts_before()) batch.del(Family::kIndex, unit);
  const Bytes clips = waiting_clips_of(act.unit());
  std::vector<Bytes> served;
  HANSOM_TRY(batch.scan(Family::kIndex, clips, catalogue::end_of_prefix(clips),
                        store::Order::kAscending, [&](ByteSpan key, ByteSpan leaf) {
                          if (leaf.size() == 8 && read_u64be(leaf) < act.facts_before()) {
                            served.emplace_back(key.begin(), key.end());
                          }
                          return true;
                        }));
  for (const Bytes& key : served) batch.del(Family::kIndex, key);
  return {};
}

Status validate_clock_corrected(const evidence::ClockCorrected& act, const store::Reader& state) {
  if (act.correction_id().empty()) return bad_correction("a correction needs an id");
  HANSOM_TRY(check_reason(act.reason()));
  const auto possible = [](std::int64_t us) { return us >= -kTimeUsMax && us <= kTimeUsMax; };
  if (act.from_us() > act.until_us() || !possible(act.from_us()) || !possible(act.until_us())) {
    return bad_correction("its span ends before it begins");
  }
  if (act.error_us() < -kErrorUsMax || act.error_us() > kErrorUsMax) {
    return bad_correction("no clock is wrong by more than 200 years");
  }
  if (act.uncertainty_us() < 0 || act.uncertainty_us() > kErrorUsMax) {
    return bad_correction("its uncertainty is 0 to 200 years");
  }
  HANSOM_TRY_ASSIGN(const UnitId unit, UnitId::parse(act.unit()));
  HANSOM_TRY_ASSIGN(const auto known, registry::find_unit(state, unit));
  if (!known) {
    return fail(ErrorKind::kNotFound, "unit_not_found", "no unit " + act.unit() + " is enrolled");
  }
  HANSOM_TRY_ASSIGN(const auto made, get_correction(state, act.unit(), act.correction_id()));
  if (!made) return {};
  return fail(ErrorKind::kConflict, "correction_exists",
              "correction " + act.correction_id() + " was made before; choose another id");
}

Status apply_clock_corrected(const evidence::ClockCorrected& act, const Recorded& at,
                             store::Batch& batch) {
  CorrectionRow row;
  *row.mutable_act() = act;
  row.set_leaf(to_u64(at.leaf));
  row.set_made_us(at.time_us);
  row.set_person(at.actor.id());
  row.set_role(at.actor.role());
  catalogue::put_row(batch, Family::kIndex, correction_key(act.unit(), act.correction_id()), row);
  return wait_for_all(act.unit(), at, batch);
}

Status validate_clock_correction_withdrawn(const evidence::ClockCorrectionWithdrawn& act,
                                           const store::Reader& state) {
  HANSOM_TRY(check_reason(act.reason()));
  HANSOM_TRY_ASSIGN(const auto made, get_correction(state, act.unit(), act.correction_id()));
  if (!made) {
    return fail(ErrorKind::kNotFound, "correction_not_found",
                "unit " + act.unit() + " has no correction " + act.correction_id());
  }
  if (made->withdrawn_us() == 0) return {};
  return fail(ErrorKind::kConflict, "correction_withdrawn",
              "correction " + act.correction_id() + " was withdrawn at " +
                  to_rfc3339(from_unix_us(made->withdrawn_us())));
}

Status apply_clock_correction_withdrawn(const evidence::ClockCorrectionWithdrawn& act,
                                        const Recorded& at, store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto row, get_correction(batch, act.unit(), act.correction_id()));
  if (!row) return {};
  row->set_withdrawn_us(at.time_us);
  row->set_withdrawn_by(at.actor.id());
  row->set_withdraw_reason(act.reason());
  catalogue::put_row(batch, Family::kIndex, correction_key(act.unit(), act.correction_id()), *row);
  return wait_for_all(act.unit(), at, batch);
}

}  // namespace hansom::clocks
