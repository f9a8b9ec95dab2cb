// Structured field values (RFC 9651): items and dictionaries. Pure and strict: what the grammar
// does not have is no value, and a field without a value is one that was not sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "proto/base/bytes.h"

namespace hansom::upload::sf {

// Bounds of one value. The RFC asks for 1024 members and 256 parameters at least.
inline constexpr std::size_t kValueBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kMembersMax = 1024;  // of a dictionary or an inner list
inline constexpr std::size_t kParametersMax = 256;
// Integers have at most 15 digits (section 3.3.1).
inline constexpr std::int64_t kIntegerMax = 999'999'999'999'999;

struct Decimal {
  std::int64_t thousandths = 0;  // at most 12 digits before the point
  bool operator==(const Decimal&) const = default;
};
struct Token {
  std::string text;
  bool operator==(const Token&) const = default;
};
struct Date {
  std::int64_t unix_s = 0;
  bool operator==(const Date&) const = default;
};
struct DisplayString {
  std::string utf8;  // valid UTF-8
  bool operator==(const DisplayString&) const = default;
};

// Integer, Decimal, String (ASCII), Token, Byte Sequence, Boolean, Date, Display String.
using BareItem =
    std::variant<std::int64_t, Decimal, std::string, Token, Bytes, bool, Date, DisplayString>;
using Parameters = std::vector<std::pair<std::string, BareItem>>;  // keys unique

struct Item {
  BareItem value;
  Parameters parameters;
  bool operator==(const Item&) const = default;
};
struct InnerList {
  std::vector<Item> items;
  Parameters parameters;
  bool operator==(const InnerList&) const = default;
};
using Member = std::variant<Item, InnerList>;
using Dictionary = std::vector<std::pair<std::string, Member>>;  // keys unique

// Readers (section 4.2). A field that came in several lines is given with ", " between them.
// nullopt: malformed, or over the bounds.
[[nodiscard]] std::optional<Item> parse_item(std::string_view text);
[[nodiscard]] std::optional<Dictionary> parse_dictionary(std::string_view text);

// Writers (section 4.1). Requires: integers within kIntegerMax, strings in ASCII, keys and tokens
// as the grammar has them.
[[nodiscard]] std::string to_text(const Item& item);
[[nodiscard]] std::string to_text(const Dictionary& dictionary);

}  // namespace hansom::upload::sf
