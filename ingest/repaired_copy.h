// The copy of a damaged clip that plays: put together from the clip's own bytes as the inspector
// says, sealed, and stored beside the clip, which stays as it arrived.
#pragma once

#include "index/vault/vault.h"
#include "proto/age/age.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// Larger copies are not made: one is sealed in memory.
inline constexpr std::uint64_t kRepairedCopyBytesMax = 256ULL * 1024 * 1024;

// Makes the copy that `repair.pieces` describe and seals it to `identity` into the vault. Then the
// repair names it by its digests and has no pieces. Where the pieces reach past the clip or make
// more than kRepairedCopyBytesMax there is no copy, and the repair says so. The same clip and
// pieces give the same object. Without pieces nothing happens. Errors: the vault's; then the repair
// is unchanged.
[[nodiscard]] Status seal_repaired_copy(const ClipId& clip, age::Opener& opener,
                                        const age::Identity& identity, vault::Vault& vault,
                                        evidence::Repair& repair);

}  // namespace hansom::ingest
