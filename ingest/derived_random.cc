// Randomness for sealing what is derived from a clip: see derived_random.h.
#include "ingest/derived_random.h"

#include <algorithm>

#include "proto/base/sha256.h"

namespace hansom::ingest {

DerivedRandom::DerivedRandom(std::string_view purpose, const age::Identity& identity,
                             const ClipId& clip, const Digest& derived)
    : seed_(32) {
  Sha256 hash;
  hash.update(as_bytes(purpose)).update(identity.scalar());
  hash.update(clip.span()).update(derived.span());
  const Digest digest = hash.finish();
  std::copy(digest.bytes.begin(), digest.bytes.end(), seed_.writable().begin());
}

void DerivedRandom::fill(MutableByteSpan out) {
  while (!out.empty()) {
    Bytes counter;
    append_u64be(counter, counter_++);
    const Digest block = Sha256().update(seed_.span()).update(counter).finish();
    const std::size_t n = std::min(out.size(), block.bytes.size());
    std::copy_n(block.bytes.begin(), n, out.begin());
    out = out.subspan(n);
  }
}

}  // namespace hansom::ingest
