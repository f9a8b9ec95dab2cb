// Queries of the scrubber's rows.
#include "index/scrub/damage.h"

#include "index/scrub/keys.h"
#include "proto/base/clock.h"

namespace hansom::scrub {

using catalogue::DamageRow;
using store::Family;

Status check_sound(const store::Reader& reader, ByteSpan object) {
  HANSOM_TRY_ASSIGN(const auto row,
                    catalogue::get_row<DamageRow>(reader, Family::kIndex, damage_key(object)));
  if (!row) return {};
  return fail(ErrorKind::kCorrupt, "object_damaged",
              to_hex(object) + " was found damaged (" + row->found() + ") at " +
                  to_rfc3339(from_unix_us(row->time_us())) + ", leaf " +
                  std::to_string(row->leaf()) + "; it lies where it was");
}

Result<std::vector<DamageRow>> list_damage(const store::Reader& reader) {
  return catalogue::list_rows<DamageRow>(reader, Family::kIndex, damage_key({}));
}

Result<std::optional<catalogue::ScrubRow>> last_pass(const store::Reader& reader) {
  return catalogue::get_row<catalogue::ScrubRow>(reader, Family::kIndex, last_pass_key());
}

}  // namespace hansom::scrub
