// The catalogue's keys; README.md has them in a table.
#pragma once

#include <string_view>

#include "index/catalogue/interval_index.h"
#include "index/catalogue/row_io.h"
#include "proto/base/ids.h"

namespace hansom::catalogue {

// The first 16 bytes of a text's SHA-256: names of any length as fixed-width parts of keys. Who
// reads through such a key compares the name in the row.
[[nodiscard]] Bytes short_hash(std::string_view text);

// Prefixes of Family::kIndex, each followed by an interval and the clip id.
[[nodiscard]] Bytes clips_of_registration(std::string_view normalised);
[[nodiscard]] Bytes clips_of_vehicle_licence(std::string_view normalised);
[[nodiscard]] Bytes clips_of_driver_licence(std::string_view normalised);
[[nodiscard]] Bytes clips_of_unit(std::string_view unit);
[[nodiscard]] Bytes all_clips();

// Family::kUpload: the concatenation whose first part that upload was.
[[nodiscard]] Bytes upload_that_begins_with(std::string_view part);

// Family::kIndex: which derived objects belong to a clip, and to which clips an object belongs.
[[nodiscard]] Bytes objects_of_clip(ByteSpan clip);    // followed by the object's digest
[[nodiscard]] Bytes clips_of_object(ByteSpan object);  // followed by the clip id

// Family::kEvent: the event itself.
[[nodiscard]] Bytes event_key(std::string_view unit, std::uint64_t sequence);
// The part of event_key behind its kind byte; the suffix of every index row of the event.
[[nodiscard]] Bytes event_suffix(std::string_view unit, std::uint64_t sequence);
[[nodiscard]] Bytes event_key_of_suffix(ByteSpan suffix);
// Prefixes of Family::kEvent, each followed by an interval and the event's suffix.
[[nodiscard]] Bytes events_of_registration(std::string_view normalised);
[[nodiscard]] Bytes events_of_registration_and_type(std::string_view normalised,
                                                    std::string_view type);
[[nodiscard]] Bytes events_of_type(std::string_view type);
[[nodiscard]] Bytes events_of_unit(std::string_view unit);
[[nodiscard]] Bytes all_events();

}  // namespace hansom::catalogue
