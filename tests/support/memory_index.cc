// Rules over a store in memory, and records for tests.
#include "tests/support/memory_index.h"

#include "index/catalogue/row_io.h"
#include "index/retention/retention.h"
#include "proto/base/check.h"

namespace hansom::test {

using store::Family;

Result<LeafIndex> MemoryIndex::submit(evidence::Record record) {
  record.set_time_us(time_us_++);
  store_.mark();
  const LeafIndex leaf{leaves_};
  Status done = rules_->validate(record, store_);
  if (done) {
    store_.put(Family::kRecord, catalogue::u64_key(leaves_), catalogue::serialize(record));
    done = rules_->apply(record, leaf, store_);
  }
  if (!done) {
    store_.roll_back();
    return fail(std::move(done).error());
  }
  ++leaves_;
  return leaf;
}

Result<LeafIndex> MemoryIndex::submit_at(std::int64_t time_us, evidence::Record record) {
  time_us_ = time_us;
  return submit(std::move(record));
}

std::optional<evidence::Record> MemoryIndex::record(std::uint64_t leaf) const {
  auto row =
      catalogue::get_row<evidence::Record>(store_, Family::kRecord, catalogue::u64_key(leaf));
  HANSOM_CHECK(row.has_value());
  return *std::move(row);
}

std::unique_ptr<MemoryIndex> MemoryIndex::replay() const {
  auto again = std::make_unique<MemoryIndex>();
  for (std::uint64_t leaf = 0; leaf < leaves_; ++leaf) {
    const auto kept = record(leaf);
    if (!kept) continue;
    again->store_.put(Family::kRecord, catalogue::u64_key(leaf), catalogue::serialize(*kept));
    HANSOM_CHECK(again->rules_->apply(*kept, LeafIndex{leaf}, again->store_).has_value());
  }
  again->leaves_ = leaves_;
  return again;
}

std::string MemoryIndex::differences(const MemoryIndex& other) const {
  static constexpr std::array<std::pair<Family, const char*>, 7> kViews{{
      {Family::kClip, "clip"},
      {Family::kIndex, "index"},
      {Family::kEvent, "event"},
      {Family::kUpload, "upload"},
      {Family::kRegister, "register"},
      {Family::kRetention, "retention"},
      {Family::kQueue, "queue"},
  }};
  std::string names;
  for (const auto& [family, name] : kViews) {
    if (store_.table(family) != other.store_.table(family)) names += std::string(name) + " ";
  }
  return names;
}

ClipId clip_id(std::string_view name) {
  return sha256(name);
}

std::string digest_text(std::string_view name) {
  return to_text(sha256(name).span());
}

std::string upload_of(std::string_view name) {
  return sha256("upload " + std::string(name)).hex().substr(0, 32);
}

evidence::Record site_opened() {
  evidence::Record record = record_by_server();
  record.mutable_site_opened()->set_origin("hansom.example/test");
  return record;
}

evidence::Record unit_enrolled(const std::string& unit, const std::string& certificate) {
  evidence::Record record = record_by_server();
  record.mutable_unit_enrolled()->set_unit(unit);
  record.mutable_unit_enrolled()->set_certificate_der(certificate);
  record.mutable_unit_enrolled()->set_controller("council");
  return record;
}

evidence::Record unit_revoked(const std::string& unit) {
  evidence::Record record = record_by_server();
  record.mutable_unit_revoked()->set_unit(unit);
  record.mutable_unit_revoked()->set_reason("lost");
  return record;
}

evidence::Record clip_accepted(const ClipSpec& spec) {
  evidence::Record record = record_by_unit(spec.unit);
  evidence::ClipAccepted& act = *record.mutable_clip_accepted();
  act.set_sealed_sha256(digest_text(spec.name));
  act.set_sealed_bytes(1000);
  act.set_upload(spec.upload.empty() ? upload_of(spec.name) : spec.upload);
  act.set_unit(spec.unit);
  act.set_manifest_jws("e30.e30.c2ln");
  evidence::Manifest& manifest = *act.mutable_manifest();
  manifest.set_unit(spec.unit);
  manifest.set_channel(spec.channel);
  manifest.set_clip_number(spec.clip_number);
  manifest.mutable_vehicle()->set_registration(spec.registration);
  manifest.set_vehicle_licence(spec.vehicle_licence);
  manifest.set_driver_licence(spec.driver_licence);
  manifest.set_start_us(spec.start_us);
  manifest.set_clock_state(spec.clock);
  manifest.set_duration_ms(static_cast<std::uint64_t>(spec.duration_ms));
  manifest.mutable_purpose()->set_kind(spec.purpose);
  return record;
}

evidence::Record clip_inspected(std::string_view name, const std::vector<std::string>& thumbnails) {
  evidence::Record record = record_by_server();
  evidence::ClipInspected& act = *record.mutable_clip_inspected();
  act.set_sealed_sha256(digest_text(name));
  act.mutable_report()->set_outcome(evidence::Report::DECODABLE);
  for (const std::string& thumbnail : thumbnails) {
    act.mutable_report()->add_thumbnails()->set_sealed_sha256(digest_text(thumbnail));
  }
  return record;
}

evidence::Record inspector_died(std::string_view name, const std::string& reason_token,
                                const std::string& order_id) {
  evidence::Record record = record_by_server();
  evidence::InspectorDied& act = *record.mutable_inspector_died();
  act.set_clip(digest_text(name));
  act.set_reason_token(reason_token);
  act.set_reason("the inspector died");
  act.set_order_id(order_id);
  return record;
}

evidence::Record inspection_ordered(const std::string& order_id,
                                    const std::vector<std::string>& names, const std::string& level,
                                    bool named) {
  evidence::Record record = record_by_server();
  evidence::InspectionOrdered& act = *record.mutable_inspection_ordered();
  act.set_order_id(order_id);
  act.set_reason("a newer inspector");
  act.set_level(level);
  act.set_named(named);
  for (const std::string& name : names) act.add_clips(digest_text(name));
  return record;
}

evidence::Event event(std::uint64_t sequence, const std::string& type, std::int64_t time_us) {
  evidence::Event event;
  event.set_sequence(sequence);
  event.set_type(type);
  event.set_time_us(time_us);
  event.set_clock_state(evidence::CLOCK_STATE_GNSS);
  return event;
}

evidence::Record events_reported(const std::string& unit,
                                 const std::vector<evidence::Event>& events) {
  evidence::Record record = record_by_unit(unit);
  record.mutable_events_reported()->set_unit(unit);
  for (const evidence::Event& one : events) *record.mutable_events_reported()->add_events() = one;
  return record;
}

evidence::Record clip_timed(std::string_view name, const evidence::TrueTime& time,
                            std::uint64_t facts_before) {
  evidence::Record record = record_by_server();
  evidence::ClipTimed& act = *record.mutable_clip_timed();
  act.set_clip(digest_text(name));
  *act.mutable_time() = time;
  act.set_facts_before(facts_before);
  return record;
}

evidence::Record unit_timed(const std::string& unit, std::uint64_t facts_before) {
  evidence::Record record = record_by_server();
  record.mutable_unit_timed()->set_unit(unit);
  record.mutable_unit_timed()->set_facts_before(facts_before);
  return record;
}

evidence::Record hold_placed(const std::string& hold, std::string_view clip) {
  evidence::Record record = record_by_server();
  record.mutable_hold_placed()->set_hold_id(hold);
  record.mutable_hold_placed()->set_clip(digest_text(clip));
  record.mutable_hold_placed()->set_reason("a complaint");
  return record;
}

evidence::Record hold_released(const std::string& hold) {
  evidence::Record record = record_by_server();
  record.mutable_hold_released()->set_hold_id(hold);
  record.mutable_hold_released()->set_reason("settled");
  return record;
}

evidence::Record sweep_planned(const evidence::SweepPlan& plan) {
  evidence::Record record = record_by_server();
  *record.mutable_sweep_planned()->mutable_plan() = plan;
  record.mutable_sweep_planned()->set_plan_sha256(to_text(retention::plan_digest(plan).span()));
  return record;
}

evidence::Record sweep_started(const Digest& plan) {
  evidence::Record record = record_by_server();
  record.mutable_sweep_started()->set_plan_sha256(to_text(plan.span()));
  return record;
}

evidence::Record clip_destroyed(const Digest& plan, const std::string& clip) {
  evidence::Record record = record_by_server();
  record.mutable_clip_destroyed()->set_plan_sha256(to_text(plan.span()));
  record.mutable_clip_destroyed()->set_clip(clip);
  return record;
}

evidence::Record sweep_finished(const Digest& plan) {
  evidence::Record record = record_by_server();
  record.mutable_sweep_finished()->set_plan_sha256(to_text(plan.span()));
  return record;
}

}  // namespace hansom::test
