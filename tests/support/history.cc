// Histories by chance.
#include "tests/support/history.h"

#include "index/retention/retention.h"

namespace hansom::test {

evidence::Record History::next(const store::Reader& reader) {
  switch (pick(17)) {
    case 0:
      return unit_enrolled(unit(), "certificate " + std::to_string(pick(5)));
    case 1:
      return pick(6) == 0 ? unit_revoked(unit()) : unit_enrolled(unit());
    case 2:
    case 3:
    case 4:
      return clip();
    case 5:
      return inspection();
    case 6:
      return events();
    case 7:
      return hold_placed("hold " + std::to_string(pick(40)), name());
    case 8:
      return hold_released("hold " + std::to_string(pick(40)));
    case 9:
      return load();
    case 10:
      return token();
    case 11:
      return scrub();
    case 12:
    case 13:
      return time();
    case 14:
      return correction();
    default:
      return sweep(reader);
  }
}

evidence::Record History::inspection() {
  const std::string of = name();
  const std::string order = "order " + std::to_string(pick(6));
  switch (pick(8)) {
    case 0:
      return inspector_died(of);
    case 1:
      return inspector_died(of, "killed", order);
    case 2:
    case 3:
      return inspection_ordered(order, {of, name(), name()}, pick(2) == 0 ? "full" : "",
                                pick(2) == 0);
    default: {
      evidence::Record record = clip_inspected(of, {of + " picture", "picture of many"});
      evidence::ClipInspected& act = *record.mutable_clip_inspected();
      if (pick(2) == 0) act.set_order_id(order);
      if (pick(3) != 0) act.mutable_report()->set_inspector_version(std::to_string(pick(3)));
      return record;
    }
  }
}

evidence::Record History::clip() {
  ClipSpec spec;
  spec.name = name();
  spec.upload = upload_of(std::to_string(random_()));
  spec.unit = unit();
  spec.registration = "REG" + std::to_string(pick(4));
  spec.start_us = kStartUs + static_cast<std::int64_t>(pick(1000)) * kSecondUs;
  spec.duration_ms = static_cast<std::int64_t>(pick(4) == 0 ? 200'000'000 : pick(600'000));
  return clip_accepted(spec);
}

evidence::Record History::events() {
  std::vector<evidence::Event> all;
  for (std::uint64_t n = pick(4); n > 0; --n) {
    const std::uint64_t sequence = pick(200);
    all.push_back(event(sequence, "type" + std::to_string(sequence % 3),
                        kStartUs + static_cast<std::int64_t>(sequence)));
  }
  return events_reported(unit(), all);
}

evidence::Record History::load() {
  evidence::Record record = record_by_server();
  for (std::uint64_t n = pick(4); n > 0; --n) {
    auto& link = *record.mutable_register_loaded()->add_links();
    link.set_unit("unit-" + std::to_string(n));
    link.set_registration("REG" + std::to_string(pick(4)));
  }
  if (!record.has_register_loaded()) record.mutable_register_loaded();  // everything unlinked
  return record;
}

evidence::Record History::token() {
  const std::string id = "token " + std::to_string(pick(30));
  evidence::Record record = record_by_server();
  if (pick(3) == 0) {
    record.mutable_token_revoked()->set_token_id(id);
    return record;
  }
  evidence::TokenIssued& act = *record.mutable_token_issued();
  act.set_token_id(id);
  act.set_token_sha256(digest_text(id));
  act.set_person("person " + std::to_string(pick(5)));
  act.set_role("investigator");
  act.set_expires_us(kStartUs + kDayUs);
  return record;
}

evidence::Record History::scrub() {
  evidence::Record record = record_by_server();
  const std::string clip = name();
  const std::string object = pick(3) == 0 ? clip + " picture" : clip;
  switch (pick(4)) {
    case 0:
      record.mutable_scrub_passed()->set_objects(pick(100));
      break;
    case 1:
      record.mutable_object_mended()->set_object(digest_text(object));
      break;
    default:
      record.mutable_object_damaged()->set_object(digest_text(object));
      record.mutable_object_damaged()->set_clip(digest_text(clip));
      record.mutable_object_damaged()->set_found("digest");
  }
  return record;
}

evidence::Record History::time() {
  const std::uint64_t facts_before = pick(4000);
  if (pick(3) == 0) return unit_timed(unit(), facts_before);
  evidence::TrueTime time;
  const auto start = kStartUs + static_cast<std::int64_t>(pick(1000)) * kSecondUs;
  const auto width = static_cast<std::int64_t>(pick(4) == 0 ? pick(100'000'000) : pick(600));
  time.set_earliest_start_us(start);
  time.set_latest_start_us(start + width * kSecondUs);
  time.set_earliest_end_us(start + static_cast<std::int64_t>(pick(60)) * kSecondUs);
  time.set_latest_end_us(time.latest_start_us() + 60 * kSecondUs);
  time.set_method(pick(2) == 0 ? "told" : "satellite");
  if (pick(2) == 0) time.add_findings()->set_trap("step");
  return clip_timed(name(), time, facts_before);
}

evidence::Record History::correction() {
  const std::string id = "correction " + std::to_string(pick(30));
  const std::string of = unit();
  evidence::Record record = record_by_server();
  if (pick(3) == 0) {
    auto& act = *record.mutable_clock_correction_withdrawn();
    act.set_unit(of);
    act.set_correction_id(id);
    act.set_reason("measured again");
    return record;
  }
  auto& act = *record.mutable_clock_corrected();
  act.set_unit(of);
  act.set_correction_id(id);
  act.set_from_us(kStartUs);
  act.set_until_us(kStartUs + static_cast<std::int64_t>(pick(1000)) * kSecondUs);
  act.set_error_us(static_cast<std::int64_t>(pick(600)) * kSecondUs);
  if (pick(2) == 0) act.set_channel(1);
  act.set_reason("measured");
  return record;
}

evidence::Record History::sweep(const store::Reader& reader) {
  if (!plan_ || pick(12) == 0) {
    const retention::Policy policy{{{evidence::Purpose::EVENT, std::chrono::days(0)}}};
    plan_ = retention::plan(reader, policy, from_unix_us(kStartUs + kDayUs)).value();
    digest_ = retention::plan_digest(*plan_);
    return sweep_planned(*plan_);
  }
  switch (pick(8)) {
    case 0:
      return sweep_finished(digest_);
    case 1:
    case 2:
      return sweep_started(digest_);
    default:
      if (plan_->items().empty()) return sweep_started(digest_);
      const auto n = static_cast<int>(pick(static_cast<std::uint64_t>(plan_->items_size())));
      return clip_destroyed(digest_, plan_->items(n).clip());
  }
}

}  // namespace hansom::test
