// Copies two short spans.
#include "ingest/upload/kept_ends.h"

#include <algorithm>

#include "proto/age/age.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kLastBytes = age::kSealedChunkBytes;  // the last chunk of its payload

bool copy_from(ByteSpan kept, std::uint64_t kept_at, std::uint64_t offset, MutableByteSpan out) {
  if (offset < kept_at || offset - kept_at > kept.size()) return false;
  const ByteSpan from = kept.subspan(static_cast<std::size_t>(offset - kept_at));
  if (from.size() < out.size()) return false;
  std::ranges::copy(from.first(out.size()), out.begin());
  return true;
}

}  // namespace

void KeptEnds::keep(std::uint64_t at, ByteSpan bytes, std::optional<std::uint64_t> length) {
  if (at == 0) {
    const ByteSpan first = bytes.first(std::min(bytes.size(), age::Opener::kFirstReadBytes));
    first_.assign(first.begin(), first.end());
  }
  if (!length) return;
  const std::uint64_t wanted_from = *length - std::min<std::uint64_t>(*length, kLastBytes);
  if (at + bytes.size() <= wanted_from) return;
  const std::uint64_t from = std::max(at, wanted_from);
  // An upload that goes on after a restart has only what came since.
  if (last_.empty() || from < last_at_ || from > last_at_ + last_.size()) last_at_ = from;
  last_.resize(static_cast<std::size_t>(from - last_at_));
  const ByteSpan end = bytes.subspan(static_cast<std::size_t>(from - at));
  last_.insert(last_.end(), end.begin(), end.end());
}

bool KeptEnds::read(std::uint64_t offset, MutableByteSpan out) const {
  return copy_from(first_, 0, offset, out) || copy_from(last_, last_at_, offset, out);
}

}  // namespace hansom::ingest
