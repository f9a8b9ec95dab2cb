// Reads the leaf and its inclusion proof.
#include "index/api/leaf_to_carry.h"

namespace hansom::api {

Result<tlog::LogProof> leaf_to_carry(const journal::Journal& journal, LeafIndex index,
                                     const journal::Head& head) {
  HANSOM_TRY_ASSIGN(const journal::Stored stored, journal.read(index));
  tlog::LogProof proof;
  proof.extra = stored.leaf;
  proof.index = to_u64(index);
  HANSOM_TRY_ASSIGN(proof.hashes, journal.prove_inclusion(index, head.size));
  proof.checkpoint = head.checkpoint;
  return proof;
}

}  // namespace hansom::api
