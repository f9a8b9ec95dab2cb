// The digest of a family.
#include "index/store/digest.h"

namespace hansom::store {

Result<Digest> digest_of(const Reader& reader, Family family) {
  Sha256 hash;
  const auto add = [&](ByteSpan bytes) {
    Bytes length;
    append_u64be(length, bytes.size());
    hash.update(length);
    hash.update(bytes);
  };
  HANSOM_TRY(reader.scan(family, {}, {}, Order::kAscending, [&](ByteSpan key, ByteSpan value) {
    add(key);
    add(value);
    return true;
  }));
  return hash.finish();
}

}  // namespace hansom::store
