// Wraps and unwraps the file key in X25519 stanzas, and checks or makes the header's MAC.
#include "proto/age/header.h"

#include <algorithm>
#include <optional>

#include "proto/age/primitives.h"

namespace hansom::age {
namespace {

constexpr std::string_view kVersionLine = "age-encryption.org/v1\n";
constexpr std::string_view kX25519 = "X25519";
constexpr std::string_view kScrypt = "scrypt";
constexpr std::string_view kWrapInfo = "age-encryption.org/v1/X25519";
constexpr std::size_t kWrappedKeyBytes = kFileKeyBytes + kTagBytes;

// The key that wraps the file key: bound to both public keys, so a stanza cannot be moved to
// another recipient.
Secret wrap_key(const Secret& shared, const Point& ephemeral, const Point& recipient) {
  Bytes salt(ephemeral.begin(), ephemeral.end());
  salt.insert(salt.end(), recipient.begin(), recipient.end());
  return hkdf(shared.span(), salt, kWrapInfo);
}

tl::unexpected<Error> malformed(std::string why) {
  return fail(ErrorKind::kInvalid, "age_header", std::move(why));
}

// The file key out of one X25519 stanza; nothing when it is for somebody else.
Result<std::optional<Secret>> unwrap(const Stanza& stanza, std::span<const Identity> identities) {
  if (stanza.arguments.size() != 2) return malformed("an X25519 stanza has one argument");
  const auto share = from_base64(stanza.arguments[1], Padding::kNone);
  if (!share || share->size() != kKeyBytes) {
    return malformed("the share of an X25519 stanza is not 32 bytes of canonical base64");
  }
  if (stanza.body.size() != kWrappedKeyBytes) {
    return malformed("the wrapped key of an X25519 stanza is not 32 bytes");
  }
  Point ephemeral{};
  std::ranges::copy(*share, ephemeral.begin());
  for (const Identity& identity : identities) {
    const Point& own = identity.recipient().point;
    const auto shared = x25519_shared(identity.scalar(), own, ephemeral);
    if (!shared) return malformed("the share of an X25519 stanza is a point of low order");
    Aead aead(wrap_key(*shared, ephemeral, own).span());
    Secret file_key(kFileKeyBytes);
    if (aead.open(Nonce{}, stanza.body, file_key.writable())) {
      return std::optional<Secret>(std::move(file_key));
    }
  }
  return std::optional<Secret>();
}

Result<Secret> unwrap_any(const Header& header, std::span<const Identity> identities) {
  std::optional<Secret> found;
  for (const Stanza& stanza : header.stanzas) {
    if (stanza.arguments[0] == kScrypt && header.stanzas.size() > 1) {
      return malformed("a passphrase stanza must stand alone");
    }
    if (stanza.arguments[0] != kX25519) continue;  // unknown types are for others
    HANSOM_TRY_ASSIGN(auto file_key, unwrap(stanza, identities));
    if (file_key && !found) found = std::move(file_key);
  }
  if (!found) {
    return fail(
        ErrorKind::kRefused, "age_no_match",
        "sealed to none of our identities (" + std::to_string(header.stanzas.size()) + " stanzas)");
  }
  return *std::move(found);
}

std::array<std::uint8_t, 32> header_mac(ByteSpan file_key, std::string_view authenticated) {
  return hmac(hkdf(file_key, {}, "header").span(), as_bytes(authenticated));
}

}  // namespace

Secret payload_key(ByteSpan file_key, ByteSpan nonce) {
  return hkdf(file_key, nonce, "payload");
}

Result<OpenedHeader> open_header(ByteSpan start, std::span<const Identity> identities) {
  HANSOM_TRY_ASSIGN(const Header header, parse_header(as_text(start)));
  HANSOM_TRY_ASSIGN(const Secret file_key, unwrap_any(header, identities));
  if (!equal_constant_time(header_mac(file_key.span(), header.authenticated), header.mac)) {
    return fail(ErrorKind::kCorrupt, "age_header_mac",
                "the age header was changed after it was sealed");
  }
  if (start.size() < header.bytes + kPayloadNonceBytes) {
    return fail(ErrorKind::kInvalid, "age_truncated",
                "the object ends before its payload's nonce does");
  }
  OpenedHeader opened;
  opened.payload_key =
      payload_key(file_key.span(), start.subspan(header.bytes, kPayloadNonceBytes));
  opened.payload_offset = header.bytes + kPayloadNonceBytes;
  return opened;
}

Result<std::string> write_header(ByteSpan file_key, std::span<const Recipient> recipients,
                                 Random& random) {
  std::string text(kVersionLine);
  for (const Recipient& recipient : recipients) {
    Secret once(kKeyBytes);
    random.fill(once.writable());
    const Point ephemeral = x25519_public(once.span());
    const auto shared = x25519_shared(once.span(), ephemeral, recipient.point);
    if (!shared) {
      return fail(ErrorKind::kInvalid, "bad_recipient",
                  recipient.text() + " is a point of low order, nobody's key");
    }
    std::array<std::uint8_t, kWrappedKeyBytes> wrapped{};
    Aead(wrap_key(*shared, ephemeral, recipient.point).span()).seal(Nonce{}, file_key, wrapped);
    // 32 bytes are 43 characters, so the body is one short line.
    text += "-> X25519 " + to_base64(ephemeral, Padding::kNone) + "\n" +
            to_base64(wrapped, Padding::kNone) + "\n";
  }
  text += "---";
  text += " " + to_base64(header_mac(file_key, text), Padding::kNone) + "\n";
  return text;
}

}  // namespace hansom::age
