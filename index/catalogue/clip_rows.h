// A clip's row and the index rows that follow from it. For the rules; queries go through
// catalogue.h.
#pragma once

#include <optional>

#include "index/catalogue/interval_index.h"
#include "index/catalogue/rows.pb.h"
#include "proto/base/ids.h"

namespace hansom::catalogue {

// What a clip is found by; a tombstone has no driver licence.
struct ClipNames {
  std::string registration;
  std::string vehicle_licence;
  std::string driver_licence;
  std::string unit;
};
[[nodiscard]] ClipNames names_of(const ClipRow& row);
[[nodiscard]] inline Interval interval_of(const ClipRow& row) {
  return {row.start_us(), row.end_us()};
}
// The interval a clip is found by: what its manifest says; before its arrival where the unit's
// clock was never set.
[[nodiscard]] Interval interval_of(const evidence::Manifest& manifest, std::int64_t accepted_us);

[[nodiscard]] Result<std::optional<ClipRow>> get_clip(const store::Reader& reader, ByteSpan id);
// The clip, if it is there and not destroyed. Errors: kNotFound `clip_not_found`, kGone
// `destroyed`.
[[nodiscard]] Result<ClipRow> get_live_clip(const store::Reader& reader, ByteSpan id);
// Writes the row and every index row that follows from it.
void put_clip(store::Batch& batch, const ClipRow& row);
// Writes the row alone. Requires: its names and interval are those of the row it replaces.
void put_clip_facts(store::Batch& batch, const ClipRow& row);
void remove_clip_index(store::Batch& batch, const ClipRow& row);

// Derived objects: which belong to a clip, and which of them to no other clip.
void put_derived(store::Batch& batch, ByteSpan clip, ByteSpan object);
[[nodiscard]] Result<std::vector<Bytes>> derived_objects(const store::Reader& reader,
                                                         ByteSpan clip);
// True when a clip other than `clip` still needs this vault object.
[[nodiscard]] Result<bool> needed_by_another(const store::Reader& reader, ByteSpan object,
                                             ByteSpan clip);
[[nodiscard]] Status remove_derived(store::Batch& batch, ByteSpan clip);

}  // namespace hansom::catalogue
