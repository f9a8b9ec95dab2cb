// Randomness for sealing what is derived from a clip.
#pragma once

#include <string_view>

#include "proto/age/age.h"
#include "proto/base/ids.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"

namespace hansom::ingest {

// A function of the vault's secret, the clip and the derived bytes: inspecting a clip again after a
// crash seals the same picture to the same bytes, so no copy is left behind that the journal does
// not name. Distinct bytes never share a key. One thread.
class DerivedRandom final : public Random {
 public:
  // `purpose`: a literal of its own for each kind of derived object. `derived`: the digest of the
  // bytes to seal.
  DerivedRandom(std::string_view purpose, const age::Identity& identity, const ClipId& clip,
                const Digest& derived);
  void fill(MutableByteSpan out) override;

 private:
  Secret seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace hansom::ingest
