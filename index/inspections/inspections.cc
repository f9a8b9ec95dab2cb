// Queries of inspections.
#include "index/inspections/inspections.h"

#include "index/inspections/keys.h"

namespace hansom::inspections {

using store::Family;

Result<std::vector<ClipId>> pending(const store::Reader& reader, std::size_t limit) {
  std::vector<ClipId> clips;
  Status read;
  if (limit == 0) return clips;
  constexpr std::array<std::uint8_t, 1> kEnd{kEndOfQueue};
  HANSOM_TRY(reader.scan(
      Family::kQueue, {}, kEnd, store::Order::kAscending, [&](ByteSpan, ByteSpan value) {
        Result<ClipId> id = Digest::from_span(value);
        if (!id) {
          read = fail(ErrorKind::kCorrupt, "store_corrupt", "a row of the inspection queue");
          return false;
        }
        clips.push_back(*id);
        return clips.size() < limit;
      }));
  HANSOM_TRY(read);
  return clips;
}

}  // namespace hansom::inspections
