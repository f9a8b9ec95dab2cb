// Proves the leaf's place.
#include "index/api/leaf_to_carry.h"

namespace hansom::api {

Result<tlog::LogProof> leaf_to_carry(const journal::Journal& journal, LeafIndex index, Bytes leaf,
                                     const journal::Head& head) {
  tlog::LogProof proof;
  proof.extra = std::move(leaf);
  proof.index = to_u64(index);
  HANSOM_TRY_ASSIGN(proof.hashes, journal.prove_inclusion(index, head.size));
  proof.checkpoint = head.checkpoint;
  return proof;
}

}  // namespace hansom::api
