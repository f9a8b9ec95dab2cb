// Clip rows, their index rows and their derived objects.
#include "index/catalogue/clip_rows.h"

#include <algorithm>

#include "index/catalogue/keys.h"
#include "proto/evidence/manifest.h"

namespace hansom::catalogue {

using store::Family;

ClipNames names_of(const ClipRow& row) {
  if (row.has_tombstone()) {
    const Tombstone& left = row.tombstone();
    return {left.registration(), left.vehicle_licence(), "", left.unit()};
  }
  const evidence::Manifest& manifest = row.manifest();
  return {evidence::normalise_registration(manifest.vehicle().registration()),
          evidence::normalise_licence(manifest.vehicle_licence()),
          evidence::normalise_licence(manifest.driver_licence()),
          row.arrivals().empty() ? manifest.unit() : row.arrivals(0).unit()};
}

Interval told_interval(const evidence::Manifest& manifest, std::int64_t accepted_us) {
  constexpr std::uint64_t kMillisecondsMax = std::numeric_limits<std::int64_t>::max() / 1000;
  const auto duration_us =
      static_cast<std::int64_t>(std::min(manifest.duration_ms(), kMillisecondsMax)) * 1000;
  if (manifest.clock_state() == evidence::CLOCK_STATE_UNSET) {
    const Interval length = indexable_as_told(0, duration_us);
    return indexable(saturating_add(accepted_us, -length.end_us), accepted_us);
  }
  return indexable_as_told(manifest.start_us(), saturating_add(manifest.start_us(), duration_us));
}

Interval told_interval(const ClipRow& row) {
  return row.has_tombstone() ? possible_interval(row)
                             : told_interval(row.manifest(), row.accepted_us());
}

Interval possible_interval(const ClipRow& row) {
  if (row.has_time()) {
    return indexable(row.time().earliest_start_us(), row.time().latest_end_us());
  }
  return row.has_tombstone() ? interval_of(row) : told_interval(row);
}

bool certainly_within(const ClipRow& row, const Interval& asked) {
  const Interval possible = possible_interval(row);
  // A told interval alone is no certainty; nor is what is left of a destroyed clip.
  if (!row.has_time()) {
    constexpr Interval kAllTime;
    return asked == kAllTime || (row.has_tombstone() && asked.start_us <= possible.start_us &&
                                 possible.end_us <= asked.end_us);
  }
  return row.time().latest_start_us() < asked.end_us &&
         asked.start_us < std::max(row.time().earliest_end_us(), possible.start_us + 1);
}

bool settle_interval(ClipRow& row) {
  const Interval told = told_interval(row);
  const Interval possible = possible_interval(row);
  const std::int64_t end_us = std::max(told.end_us, possible.end_us);
  Interval both = indexable(std::min(told.start_us, possible.start_us), end_us);
  // A clock that is a lifetime off: then the truth alone.
  if (both.end_us != end_us) both = possible;
  if (both == interval_of(row)) return false;
  row.set_start_us(both.start_us);
  row.set_end_us(both.end_us);
  return true;
}

Result<std::optional<ClipRow>> get_clip(const store::Reader& reader, ByteSpan id) {
  return get_row<ClipRow>(reader, Family::kClip, id);
}

Result<ClipRow> get_live_clip(const store::Reader& reader, ByteSpan id) {
  HANSOM_TRY_ASSIGN(std::optional<ClipRow> row, get_clip(reader, id));
  if (!row) {
    return fail(ErrorKind::kNotFound, "clip_not_found", "no clip " + to_hex(id) + " is known");
  }
  if (row->has_tombstone()) {
    return fail(ErrorKind::kGone, "destroyed",
                "clip " + to_hex(id) + " was destroyed at " +
                    to_rfc3339(from_unix_us(row->tombstone().destroyed_us())) + " under rule " +
                    row->tombstone().rule());
  }
  return *std::move(row);
}

namespace {

template <typename Use>
void for_each_prefix(const ClipRow& row, const Use& use) {
  const ClipNames names = names_of(row);
  if (!names.registration.empty()) use(clips_of_registration(names.registration));
  if (!names.vehicle_licence.empty()) use(clips_of_vehicle_licence(names.vehicle_licence));
  if (!names.driver_licence.empty()) use(clips_of_driver_licence(names.driver_licence));
  if (!names.unit.empty()) use(clips_of_unit(names.unit));
  use(all_clips());
}

}  // namespace

void put_clip_facts(store::Batch& batch, const ClipRow& row) {
  put_row(batch, Family::kClip, as_bytes(row.id()), row);
}

void put_clip(store::Batch& batch, const ClipRow& row) {
  put_clip_facts(batch, row);
  for_each_prefix(row, [&](const Bytes& prefix) {
    write_interval(batch, Family::kIndex, prefix, interval_of(row), as_bytes(row.id()));
  });
}

void remove_clip_index(store::Batch& batch, const ClipRow& row) {
  for_each_prefix(row, [&](const Bytes& prefix) {
    remove_interval(batch, Family::kIndex, prefix, interval_of(row), as_bytes(row.id()));
  });
}

namespace {

Bytes joined(Bytes prefix, ByteSpan rest) {
  prefix.insert(prefix.end(), rest.begin(), rest.end());
  return prefix;
}

}  // namespace

void put_derived(store::Batch& batch, ByteSpan clip, ByteSpan object) {
  batch.put(Family::kIndex, joined(objects_of_clip(clip), object), {});
  batch.put(Family::kIndex, joined(clips_of_object(object), clip), {});
}

Result<std::vector<Bytes>> derived_objects(const store::Reader& reader, ByteSpan clip) {
  const Bytes prefix = objects_of_clip(clip);
  HANSOM_TRY_ASSIGN(std::vector<Bytes> objects, keys_with_prefix(reader, Family::kIndex, prefix));
  for (Bytes& key : objects) {
    key.erase(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(prefix.size()));
  }
  return objects;
}

Result<bool> needed_by_another(const store::Reader& reader, ByteSpan object, ByteSpan clip) {
  // As a master ...
  if (!std::ranges::equal(object, clip)) {
    HANSOM_TRY_ASSIGN(const std::optional<ClipRow> master, get_clip(reader, object));
    if (master && !master->has_tombstone()) return true;
  }
  // ... or as something derived.
  const Bytes prefix = clips_of_object(object);
  HANSOM_TRY_ASSIGN(const std::vector<Bytes> keys,
                    keys_with_prefix(reader, Family::kIndex, prefix));
  return std::ranges::any_of(keys, [&](const Bytes& key) {
    return !std::ranges::equal(ByteSpan(key).subspan(prefix.size()), clip);
  });
}

Status remove_derived(store::Batch& batch, ByteSpan clip) {
  HANSOM_TRY_ASSIGN(const std::vector<Bytes> objects, derived_objects(batch, clip));
  for (const Bytes& object : objects) {
    batch.del(Family::kIndex, joined(objects_of_clip(clip), object));
    batch.del(Family::kIndex, joined(clips_of_object(object), clip));
  }
  return {};
}

}  // namespace hansom::catalogue
