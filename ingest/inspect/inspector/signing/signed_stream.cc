// Pictures as hashes and messages of signers: see signed_stream.h.
#include "ingest/inspect/inspector/signing/signed_stream.h"

#include <algorithm>
#include <utility>

#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {

SignedStream::SignedStream(NalCodec codec, ByteSpan configuration, bool may_be_signed)
    : codec_(codec),
      length_bytes_(nal_length_bytes(codec, configuration)),
      may_be_signed_(may_be_signed) {}

void SignedStream::add(ByteSpan packet, std::optional<std::int64_t> media_us) {
  NalUnits units(packet, length_bytes_);
  while (const std::optional<ByteSpan> nal = units.next()) {
    if (found_.limited) break;
    const NalKind kind = nal_kind(codec_, *nal);
    switch (kind) {
      case NalKind::kFirstOfGop:
      case NalKind::kPicture:
        add_picture(kind, *nal, media_us);
        break;
      case NalKind::kUncovered:
        ++found_.uncovered;
        break;
      case NalKind::kMessage:
        if (auto message = read_signing_message(codec_, *nal, hasher_)) {
          add_message(*std::move(message), media_us);
        }
        break;
      case NalKind::kOther:
        break;
    }
  }
  ++packets_;
}

void SignedStream::add_picture(NalKind kind, ByteSpan nal, std::optional<std::int64_t> media_us) {
  hashed_bytes_ += nal.size();
  found_.limited = hashed_bytes_ > kSignedBytesMax || found_.units.size() >= kSignedUnitsMax;
  if (found_.limited) return;
  const Hash own = may_be_signed_ ? hasher_.of(nal) : Hash{};
  const Hash linked = may_be_signed_ && first_ ? hasher_.of(*first_, own) : Hash{};
  SignedUnit unit{own, media_us, packets_, false};
  if (kind == NalKind::kFirstOfGop) {
    if (found_.messages.empty()) let_go_of_unsigned();
    found_.gops.push_back({found_.units.size(), linked});
    first_ = own;
  } else if (first_) {
    unit.hash = linked;
  }
  found_.units.push_back(unit);
}

// Most clips are not signed at all, and a signer speaks at least once a GOP.
void SignedStream::let_go_of_unsigned() {
  if (found_.gops.size() < kUnsignedGopsKept || found_.units.size() < kUnsignedUnitsKept) return;
  found_.pictures_passed += found_.units.size();
  found_.units.clear();
  found_.gops.clear();
}

// A message whose key is no good cannot be read; one without takes the last that was told.
void SignedStream::learn_key(SigningMessage& message) {
  if (message.key.empty()) return;
  const auto known = std::find(key_texts_.begin(), key_texts_.end(), message.key);
  last_key_ = static_cast<std::size_t>(known - key_texts_.begin());
  if (known != key_texts_.end()) return;
  std::optional<SigningKey> key;
  if (key_texts_.size() < kSigningKeysMax) key = SigningKey::from_pem(message.key);
  if (!key) {
    message.legible = false;
    return;
  }
  if (found_.keys.empty()) found_.certificates = message.key;
  found_.keys.push_back(*std::move(key));
  key_texts_.push_back(std::move(message.key));
}

void SignedStream::add_message(SigningMessage message, std::optional<std::int64_t> media_us) {
  message_bytes_ += message.list.size() * sizeof(Hash) + message.signature.size();
  found_.limited = found_.messages.size() >= kSigningMessagesMax ||
                   message_bytes_ > kSigningMessagesBytesMax ||
                   found_.units.size() >= kSignedUnitsMax;
  if (found_.limited) return;
  PlacedMessage placed;
  placed.at = found_.units.size();
  learn_key(message);
  placed.key = last_key_;
  if (found_.attestation.empty()) found_.attestation = std::move(message.attestation);
  if (found_.maker.empty()) {
    found_.maker = std::move(message.maker);
    found_.serial = std::move(message.serial);
    found_.firmware = std::move(message.firmware);
  }
  message.key.clear();
  message.attestation.clear();
  if (message.signature.empty() && message.legible) {
    placed.unit = found_.units.size();
    found_.units.push_back({message.document, media_us, packets_, true});
  }
  placed.message = std::move(message);
  found_.messages.push_back(std::move(placed));
}

}  // namespace hansom::ingest
