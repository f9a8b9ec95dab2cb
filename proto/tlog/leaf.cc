// The journal leaf's codec and its commitment.
#include "proto/tlog/leaf.h"

#include <algorithm>

namespace hansom::tlog {
namespace {
constexpr std::uint8_t kVersion = 0x01;
}

Bytes Leaf::encode() const {
  Bytes out;
  out.reserve(kLeafBytes);
  out.push_back(kVersion);
  append_u16be(out, type);
  append_u64be(out, static_cast<std::uint64_t>(to_unix_us(time)));
  out.insert(out.end(), commitment.bytes.begin(), commitment.bytes.end());
  return out;
}

Result<Leaf> Leaf::decode(ByteSpan bytes) {
  if (bytes.size() != kLeafBytes) {
    return fail(ErrorKind::kCorrupt, "bad_leaf", "a leaf has 43 bytes");
  }
  if (bytes[0] != kVersion) return fail(ErrorKind::kCorrupt, "bad_leaf", "unknown leaf version");
  Leaf leaf;
  leaf.type = read_u16be(bytes.subspan(1));
  leaf.time = from_unix_us(static_cast<std::int64_t>(read_u64be(bytes.subspan(3))));
  std::copy(bytes.begin() + 11, bytes.end(), leaf.commitment.bytes.begin());
  return leaf;
}

Digest commit(ByteSpan salt, ByteSpan record) {
  return Sha256().update(salt).update(record).finish();
}

}  // namespace hansom::tlog
