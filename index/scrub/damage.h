// What the scrubber found, as the views have it.
#pragma once

#include <optional>
#include <vector>

#include "index/catalogue/rows.pb.h"
#include "index/store/store.h"

namespace hansom::scrub {

// Error: kCorrupt `object_damaged` where a pass found this object damaged and none found it whole
// since. Every reader of the vault for people asks this first.
[[nodiscard]] Status check_sound(const store::Reader& reader, ByteSpan object);
[[nodiscard]] Result<std::vector<catalogue::DamageRow>> list_damage(const store::Reader& reader);
// nullopt: there was no pass yet.
[[nodiscard]] Result<std::optional<catalogue::ScrubRow>> last_pass(const store::Reader& reader);

}  // namespace hansom::scrub
