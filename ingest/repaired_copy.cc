// The copy of a damaged clip that plays: see repaired_copy.h.
#include "ingest/repaired_copy.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "ingest/derived_random.h"
#include "proto/base/sha256.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kBlockBytes = 16 * age::kChunkBytes;

// How long the copy will be; nothing where the pieces do not fit the clip or it would be too long.
std::optional<std::uint64_t> copy_bytes(const evidence::Repair& repair, std::uint64_t clip_bytes) {
  std::uint64_t total = 0;
  for (const evidence::RepairPiece& piece : repair.pieces()) {
    if (piece.offset() > clip_bytes || piece.bytes() > clip_bytes - piece.offset()) {
      return std::nullopt;
    }
    total += piece.literal().empty() ? piece.bytes() : piece.literal().size();
    if (total > kRepairedCopyBytesMax) return std::nullopt;
  }
  return total;
}

using Sink = std::function<void(ByteSpan)>;

Status read_pieces(const evidence::Repair& repair, age::Opener& opener, const Sink& sink) {
  Bytes block;
  for (const evidence::RepairPiece& piece : repair.pieces()) {
    if (!piece.literal().empty()) {
      sink(as_bytes(piece.literal()));
      continue;
    }
    for (std::uint64_t done = 0; done < piece.bytes(); done += block.size()) {
      block.resize(std::min<std::uint64_t>(kBlockBytes, piece.bytes() - done));
      HANSOM_TRY(opener.read(piece.offset() + done, block));
      sink(block);
    }
  }
  return {};
}

}  // namespace

Status seal_repaired_copy(const ClipId& clip, age::Opener& opener, const age::Identity& identity,
                          vault::Vault& vault, evidence::Repair& repair) {
  if (repair.pieces().empty()) return {};
  const std::optional<std::uint64_t> bytes = copy_bytes(repair, opener.size());
  if (!bytes) {
    repair.clear_pieces();
    repair.clear_method();
    repair.set_missing(repair.missing() + "; a copy would be larger than is made");
    return {};
  }
  Sha256 hash;
  HANSOM_TRY(read_pieces(repair, opener, [&hash](ByteSpan part) { hash.update(part); }));
  const Digest digest = hash.finish();
  DerivedRandom random("hansom sealed repaired copy v1", identity, clip, digest);
  const age::Recipient recipient = identity.recipient();
  HANSOM_TRY_ASSIGN(age::Sealer sealer, age::Sealer::start(std::span(&recipient, 1), random));
  Bytes sealed;
  sealer.header(sealed);
  sealed.reserve(age::sealed_bytes(sealed.size(), *bytes));
  HANSOM_TRY(read_pieces(repair, opener, [&](ByteSpan part) { sealer.update(part, sealed); }));
  sealer.finish(sealed);
  HANSOM_TRY_ASSIGN(const Digest name, vault.put(sealed));
  repair.clear_pieces();
  repair.set_sealed_sha256(to_text(name.span()));
  repair.set_copy_sha256(to_text(digest.span()));
  repair.set_copy_bytes(*bytes);
  return {};
}

}  // namespace hansom::ingest
