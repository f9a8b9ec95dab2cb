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
// The interval a clip's index rows have: what was told and what is true lie in it.
[[nodiscard]] inline Interval interval_of(const ClipRow& row) {
  return {row.start_us(), row.end_us()};
}
// When the clip was by its unit's clock; before its arrival where that was never set. Events of the
// unit are told by the same clock. Of a tombstone, possible_interval().
[[nodiscard]] Interval told_interval(const ClipRow& row);
[[nodiscard]] Interval told_interval(const evidence::Manifest& manifest, std::int64_t accepted_us);
// When the clip may have been: from the earliest start to the latest end that were stated; as told
// while none were.
[[nodiscard]] Interval possible_interval(const ClipRow& row);
// Whether the clip was, for a moment at least, certainly within `asked`.
[[nodiscard]] bool certainly_within(const ClipRow& row, const Interval& asked);
// Puts the interval of the index rows right after a change of the row's time. Returns whether it is
// another one now: then the caller has to write index rows.
bool settle_interval(ClipRow& row);

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
