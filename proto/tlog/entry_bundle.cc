// The codec of entry bundles.
#include "proto/tlog/entry_bundle.h"

#include "proto/base/check.h"

namespace hansom::tlog {
namespace {

tl::unexpected<Error> bad_bundle(const char* why) {
  return fail(ErrorKind::kCorrupt, "bad_bundle", why);
}

}  // namespace

Bytes encode_entry_bundle(const std::vector<Bytes>& entries) {
  HANSOM_CHECK(!entries.empty() && entries.size() <= kTileWidth);
  Bytes out;
  for (const Bytes& entry : entries) {
    HANSOM_CHECK(entry.size() <= kEntryBytesMax);
    append_u16be(out, static_cast<std::uint16_t>(entry.size()));
    out.insert(out.end(), entry.begin(), entry.end());
  }
  return out;
}

Result<std::vector<Bytes>> decode_entry_bundle(ByteSpan bytes) {
  std::vector<Bytes> entries;
  while (!bytes.empty()) {
    if (entries.size() == kTileWidth) return bad_bundle("over 256 entries");
    if (bytes.size() < 2) return bad_bundle("it ends within a length");
    const std::size_t length = read_u16be(bytes);
    bytes = bytes.subspan(2);
    if (bytes.size() < length) return bad_bundle("it ends within an entry");
    const ByteSpan entry = bytes.first(length);
    entries.emplace_back(entry.begin(), entry.end());
    bytes = bytes.subspan(length);
  }
  if (entries.empty()) return bad_bundle("it is empty");
  return entries;
}

}  // namespace hansom::tlog
