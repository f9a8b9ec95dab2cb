// Messages of signers: see signing_message.h.
#include "ingest/inspect/inspector/signing/signing_message.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/emulation_prevention.h"
#include "ingest/inspect/inspector/sources/epochs.h"
#include "ingest/inspect/inspector/sources/search.h"
#include "ingest/inspect/inspector/sources/sei_user_data.h"

namespace hansom::ingest {
namespace {

constexpr std::uint8_t kUserDataUnregistered = 5;
// Flags of the byte behind the UUID: what is signed has its emulation prevention still in it.
constexpr std::uint8_t kAxisEscaped = 0x80;
constexpr std::uint8_t kOnvifEscaped = 0x40;
constexpr std::string_view kSha256Oid{"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01", 11};
constexpr std::uint8_t kAxisVendor = 129;

// What a tag means, by scheme.
enum class Tag {
  kGeneral,
  kKey,
  kProduct,
  kHashes,
  kSignature,
  kArbitrary,
  kCrypto,
  kVendor,
  kNone
};

Tag tag_of(bool is_axis, std::uint8_t number) {
  constexpr std::array kOfAxis{Tag::kGeneral,   Tag::kKey,       Tag::kProduct, Tag::kHashes,
                               Tag::kSignature, Tag::kArbitrary, Tag::kCrypto};
  constexpr std::array kOfOnvif{Tag::kGeneral, Tag::kHashes, Tag::kSignature, Tag::kCrypto,
                                Tag::kProduct, Tag::kKey,    Tag::kArbitrary};
  if (is_axis && number == kAxisVendor) return Tag::kVendor;
  if (number == 0 || number > kOfAxis.size()) return Tag::kNone;
  return is_axis ? kOfAxis[number - 1] : kOfOnvif[number - 1];
}

Hash hash_from(ByteReader& reader) {
  Hash hash{};
  const ByteSpan bytes = reader.bytes(hash.size());
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

// A unit without the third byte of 00 00 03 (H.264, 7.4.1), up to `plain_bytes` of it; and how many
// bytes of the unit these are.
struct Plain {
  Bytes bytes;
  std::size_t taken = 0;
};
Plain without_prevention(ByteSpan nal, std::size_t plain_bytes) {
  Plain plain;
  plain.taken = append_without_prevention(nal, plain.bytes, plain_bytes);
  return plain;
}

class MessageReader {
 public:
  MessageReader(bool is_axis, SigningMessage& message) : is_axis_(is_axis), message_(message) {}

  // The tags, from their first byte on. Where the signature's begins; their end without one.
  std::size_t read_tags(ByteSpan tags) {
    ByteReader reader(tags);
    std::optional<std::size_t> signature_at;
    bool good = true;
    while (good && reader.left() > 0) {
      const std::size_t at = reader.at();
      const Tag tag = tag_of(is_axis_, reader.u8());
      const bool is_short = is_axis_ && (tag == Tag::kGeneral || tag == Tag::kCrypto);
      const std::size_t size = is_short ? reader.u8() : reader.u16be();
      ByteReader value(reader.bytes(size));
      // Nothing stands behind a signature: it would not be signed.
      good = reader.ok() && !signature_at && read_value(tag, value) && value.ok();
      if (tag == Tag::kSignature) signature_at = at;
    }
    message_.legible = good;
    return signature_at.value_or(tags.size());
  }

 private:
  bool read_value(Tag tag, ByteReader& value) {
    switch (tag) {
      case Tag::kGeneral:
        return is_axis_ ? read_axis_general(value) : read_onvif_general(value);
      case Tag::kKey:
        return read_key(value);
      case Tag::kProduct:
        return read_product(value);
      case Tag::kHashes:
        return read_hashes(value);
      case Tag::kSignature:
        return read_signature(value);
      case Tag::kCrypto:
        return read_crypto(value);
      case Tag::kVendor:
        return read_attestation(value);
      case Tag::kArbitrary:
        return true;  // anything the camera's owner wants signed
      case Tag::kNone:
        break;
    }
    return false;
  }

  bool read_axis_general(ByteReader& value) {
    const std::uint8_t version = value.u8();
    message_.covers = true;
    message_.counter = value.u32be();
    message_.units = value.u16be();
    value.skip(3);  // version of the signer
    if (version < 3) message_.scheme = SigningScheme::kAxisLegacy;
    if (version >= 2 && (value.u8() & 1U) != 0) {
      const std::uint64_t us = value.u64be();
      if (us <= static_cast<std::uint64_t>(kUnixUsMax)) {
        message_.start_unix_us = static_cast<std::int64_t>(us);
      }
    }
    if (version >= 3) read_general_hashes(value, message_.linked, message_.gop);
    return version >= 1 && version <= 3;
  }

  bool read_onvif_general(ByteReader& value) {
    const std::uint8_t version = value.u8();
    message_.covers = true;
    value.skip(3 + 1);  // version of the signer; what made it sign
    const auto instant = [&value]() -> std::optional<std::int64_t> {
      const std::uint64_t ticks = value.u64be();
      return ticks == 0 ? std::nullopt : from_1601(ticks);
    };
    message_.start_unix_us = instant();
    if (version >= 2) message_.end_unix_us = instant();
    message_.counter = value.u32be();
    message_.units = value.u16be();
    read_general_hashes(value, message_.gop, message_.linked);
    return version >= 1 && version <= 2;
  }

  // Two hashes of equal size to the end; those of other algorithms are not kept.
  void read_general_hashes(ByteReader& value, Hash& first, Hash& second) {
    if (value.left() == 2 * first.size()) {
      first = hash_from(value);
      second = hash_from(value);
    } else {
      message_.is_sha256 = false;
    }
  }

  bool read_key(ByteReader& value) {
    const std::uint8_t version = value.u8();
    if (!is_axis_ || version < 2) value.skip(1);  // who put it in; the algorithm
    const ByteSpan pem = value.bytes(value.left());
    message_.key.assign(pem.begin(), pem.end());
    return version >= 1 && !pem.empty();
  }

  static std::string text_from(ByteReader& value) {
    std::string text(text_of(value.bytes(value.u8())));
    while (!text.empty() && text.back() == '\0') text.pop_back();
    return text;
  }

  bool read_product(ByteReader& value) {
    const std::uint8_t version = value.u8();
    if (is_axis_) static_cast<void>(text_from(value));  // the hardware's number
    message_.firmware = text_from(value);
    message_.serial = text_from(value);
    message_.maker = text_from(value);
    return version >= 1;
  }

  bool read_hashes(ByteReader& value) {
    const std::uint8_t version = value.u8();
    if (value.left() % sizeof(Hash) != 0) {
      message_.is_sha256 = false;
      return version >= 1;
    }
    message_.list.clear();
    message_.list.reserve(value.left() / sizeof(Hash));
    while (value.left() > 0) message_.list.push_back(hash_from(value));
    return version >= 1;
  }

  bool read_signature(ByteReader& value) {
    const std::uint8_t version = value.u8();
    if (is_axis_) value.skip(1);  // the signer's own trouble
    if (is_axis_ && version < 2) message_.signs_gop = value.u8() == 0;
    const ByteSpan signature = value.bytes(value.u16be());
    message_.signature.assign(signature.begin(), signature.end());
    return version >= 1 && !signature.empty();
  }

  bool read_crypto(ByteReader& value) {
    const std::uint8_t version = value.u8();
    message_.is_sha256 = text_of(value.bytes(value.u8())) == kSha256Oid;
    return version >= 1;
  }

  bool read_attestation(ByteReader& value) {
    const std::uint8_t version = value.u8();
    value.skip(value.u8());
    const ByteSpan pem = value.bytes(value.left());
    message_.attestation.assign(pem.begin(), pem.end());
    return version >= 1;
  }

  bool is_axis_;
  SigningMessage& message_;
};

}  // namespace

bool holds_signers_uuid(ByteSpan bytes) {
  return Search(bytes, kAxisUuid).next() || Search(bytes, kOnvifUuid).next();
}

std::optional<SigningMessage> read_signing_message(NalCodec codec, ByteSpan nal, Hasher& hasher) {
  if (nal.size() > kSigningMessageBytesMax) return std::nullopt;
  ByteReader reader(nal);
  reader.skip(codec == NalCodec::kHevc ? 2 : 1);
  if (reader.u8() != kUserDataUnregistered) return std::nullopt;
  std::size_t size = 0;  // bytes of 255 add up (H.264, 7.3.2.3.1)
  std::uint8_t byte = 255;
  while (byte == 255 && reader.left() > 0) {
    byte = reader.u8();
    size += byte;
  }
  const std::size_t head = reader.at();  // has no bytes of emulation prevention: neither do UUIDs
  const std::string_view uuid = text_of(reader.bytes(kUuidBytes));
  const bool is_axis = uuid == kAxisUuid;
  if (!is_axis && uuid != kOnvifUuid) return std::nullopt;

  SigningMessage message;
  message.scheme = is_axis ? SigningScheme::kAxis : SigningScheme::kOnvif;
  const std::size_t tags_at = head + kUuidBytes + 1;
  const bool is_plain = nal.size() == head + size + 1;  // with the byte of the stop bit
  const Plain plain =
      is_plain ? Plain{Bytes(nal.begin(), nal.end() - 1), 0} : without_prevention(nal, head + size);
  if (size <= kUuidBytes || plain.bytes.size() != head + size) return message;
  const bool escaped =
      (plain.bytes[tags_at - 1] & (is_axis ? kAxisEscaped : kOnvifEscaped)) != 0 && !is_plain;

  const std::size_t signature_at =
      tags_at + MessageReader(is_axis, message).read_tags(ByteSpan(plain.bytes).subspan(tags_at));
  const ByteSpan stop_bit = nal.last(1);
  if (message.signature.empty()) {
    message.document =
        escaped ? hasher.of(nal) : hasher.update(plain.bytes).update(stop_bit).finish();
  } else if (escaped) {
    message.document = hasher.of(nal.first(without_prevention(nal, signature_at).taken));
  } else {
    message.document = hasher.of(ByteSpan(plain.bytes).first(signature_at));
  }
  return message;
}

}  // namespace hansom::ingest
