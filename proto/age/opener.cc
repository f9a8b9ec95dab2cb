// Random access to a sealed object: the last chunk first, then only the chunks a range touches.
#include <algorithm>
#include <limits>
#include <optional>

#include "proto/age/stream.h"
#include "proto/base/check.h"

namespace hansom::age {
namespace {

// A header for a few recipients fits the first read; only a longer one costs a second.
constexpr std::uint64_t kWholeHeaderBytes = kHeaderBytesMax + 16;
constexpr std::uint64_t kNoChunk = std::numeric_limits<std::uint64_t>::max();

Result<OpenedHeader> read_header(const ReadAt& read, std::uint64_t sealed_bytes,
                                 std::span<const Identity> identities) {
  constexpr std::uint64_t kFirst = Opener::kFirstReadBytes;
  Bytes start(std::min(sealed_bytes, kFirst));
  HANSOM_TRY(read(0, start));
  auto opened = open_header(start, identities);
  if (opened || opened.error().token != "age_truncated" || sealed_bytes <= kFirst) {
    return opened;
  }
  start.resize(std::min(sealed_bytes, kWholeHeaderBytes));
  HANSOM_TRY(read(0, start));
  return open_header(start, identities);
}

}  // namespace

struct Opener::State {
  State(ReadAt reader, const OpenedHeader& header, ChunkLayout chunk_layout)
      : read(std::move(reader)),
        payload_offset(header.payload_offset),
        layout(chunk_layout),
        cipher(header.payload_key) {}

  ReadAt read;
  std::uint64_t payload_offset;
  ChunkLayout layout;
  ChunkCipher cipher;
  Bytes sealed;
  Bytes plain;  // of `plain_chunk`: small reads in order open a chunk once
  std::uint64_t plain_chunk = kNoChunk;

  [[nodiscard]] std::size_t plain_size(std::uint64_t chunk) const {
    return chunk + 1 == layout.chunks ? layout.last_sealed_bytes - kTagBytes : kChunkBytes;
  }
  // Fills `out`, which has the chunk's plain size.
  Status open_chunk(std::uint64_t chunk, MutableByteSpan out);
  Status load(std::uint64_t chunk);
};

Status Opener::State::open_chunk(std::uint64_t chunk, MutableByteSpan out) {
  sealed.resize(out.size() + kTagBytes);
  HANSOM_TRY(read(payload_offset + chunk * kSealedChunkBytes, sealed));
  const auto place = chunk + 1 == layout.chunks ? ChunkPlace::kLast : ChunkPlace::kInside;
  if (!cipher.open(chunk, place, sealed, out)) {
    return payload_failure(chunk, "does not authenticate");
  }
  return {};
}

Status Opener::State::load(std::uint64_t chunk) {
  if (plain_chunk == chunk) return {};
  plain_chunk = kNoChunk;
  plain.resize(plain_size(chunk));
  HANSOM_TRY(open_chunk(chunk, plain));
  plain_chunk = chunk;
  return {};
}

Opener::Opener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Opener::~Opener() = default;
Opener::Opener(Opener&&) noexcept = default;
Opener& Opener::operator=(Opener&&) noexcept = default;

Result<Opener> Opener::open(ReadAt read, std::uint64_t sealed_bytes,
                            std::span<const Identity> identities) {
  HANSOM_TRY_ASSIGN(const OpenedHeader header, read_header(read, sealed_bytes, identities));
  HANSOM_TRY_ASSIGN(const ChunkLayout layout,
                    ChunkLayout::of(sealed_bytes - header.payload_offset));
  auto state = std::make_unique<State>(std::move(read), header, layout);
  HANSOM_TRY(state->load(layout.chunks - 1));
  return Opener(std::move(state));
}

std::uint64_t Opener::size() const {
  return state_->layout.plain_bytes();
}

Status Opener::read(std::uint64_t offset, MutableByteSpan out) {
  HANSOM_CHECK(offset <= size() && out.size() <= size() - offset);
  while (!out.empty()) {
    const std::uint64_t chunk = offset / kChunkBytes;
    const std::size_t within = offset % kChunkBytes;
    const std::size_t chunk_bytes = state_->plain_size(chunk);
    const std::size_t taken = std::min(out.size(), chunk_bytes - within);
    if (taken == chunk_bytes && state_->plain_chunk != chunk) {
      HANSOM_TRY(state_->open_chunk(chunk, out.first(taken)));
    } else {
      HANSOM_TRY(state_->load(chunk));
      std::copy_n(state_->plain.begin() + static_cast<std::ptrdiff_t>(within), taken, out.begin());
    }
    offset += taken;
    out = out.subspan(taken);
  }
  return {};
}

Result<Bytes> open(ByteSpan sealed, std::span<const Identity> identities) {
  HANSOM_TRY_ASSIGN(OpenedHeader header, open_header(sealed, identities));
  const ByteSpan payload = sealed.subspan(header.payload_offset);
  Bytes plain;
  plain.reserve(payload.size());
  const auto sink = [&plain](ByteSpan bytes) -> Status {
    plain.insert(plain.end(), bytes.begin(), bytes.end());
    return {};
  };
  StreamOpener stream(std::move(header.payload_key));
  HANSOM_TRY(stream.update(payload, sink));
  HANSOM_TRY(stream.finish(sink));
  return plain;
}

}  // namespace hansom::age
