// A leaf as a .tlog-proof (c2sp.org/tlog-proof): what the public log and a clip's bundle hand out.
#pragma once

#include "index/journal/journal.h"
#include "proto/tlog/log_proof.h"

namespace hansom::api {

// `leaf`, which stands at `index`, with its way to `head`, whose checkpoint may carry cosignatures.
// Requires: index < head.size. Errors: those of Journal::prove_inclusion.
[[nodiscard]] Result<tlog::LogProof> leaf_to_carry(const journal::Journal& journal, LeafIndex index,
                                                   Bytes leaf, const journal::Head& head);

}  // namespace hansom::api
