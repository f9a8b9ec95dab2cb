// Bech32 (BIP 173): five bits a character, a checksum of six characters over prefix and data.
#include "proto/age/bech32.h"

#include <array>

namespace hansom::age {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumChars = 6;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

// The checksum's running state: a BCH code over GF(32), generator as BIP 173 gives it.
class Polymod {
 public:
  explicit Polymod(std::string_view prefix) {
    for (const char c : prefix) add(static_cast<std::uint8_t>(lower(c)) >> 5);
    add(0);
    for (const char c : prefix) add(static_cast<std::uint8_t>(lower(c)) & 31);
  }
  void add(unsigned value) {
    constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                         0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state_ >> 25;
    state_ = ((state_ & 0x1ffffff) << 5) ^ value;
    for (unsigned bit = 0; bit < kGenerator.size(); ++bit) {
      if ((top >> bit) & 1) state_ ^= kGenerator[bit];
    }
  }
  [[nodiscard]] std::uint32_t state() const { return state_; }

 private:
  std::uint32_t state_ = 1;
};

// Regroups bits, most significant first; true when what is left over is padding of fewer than
// `from` zero bits.
bool regroup(ByteSpan in, unsigned from, unsigned to, MutableByteSpan out) {
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  std::size_t written = 0;
  for (const std::uint8_t value : in) {
    held = (held << from) | value;
    held_bits += from;
    while (held_bits >= to) {
      held_bits -= to;
      out[written++] = static_cast<std::uint8_t>((held >> held_bits) & ((1U << to) - 1));
    }
    held &= (1U << held_bits) - 1;
  }
  if (written < out.size()) {
    out[written] = static_cast<std::uint8_t>((held << (to - held_bits)) & ((1U << to) - 1));
    return true;
  }
  return held_bits < from && held == 0;
}

}  // namespace

Secret bech32_encode(std::string_view prefix, ByteSpan data) {
  Secret groups((data.size() * 8 + 4) / 5);
  static_cast<void>(regroup(data, 8, 5, groups.writable()));
  Polymod checksum(prefix);
  for (const auto group : groups.span()) checksum.add(group);
  for (std::size_t i = 0; i < kChecksumChars; ++i) checksum.add(0);
  const std::uint32_t sum = checksum.state() ^ 1;

  bool as_upper = false;
  for (const char c : prefix) as_upper = as_upper || is_upper(c);
  Secret text(prefix.size() + 1 + groups.size() + kChecksumChars);
  std::size_t at = 0;
  const auto put = [&](char c) {
    text.writable()[at++] = static_cast<std::uint8_t>(as_upper ? upper(c) : c);
  };
  for (const char c : prefix) put(c);
  put('1');
  for (const auto group : groups.span()) put(kAlphabet[group]);
  for (unsigned i = 0; i < kChecksumChars; ++i) put(kAlphabet[(sum >> (5 * (5 - i))) & 31]);
  return text;
}

Result<Secret> bech32_decode(std::string_view prefix, std::string_view text) {
  const auto bad = [](std::string why) {
    return fail(ErrorKind::kInvalid, "bad_encoding", std::move(why));
  };
  if (!text.starts_with(prefix) || text.size() <= prefix.size() || text[prefix.size()] != '1') {
    return bad("does not start with \"" + std::string(prefix) + "1\"");
  }
  const std::string_view body = text.substr(prefix.size() + 1);
  if (body.size() < kChecksumChars) return bad("too short");
  bool any_upper = false;
  bool any_lower = false;
  for (const char c : text) {
    any_upper = any_upper || is_upper(c);
    any_lower = any_lower || is_lower(c);
  }
  if (any_upper && any_lower) return bad("mixes upper and lower case");

  Polymod checksum(prefix);
  Secret groups(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto group = kAlphabet.find(lower(body[i]));
    if (group == std::string_view::npos) return bad("holds a character that Bech32 has not");
    groups.writable()[i] = static_cast<std::uint8_t>(group);
    checksum.add(static_cast<unsigned>(group));
  }
  if (checksum.state() != 1) return bad("checksum does not hold; a character was lost or mistyped");

  const ByteSpan data = groups.span().first(groups.size() - kChecksumChars);
  Secret bytes(data.size() * 5 / 8);
  if (!regroup(data, 5, 8, bytes.writable())) return bad("padding is not canonical");
  return bytes;
}

}  // namespace hansom::age
