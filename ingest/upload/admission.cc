// Judges and counts.
#include "ingest/upload/admission.h"

#include "proto/base/check.h"

namespace hansom::ingest {
namespace {

tl::unexpected<Error> full(std::string_view token, std::string message) {
  return fail(ErrorKind::kUnavailable, token, std::move(message) + "; try again later");
}

bool fits(std::uint64_t used, std::uint64_t more, std::uint64_t most) {
  return used <= most && more <= most - used;
}

}  // namespace

Status judge_upload(const AdmissionLimits& limits, const SpoolUse& unit, const SpoolUse& all,
                    std::uint64_t bytes) {
  if (unit.uploads >= limits.unit_uploads_max) {
    return full("unit_uploads_full", "the unit has " + std::to_string(unit.uploads) +
                                         " uploads that are not complete; finish some first");
  }
  if (unit.uploads > 0 && !fits(unit.bytes, bytes, limits.unit_spool_bytes_max)) {
    return full("unit_spool_full", "the unit's open uploads have " + std::to_string(unit.bytes) +
                                       " of " + std::to_string(limits.unit_spool_bytes_max) +
                                       " bytes; finish some first");
  }
  if (all.uploads > 0 && !fits(all.bytes, bytes, limits.spool_bytes_max)) {
    return full("spool_full", "too much is being uploaded at present");
  }
  return {};
}

Status judge_body(const AdmissionLimits& limits, const BodyUse& unit, const BodyUse& all,
                  std::uint64_t bytes) {
  if (unit.bodies >= limits.unit_bodies_max) {
    return full("unit_bodies_full",
                "the unit sends " + std::to_string(unit.bodies) + " bodies at once already");
  }
  if (all.bodies > 0 && !fits(all.bytes, bytes, limits.bytes_in_flight_max)) {
    return full("bytes_in_flight_full", "too many units send at present");
  }
  return {};
}

Status Admission::enter(const UploadId& upload, const UnitId& unit, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  const auto known = units_.find(unit);
  HANSOM_TRY(judge_upload(limits_, known == units_.end() ? SpoolUse() : known->second.spool,
                          all_.spool, bytes));
  count(upload, unit, bytes);
  return {};
}

void Admission::take_in(const UploadId& upload, const UnitId& unit, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  count(upload, unit, bytes);
}

void Admission::count(const UploadId& upload, const UnitId& unit, std::uint64_t bytes) {
  HANSOM_CHECK(uploads_.try_emplace(upload, Counted{unit, bytes}).second);
  for (SpoolUse* use : {&units_[unit].spool, &all_.spool}) {
    ++use->uploads;
    use->bytes += bytes;
  }
}

void Admission::resize(const UploadId& upload, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  Counted& counted = uploads_.at(upload);
  for (SpoolUse* use : {&units_[counted.unit].spool, &all_.spool}) {
    use->bytes = use->bytes - counted.bytes + bytes;
  }
  counted.bytes = bytes;
}

void Admission::leave(const UploadId& upload) {
  const std::scoped_lock lock(mutex_);
  const auto counted = uploads_.find(upload);
  if (counted == uploads_.end()) return;
  const auto [unit, bytes] = std::move(counted->second);
  uploads_.erase(counted);
  for (SpoolUse* use : {&units_[unit].spool, &all_.spool}) {
    --use->uploads;
    use->bytes -= bytes;
  }
  forget_if_idle(unit);
}

Result<Admission::Body> Admission::begin_body(const UnitId& unit, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  const auto known = units_.find(unit);
  HANSOM_TRY(judge_body(limits_, known == units_.end() ? BodyUse() : known->second.bodies,
                        all_.bodies, bytes));
  for (BodyUse* use : {&units_[unit].bodies, &all_.bodies}) {
    ++use->bodies;
    use->bytes += bytes;
  }
  return Body(*this, unit, bytes);
}

void Admission::end_body(const UnitId& unit, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  for (BodyUse* use : {&units_[unit].bodies, &all_.bodies}) {
    --use->bodies;
    use->bytes -= bytes;
  }
  forget_if_idle(unit);
}

void Admission::forget_if_idle(const UnitId& unit) {
  const auto known = units_.find(unit);
  if (known->second.spool.uploads == 0 && known->second.bodies.bodies == 0) units_.erase(known);
}

SpoolUse Admission::spool_use() const {
  const std::scoped_lock lock(mutex_);
  return all_.spool;
}

BodyUse Admission::body_use() const {
  const std::scoped_lock lock(mutex_);
  return all_.bodies;
}

}  // namespace hansom::ingest
