// An event's row and the index rows that follow from it.
#pragma once

#include <optional>
#include <vector>

#include "index/catalogue/interval_index.h"
#include "index/catalogue/rows.pb.h"

namespace hansom::catalogue {

// [time, end), or one second where the unit gave no end; at its receipt where the unit's clock was
// never set.
[[nodiscard]] Interval interval_of(const StoredEvent& row);
[[nodiscard]] Result<std::optional<StoredEvent>> get_event(const store::Reader& reader,
                                                           std::string_view unit,
                                                           std::uint64_t sequence);
[[nodiscard]] Result<std::optional<StoredEvent>> get_event_of_suffix(const store::Reader& reader,
                                                                     ByteSpan suffix);
// The `limit` events of a unit with the highest numbers, in no promised order.
[[nodiscard]] Result<std::vector<StoredEvent>> newest_events(const store::Reader& reader,
                                                             std::string_view unit,
                                                             std::size_t limit);
void put_event(store::Batch& batch, const StoredEvent& row);

}  // namespace hansom::catalogue
