// LigoGPS records whose characters are replaced: see ligo_cipher.h.
#include "ingest/inspect/inspector/sources/ligo_cipher.h"

#include <algorithm>

namespace hansom::ingest {
namespace {

constexpr char kFirst = '0';
constexpr char kLast = '_';
constexpr std::size_t kCharacters = kLast - kFirst + 1;
constexpr std::size_t kDigits = 10;
// Where they stand in "YYYY/MM/DD HH:MM:SS ".
constexpr std::size_t kMillennium = 0;
constexpr std::size_t kColon = 13;
constexpr std::size_t kSecondColon = 16;
constexpr std::size_t kLastOfSeconds = 18;
constexpr std::size_t kClockEnd = 19;

bool is_replaced(char c) {
  return c >= kFirst && c <= kLast;
}
std::size_t number_of(char c) {
  return static_cast<std::size_t>(c - kFirst);
}

// The character before the first replaced colon from `from` on, and whether a sign stands behind.
struct Hemisphere {
  std::size_t at = 0;
  bool is_negative = false;
};
std::optional<Hemisphere> hemisphere_from(std::string_view text, std::size_t from, char colon) {
  const std::size_t at = text.find(colon, from);
  if (at == std::string_view::npos || at == from || !is_replaced(text[at - 1]) ||
      text[at - 2] != ' ') {
    return std::nullopt;
  }
  return Hemisphere{at - 1, at + 1 < text.size() && text[at + 1] == '-'};
}

// What follows each digit most often, as a clock goes on.
using Successors = std::array<std::array<std::uint32_t, kCharacters>, kCharacters>;

Successors successors_of(const std::vector<std::string_view>& texts) {
  Successors counts{};
  for (std::size_t i = 1; i < texts.size(); ++i) {
    const char before = texts[i - 1][kLastOfSeconds];
    const char after = texts[i][kLastOfSeconds];
    if (before != after) ++counts[number_of(before)][number_of(after)];
  }
  return counts;
}

// The ten digits in their order, from `start` round to itself.
std::optional<std::array<std::size_t, kDigits>> order_from(const Successors& counts,
                                                           std::size_t start) {
  std::array<std::size_t, kDigits> order{};
  std::size_t at = start;
  for (std::size_t& digit : order) {
    digit = at;
    const auto& next = counts[at];
    const auto most = std::max_element(next.begin(), next.end());
    if (*most == 0) return std::nullopt;
    at = static_cast<std::size_t>(most - next.begin());
  }
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  const bool all_differ = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  return at == start && all_differ ? std::optional(order) : std::nullopt;
}

}  // namespace

bool LigoCipher::looks_like_it(std::string_view text) {
  constexpr std::string_view kShape = "0000/00/00 00000000 ";  // 0: any that is replaced
  if (text.size() < kShape.size() || text[kColon] != text[kSecondColon]) return false;
  return std::equal(kShape.begin(), kShape.end(), text.begin(), [](char wanted, char c) {
    return wanted == '0' ? is_replaced(c) : c == wanted;
  });
}

std::optional<LigoCipher> LigoCipher::learn(const std::vector<std::string_view>& texts) {
  if (texts.size() <= kDigits || !std::all_of(texts.begin(), texts.end(), looks_like_it)) {
    return std::nullopt;
  }
  const auto order = order_from(successors_of(texts), number_of(texts.front()[kMillennium]));
  if (!order) return std::nullopt;
  LigoCipher cipher;
  cipher.plain_.fill('?');
  for (std::size_t i = 0; i < kDigits; ++i) {
    cipher.plain_[(*order)[i]] = static_cast<char>('0' + (2 + i) % kDigits);
  }
  const char colon = texts.front()[kColon];
  cipher.plain_[number_of(colon)] = ':';
  const auto north = hemisphere_from(texts.front(), kClockEnd + 1, colon);
  if (!north) return cipher;
  const auto east = hemisphere_from(texts.front(), north->at + 2, colon);
  if (!east || (!north->is_negative && !east->is_negative)) return cipher;
  cipher.plain_[number_of(texts.front()[north->at])] = north->is_negative ? 'S' : 'N';
  cipher.plain_[number_of(texts.front()[east->at])] = east->is_negative ? 'W' : 'E';
  return cipher;
}

std::string LigoCipher::plain(std::string_view text) const {
  std::string out(text);
  for (char& c : out) {
    if (is_replaced(c)) c = plain_[number_of(c)];
  }
  return out;
}

}  // namespace hansom::ingest
