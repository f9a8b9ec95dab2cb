// Recipients and identities: X25519 keys in age's Bech32 text.
#include <algorithm>

#include "proto/age/age.h"
#include "proto/age/bech32.h"
#include "proto/age/primitives.h"

namespace hansom::age {
namespace {

constexpr std::string_view kRecipientPrefix = "age";
constexpr std::string_view kIdentityPrefix = "AGE-SECRET-KEY-";

Result<Secret> parse_key(std::string_view prefix, std::string_view text, std::string_view token) {
  auto bytes = bech32_decode(prefix, text);
  if (!bytes) return fail(ErrorKind::kInvalid, token, std::move(bytes).error().message);
  if (bytes->size() != kKeyBytes) {
    return fail(ErrorKind::kInvalid, token,
                "holds " + std::to_string(bytes->size()) + " bytes, a key has 32");
  }
  return bytes;
}

}  // namespace

Result<Recipient> Recipient::parse(std::string_view text) {
  HANSOM_TRY_ASSIGN(const Secret key, parse_key(kRecipientPrefix, text, "bad_recipient"));
  Recipient recipient;
  std::ranges::copy(key.span(), recipient.point.begin());
  return recipient;
}

std::string Recipient::text() const {
  return std::string(bech32_encode(kRecipientPrefix, point).text());
}

Identity Identity::generate(Random& random) {
  Secret scalar(kKeyBytes);
  random.fill(scalar.writable());
  return Identity(std::move(scalar));
}

Result<Identity> Identity::parse(std::string_view text) {
  HANSOM_TRY_ASSIGN(Secret scalar, parse_key(kIdentityPrefix, text, "bad_identity"));
  return Identity(std::move(scalar));
}

Identity::Identity(Secret scalar)
    : scalar_(std::move(scalar)),
      recipient_{x25519_public(scalar_.span())},
      recipient_text_(recipient_.text()) {}

Secret Identity::text() const {
  return bech32_encode(kIdentityPrefix, scalar_.span());
}

Identity Identity::clone() const {
  return {scalar_.clone(), recipient_, recipient_text_};
}

}  // namespace hansom::age
