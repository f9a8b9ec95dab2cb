// Seals a stream for recipients, chunk by chunk.
#include <algorithm>

#include "proto/age/header.h"
#include "proto/age/stream.h"
#include "proto/base/check.h"

namespace hansom::age {

struct Sealer::State {
  State(std::string header, Bytes payload_nonce, const Secret& key)
      : header_text(std::move(header)), nonce(std::move(payload_nonce)), cipher(key) {
    held.reserve(kChunkBytes);
  }

  std::string header_text;
  Bytes nonce;
  ChunkCipher cipher;
  Bytes held;  // up to one chunk, until it is known whether it is the last
  std::uint64_t chunk = 0;

  void seal_held(ChunkPlace place, Bytes& out) {
    const auto at = out.size();
    out.resize(at + held.size() + kTagBytes);
    cipher.seal(chunk++, place, held, MutableByteSpan(out).subspan(at));
    held.clear();
  }
};

Sealer::Sealer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;

Result<Sealer> Sealer::start(std::span<const Recipient> recipients, Random& random) {
  HANSOM_CHECK(!recipients.empty());
  Secret file_key(kFileKeyBytes);
  random.fill(file_key.writable());
  HANSOM_TRY_ASSIGN(std::string text, write_header(file_key.span(), recipients, random));
  Bytes nonce(kPayloadNonceBytes);
  random.fill(nonce);
  const Secret key = payload_key(file_key.span(), nonce);
  return Sealer(std::make_unique<State>(std::move(text), std::move(nonce), key));
}

void Sealer::header(Bytes& out) {
  const auto text = as_bytes(state_->header_text);
  out.insert(out.end(), text.begin(), text.end());
  out.insert(out.end(), state_->nonce.begin(), state_->nonce.end());
}

void Sealer::update(ByteSpan plain, Bytes& out) {
  State& state = *state_;
  while (!plain.empty()) {
    if (state.held.size() == kChunkBytes) state.seal_held(ChunkPlace::kInside, out);
    const auto taken = std::min(plain.size(), kChunkBytes - state.held.size());
    state.held.insert(state.held.end(), plain.begin(),
                      plain.begin() + static_cast<std::ptrdiff_t>(taken));
    plain = plain.subspan(taken);
  }
}

void Sealer::finish(Bytes& out) {
  state_->seal_held(ChunkPlace::kLast, out);
}

Result<Bytes> seal(ByteSpan plain, std::span<const Recipient> recipients, Random& random) {
  HANSOM_TRY_ASSIGN(Sealer sealer, Sealer::start(recipients, random));
  Bytes out;
  sealer.header(out);
  out.reserve(sealed_bytes(out.size() - kPayloadNonceBytes, plain.size()));
  sealer.update(plain, out);
  sealer.finish(out);
  return out;
}

std::uint64_t sealed_bytes(std::uint64_t header_bytes, std::uint64_t plain_bytes) {
  const std::uint64_t chunks = plain_bytes == 0 ? 1 : (plain_bytes - 1) / kChunkBytes + 1;
  return header_bytes + kPayloadNonceBytes + plain_bytes + chunks * kTagBytes;
}

}  // namespace hansom::age
