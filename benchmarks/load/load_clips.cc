// A header of its own makes a clip: the chunks behind it are sealed once under one file key, which
// each header wraps anew for the vault. So a thousand clips of 16 MiB need the memory of one.
#include "benchmarks/load/load_clips.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "proto/age/header.h"
#include "proto/age/stream.h"
#include "proto/base/clock.h"
#include "proto/evidence/jws.h"
#include "proto/evidence/manifest.h"

namespace hansom::bench {

struct SharedPayload {
  Secret file_key;
  Bytes nonce;
  std::shared_ptr<const Bytes> chunks;
  Digest media;
  std::size_t media_bytes = 0;
};

namespace {

template <typename T>
T or_end(Result<T> result, const char* what) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", what, result.error().message.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

std::unique_ptr<SharedPayload> seal_once(ByteSpan plain) {
  auto payload = std::make_unique<SharedPayload>();
  payload->file_key = Secret(age::kFileKeyBytes);
  system_random().fill(payload->file_key.writable());
  payload->nonce.resize(age::kPayloadNonceBytes);
  system_random().fill(payload->nonce);
  payload->media = sha256(plain);
  payload->media_bytes = plain.size();
  const Secret key = age::payload_key(payload->file_key.span(), payload->nonce);
  age::ChunkCipher cipher(key);
  Bytes chunks(age::sealed_bytes(0, plain.size()) - age::kPayloadNonceBytes);
  std::size_t from = 0;
  std::size_t to = 0;
  for (std::uint64_t number = 0;; ++number) {
    const ByteSpan piece = plain.subspan(from, std::min(age::kChunkBytes, plain.size() - from));
    from += piece.size();
    const bool last = from == plain.size();
    const std::size_t sealed = piece.size() + (age::kSealedChunkBytes - age::kChunkBytes);
    cipher.seal(number, last ? age::ChunkPlace::kLast : age::ChunkPlace::kInside, piece,
                MutableByteSpan(chunks).subspan(to, sealed));
    to += sealed;
    if (last) break;
  }
  payload->chunks = std::make_shared<const Bytes>(std::move(chunks));
  return payload;
}

// As a unit says it of a clip of one minute.
std::string manifest_of(const std::string& unit, std::uint64_t number, const LoadClip& clip,
                        const SharedPayload& payload) {
  evidence::Manifest manifest;
  manifest.set_unit(unit);
  manifest.set_channel(1);
  manifest.set_clip_number(number);
  manifest.mutable_vehicle()->set_registration("AB12CDE");
  manifest.set_vehicle_licence("PH-100");
  manifest.set_start_us(to_unix_us(system_clock().now()) - 60'000'000);
  manifest.set_clock_state(evidence::CLOCK_STATE_GNSS);
  manifest.set_duration_ms(60'000);
  manifest.set_media_type("video/mp4");
  manifest.set_sealed_sha256(to_text(clip.digest.span()));
  manifest.set_sealed_bytes(clip.bytes());
  manifest.set_media_sha256(to_text(payload.media.span()));
  manifest.set_media_bytes(payload.media_bytes);
  manifest.mutable_purpose()->set_kind(evidence::Purpose::EVENT);
  manifest.mutable_purpose()->set_reference("7");
  manifest.mutable_sound()->set_trigger("none");
  return evidence::manifest_json(manifest);
}

}  // namespace

ClipMaker::ClipMaker(std::string unit, Secret unit_key_pem, const std::string& vault_recipient)
    : unit_(std::move(unit)),
      unit_key_pem_(std::move(unit_key_pem)),
      recipients_{or_end(age::Recipient::parse(vault_recipient), "the vault's recipient")},
      // Numbers rise from run to run, as a unit's do.
      number_(static_cast<std::uint64_t>(to_unix_us(system_clock().now()))) {}

ClipMaker::~ClipMaker() = default;

LoadClip ClipMaker::make(std::size_t plain_bytes) {
  std::unique_ptr<SharedPayload>& payload = payloads_[plain_bytes];
  if (payload == nullptr) {
    Bytes plain(plain_bytes);
    seeded_random(plain_bytes)->fill(plain);
    payload = seal_once(plain);
  }
  return make_with(*payload);
}

LoadClip ClipMaker::make(const Bytes& plain) {
  std::unique_ptr<SharedPayload>& payload = payloads_[plain.size()];
  if (payload == nullptr) payload = seal_once(plain);
  return make_with(*payload);
}

LoadClip ClipMaker::make_with(const SharedPayload& payload) {
  LoadClip clip;
  clip.head = or_end(age::write_header(payload.file_key.span(), recipients_, system_random()),
                     "the clip's header");
  clip.head += as_text(payload.nonce);
  clip.tail = payload.chunks;
  clip.digest = Sha256().update(as_bytes(clip.head)).update(*clip.tail).finish();
  clip.manifest_jws =
      or_end(evidence::sign_jws(manifest_of(unit_, ++number_, clip, payload), unit_key_pem_),
             "the clip's manifest");
  return clip;
}

}  // namespace hansom::bench
