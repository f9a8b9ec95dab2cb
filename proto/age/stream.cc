// The chunks of STREAM, and opening them in order.
#include "proto/age/stream.h"

#include <algorithm>

#include "proto/base/check.h"

namespace hansom::age {
namespace {

// 11 bytes of big-endian chunk number and one byte that is 1 for the last chunk.
Nonce chunk_nonce(std::uint64_t number, ChunkPlace place) {
  Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[10 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  nonce[11] = place == ChunkPlace::kLast ? 1 : 0;
  return nonce;
}

}  // namespace

void ChunkCipher::seal(std::uint64_t number, ChunkPlace place, ByteSpan plain,
                       MutableByteSpan out) {
  HANSOM_CHECK(plain.size() <= kChunkBytes);
  aead_.seal(chunk_nonce(number, place), plain, out);
}

bool ChunkCipher::open(std::uint64_t number, ChunkPlace place, ByteSpan sealed,
                       MutableByteSpan out) {
  return aead_.open(chunk_nonce(number, place), sealed, out);
}

tl::unexpected<Error> payload_failure(std::uint64_t chunk, std::string_view why) {
  return fail(ErrorKind::kCorrupt, "age_payload",
              "chunk " + std::to_string(chunk) + " of the payload: " + std::string(why));
}

Result<ChunkLayout> ChunkLayout::of(std::uint64_t payload_bytes) {
  if (payload_bytes == 0) return payload_failure(0, "missing");
  ChunkLayout layout;
  layout.chunks = (payload_bytes - 1) / kSealedChunkBytes + 1;
  layout.last_sealed_bytes = payload_bytes - (layout.chunks - 1) * kSealedChunkBytes;
  if (layout.last_sealed_bytes < kTagBytes) {
    return payload_failure(layout.chunks - 1, "shorter than its tag");
  }
  if (layout.last_sealed_bytes == kTagBytes && layout.chunks > 1) {
    return payload_failure(layout.chunks - 1, "empty, which only the whole may be");
  }
  return layout;
}

// Collects one sealed chunk at a time. A full one is released as soon as it authenticates, inside
// or last, as `age` does.
struct StreamOpener::State {
  enum class Phase { kOpen, kEnded, kFailed };

  explicit State(const Secret& key) : cipher(key) { held.reserve(kSealedChunkBytes); }

  ChunkCipher cipher;
  Bytes held;
  Bytes plain = Bytes(kChunkBytes);
  std::uint64_t chunk = 0;
  Phase phase = Phase::kOpen;

  [[nodiscard]] bool open_held(ChunkPlace place) {
    plain.resize(held.size() - kTagBytes);
    return cipher.open(chunk, place, held, plain);
  }
  tl::unexpected<Error> failure(std::string_view why) {
    phase = Phase::kFailed;
    return payload_failure(chunk, why);
  }
  Status release_full(const Sink& sink);
  Status release_last(const Sink& sink);
};

Status StreamOpener::State::release_full(const Sink& sink) {
  if (open_held(ChunkPlace::kInside)) {
    ++chunk;
  } else if (open_held(ChunkPlace::kLast)) {
    phase = Phase::kEnded;
  } else {
    return failure("does not authenticate");
  }
  held.clear();
  return sink(plain);
}

Status StreamOpener::State::release_last(const Sink& sink) {
  if (held.size() < kTagBytes) return failure("missing or shorter than its tag");
  if (!open_held(ChunkPlace::kLast)) return failure("does not authenticate as the last");
  if (plain.empty() && chunk > 0) return failure("empty, which only the whole may be");
  phase = Phase::kEnded;
  return sink(plain);
}

StreamOpener::StreamOpener(Secret payload_key) : state_(std::make_unique<State>(payload_key)) {}
StreamOpener::~StreamOpener() = default;
StreamOpener::StreamOpener(StreamOpener&&) noexcept = default;
StreamOpener& StreamOpener::operator=(StreamOpener&&) noexcept = default;

Status StreamOpener::update(ByteSpan sealed, const Sink& sink) {
  State& state = *state_;
  while (!sealed.empty()) {
    if (state.phase == State::Phase::kEnded) return state.failure("the last, yet bytes follow it");
    if (state.phase == State::Phase::kFailed) return state.failure("has already failed");
    const auto taken = std::min(sealed.size(), kSealedChunkBytes - state.held.size());
    state.held.insert(state.held.end(), sealed.begin(),
                      sealed.begin() + static_cast<std::ptrdiff_t>(taken));
    sealed = sealed.subspan(taken);
    if (state.held.size() == kSealedChunkBytes) HANSOM_TRY(state.release_full(sink));
  }
  return {};
}

Status StreamOpener::finish(const Sink& sink) {
  State& state = *state_;
  if (state.phase == State::Phase::kFailed) return state.failure("has already failed");
  if (state.phase == State::Phase::kEnded) return {};
  return state.release_last(sink);
}

}  // namespace hansom::age
