// What signers of pictures put between them: messages of Axis signed video and of ONVIF Media
// Signing, told apart and taken to pieces. Pure but for the hashing.
//
// Described by github.com/AxisCommunications/signed-video-framework (feature-description.md and
// lib/src) and github.com/onvif/media-signing-framework (lib/src). Both are user data unregistered
// (ITU-T H.264 and H.265, D.1.7): a UUID, a byte of flags, then tags, each with its length. The
// last tag is the signature, of all that stands before it, from the NAL unit's header on.
#pragma once

#include <optional>
#include <string>

#include "ingest/inspect/inspector/signing/hash.h"
#include "ingest/inspect/inspector/signing/nal_kind.h"

namespace hansom::ingest {

enum class SigningScheme {
  kAxis,        // "Signed Video...0", from 2.0 on: GOPs are linked by the hash of their first unit
  kAxisLegacy,  // before: a list's last hash is of the unit that the next GOP begins with
  kOnvif,       // 005bc93f-2d71-5e95-ada4-796f90877a6f
};

struct SigningMessage {
  SigningScheme scheme = SigningScheme::kAxis;
  bool legible = false;       // its tags fill it exactly and say what they must
  bool covers = false;        // it tells of pictures; certificates may come alone
  bool is_sha256 = true;      // the algorithm of all its hashes; others are not computed here
  std::uint32_t counter = 0;  // of GOPs, or parts of them, one more in each message
  std::uint32_t units = 0;    // that it covers; of the list's length where it has one
  std::optional<std::int64_t> start_unix_us;  // of the pictures covered, as the signer states
  std::optional<std::int64_t> end_unix_us;
  Hash linked{};  // of the first unit covered by the message before; zeros: it is the first
  Hash gop{};     // of the hashes of all units covered, one after another
  std::vector<Hash> list;  // of the units covered, in order; may be left out
  Bytes signature;         // DER of ECDSA, or RSA; empty: a later message answers for this one
  bool signs_gop = false;  // the signature is of the GOP's hash and the document's, in a chain
  Hash document{};         // of what is signed, or of the whole unit where nothing is
  Bytes key;          // PEM: a public key, or certificates, the signer's first; may be left out
  Bytes attestation;  // PEM: certificates of a maker's statement about the key, not checked
  std::string maker, serial, firmware;  // as told
};

// Whether the UUID of any such message stands in bytes that lie as they were written: where it does
// not, there is none.
[[nodiscard]] bool holds_signers_uuid(ByteSpan bytes);

// Nothing when the unit holds no such message. Bytes of emulation prevention are recognised whether
// the signer wrote them or not. Requires: nal_kind() of it is kMessage.
[[nodiscard]] std::optional<SigningMessage> read_signing_message(NalCodec codec, ByteSpan nal,
                                                                 Hasher& hasher);

}  // namespace hansom::ingest
