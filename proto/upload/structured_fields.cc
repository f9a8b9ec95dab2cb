// The parsing algorithms of RFC 9651 section 4.2, one function each.
#include "proto/upload/structured_fields.h"

#include <algorithm>

namespace hansom::upload::sf {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_alpha(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}
bool is_key_char(char c) {
  return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
}
bool is_token_char(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~:/";
  return is_alpha(c) || is_digit(c) || kOthers.find(c) != std::string_view::npos;
}
bool is_printable(char c) {
  return c >= ' ' && c <= '~';
}

int hex_value(char c) {  // lower case only
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Length of the well-formed UTF-8 sequence at the start of `text` (RFC 3629 section 4), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&byte](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80U) return 1;
  if (first >= 0xC2U && first <= 0xDFU) return tail(1, 2) ? 2 : 0;
  if (first >= 0xE0U && first <= 0xEFU) {
    if ((first == 0xE0U && second < 0xA0U) || (first == 0xEDU && second > 0x9FU)) return 0;
    return tail(1, 3) ? 3 : 0;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    if ((first == 0xF0U && second < 0x90U) || (first == 0xF4U && second > 0x8FU)) return 0;
    return tail(1, 4) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : left_(text) {}

  std::optional<Item> whole_item() {
    skip(' ');
    auto item = take_item();
    skip(' ');
    if (!item || !left_.empty()) return std::nullopt;
    return item;
  }

  std::optional<Dictionary> whole_dictionary() {
    Dictionary dictionary;
    skip(' ');
    while (!left_.empty()) {
      auto key = take_key();
      if (!key) return std::nullopt;
      auto member = take_member_value();
      if (!member) return std::nullopt;
      if (!put(dictionary, *std::move(key), *std::move(member), kMembersMax)) return std::nullopt;
      skip_space();
      if (left_.empty()) break;
      if (!take(',')) return std::nullopt;
      skip_space();
      if (left_.empty()) return std::nullopt;  // nothing follows the comma
    }
    return dictionary;
  }

 private:
  [[nodiscard]] char peek() const { return left_.empty() ? '\0' : left_.front(); }
  bool take(char c) {
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  void skip(char c) {
    while (take(c)) {
    }
  }
  void skip_space() {
    while (take(' ') || take('\t')) {
    }
  }
  template <typename Predicate>
  std::string_view take_while(Predicate predicate) {
    const auto end = std::find_if_not(left_.begin(), left_.end(), predicate);
    const auto taken = left_.substr(0, static_cast<std::size_t>(end - left_.begin()));
    left_.remove_prefix(taken.size());
    return taken;
  }

  // A later value of a key takes the place of the earlier (section 4.2.2). False: too many.
  template <typename Pairs, typename Value>
  static bool put(Pairs& pairs, std::string key, Value value, std::size_t count_max) {
    const auto same = [&key](const auto& pair) { return pair.first == key; };
    std::erase_if(pairs, same);
    if (pairs.size() == count_max) return false;
    pairs.emplace_back(std::move(key), std::move(value));
    return true;
  }

  std::optional<std::string> take_key() {
    if (!is_lower(peek()) && peek() != '*') return std::nullopt;
    return std::string(take_while(is_key_char));
  }

  std::optional<Member> take_member_value() {
    if (!take('=')) {
      auto parameters = take_parameters();
      if (!parameters) return std::nullopt;
      return Item{true, *std::move(parameters)};
    }
    if (peek() == '(') return take_inner_list();
    auto item = take_item();
    if (!item) return std::nullopt;
    return *std::move(item);
  }

  std::optional<Member> take_inner_list() {
    InnerList list;
    take('(');
    for (;;) {
      skip(' ');
      if (take(')')) break;
      auto item = take_item();
      if (!item || list.items.size() == kMembersMax) return std::nullopt;
      list.items.push_back(*std::move(item));
      if (peek() != ' ' && peek() != ')') return std::nullopt;
    }
    auto parameters = take_parameters();
    if (!parameters) return std::nullopt;
    list.parameters = *std::move(parameters);
    return list;
  }

  std::optional<Item> take_item() {
    auto value = take_bare_item();
    if (!value) return std::nullopt;
    auto parameters = take_parameters();
    if (!parameters) return std::nullopt;
    return Item{*std::move(value), *std::move(parameters)};
  }

  std::optional<Parameters> take_parameters() {
    Parameters parameters;
    while (take(';')) {
      skip(' ');
      auto key = take_key();
      if (!key) return std::nullopt;
      std::optional<BareItem> value = BareItem(true);
      if (take('=')) value = take_bare_item();
      if (!value) return std::nullopt;
      if (!put(parameters, *std::move(key), *std::move(value), kParametersMax)) {
        return std::nullopt;
      }
    }
    return parameters;
  }

  std::optional<BareItem> take_bare_item() {
    const char first = peek();
    if (first == '-' || is_digit(first)) return take_number();
    if (first == '"') return take_string();
    if (first == ':') return take_bytes();
    if (first == '?') return take_boolean();
    if (first == '@') return take_date();
    if (first == '%') return take_display_string();
    if (first == '*' || is_alpha(first))
      return BareItem(Token{std::string(take_while(is_token_char))});
    return std::nullopt;
  }

  std::optional<BareItem> take_number() {
    constexpr std::size_t kIntegerDigits = 15;
    constexpr std::size_t kDecimalDigits = 12;
    constexpr std::size_t kFractionDigits = 3;
    const std::int64_t sign = take('-') ? -1 : 1;
    const std::string_view whole = take_while(is_digit);
    if (whole.empty() || whole.size() > kIntegerDigits) return std::nullopt;
    std::int64_t value = to_number(whole);
    if (!take('.')) return BareItem(sign * value);
    const std::string_view fraction = take_while(is_digit);
    if (whole.size() > kDecimalDigits || fraction.empty() || fraction.size() > kFractionDigits) {
      return std::nullopt;
    }
    std::string thousandths(fraction);
    thousandths.resize(kFractionDigits, '0');
    value = value * 1000 + to_number(thousandths);
    return BareItem(Decimal{sign * value});
  }

  static std::int64_t to_number(std::string_view digits) {
    std::int64_t value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
  }

  std::optional<BareItem> take_string() {
    std::string text;
    take('"');
    while (!left_.empty()) {
      const char c = left_.front();
      left_.remove_prefix(1);
      if (c == '"') return BareItem(std::move(text));
      if (!is_printable(c)) return std::nullopt;
      if (c != '\\') {
        text += c;
        continue;
      }
      if (peek() != '"' && peek() != '\\') return std::nullopt;
      text += left_.front();
      left_.remove_prefix(1);
    }
    return std::nullopt;
  }

  // Padding may be missing (section 4.2.7).
  std::optional<BareItem> take_bytes() {
    take(':');
    const std::size_t end = left_.find(':');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = left_.substr(0, end);
    left_.remove_prefix(end + 1);
    auto bytes = from_base64(text);
    if (!bytes) bytes = from_base64(text, Padding::kNone);
    if (!bytes) return std::nullopt;
    return BareItem(*std::move(bytes));
  }

  std::optional<BareItem> take_boolean() {
    take('?');
    if (take('1')) return BareItem(true);
    if (take('0')) return BareItem(false);
    return std::nullopt;
  }

  std::optional<BareItem> take_date() {
    take('@');
    const auto number = take_number();
    const auto* seconds = number ? std::get_if<std::int64_t>(&*number) : nullptr;
    if (seconds == nullptr) return std::nullopt;
    return BareItem(Date{*seconds});
  }

  std::optional<BareItem> take_display_string() {
    std::string text;
    take('%');
    if (!take('"')) return std::nullopt;
    while (!left_.empty()) {
      const char c = left_.front();
      left_.remove_prefix(1);
      if (c == '"') {
        if (!is_utf8(text)) return std::nullopt;
        return BareItem(DisplayString{std::move(text)});
      }
      if (!is_printable(c)) return std::nullopt;
      if (c != '%') {
        text += c;
        continue;
      }
      if (left_.size() < 2 || hex_value(left_[0]) < 0 || hex_value(left_[1]) < 0) {
        return std::nullopt;
      }
      text += static_cast<char>(hex_value(left_[0]) * 16 + hex_value(left_[1]));
      left_.remove_prefix(2);
    }
    return std::nullopt;
  }

  std::string_view left_;
};

}  // namespace

std::optional<Item> parse_item(std::string_view text) {
  if (text.size() > kValueBytesMax) return std::nullopt;
  return Parser(text).whole_item();
}

std::optional<Dictionary> parse_dictionary(std::string_view text) {
  if (text.size() > kValueBytesMax) return std::nullopt;
  return Parser(text).whole_dictionary();
}

}  // namespace hansom::upload::sf
