// The serialising algorithms of RFC 9651 section 4.1.
#include "proto/upload/structured_fields.h"

namespace hansom::upload::sf {
namespace {

bool stands_for_itself(char c) {  // in a Display String
  return c >= ' ' && c <= '~' && c != '%' && c != '"';
}

std::string string_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string decimal_text(const Decimal& decimal) {
  const bool negative = decimal.thousandths < 0;
  const std::int64_t size = negative ? -decimal.thousandths : decimal.thousandths;
  std::string fraction = std::to_string(1000 + size % 1000).substr(1);
  while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
  return (negative ? "-" : "") + std::to_string(size / 1000) + "." + fraction;
}

std::string display_text(std::string_view utf8) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "%\"";
  for (const char c : utf8) {
    if (stands_for_itself(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append("%").append(1, kHex[byte / 16U]).append(1, kHex[byte % 16U]);
  }
  return out + '"';
}

struct BareText {
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const Decimal& value) const { return decimal_text(value); }
  std::string operator()(const std::string& value) const { return string_text(value); }
  std::string operator()(const Token& value) const { return value.text; }
  std::string operator()(const Bytes& value) const { return ":" + to_base64(value) + ":"; }
  std::string operator()(bool value) const { return value ? "?1" : "?0"; }
  std::string operator()(const Date& value) const { return "@" + std::to_string(value.unix_s); }
  std::string operator()(const DisplayString& value) const { return display_text(value.utf8); }
};

std::string parameters_text(const Parameters& parameters) {
  std::string out;
  for (const auto& [key, value] : parameters) {
    out += ";" + key;
    if (value != BareItem(true)) out += "=" + std::visit(BareText(), value);
  }
  return out;
}

std::string list_text(const InnerList& list) {
  std::string out;
  for (const Item& item : list.items) out += (out.empty() ? "" : " ") + to_text(item);
  return "(" + out + ")" + parameters_text(list.parameters);
}

}  // namespace

std::string to_text(const Item& item) {
  return std::visit(BareText(), item.value) + parameters_text(item.parameters);
}

std::string to_text(const Dictionary& dictionary) {
  std::string out;
  for (const auto& [key, member] : dictionary) {
    if (!out.empty()) out += ", ";
    out += key;
    if (const auto* list = std::get_if<InnerList>(&member)) {
      out += "=" + list_text(*list);
    } else if (const Item& item = std::get<Item>(member); item.value == BareItem(true)) {
      out += parameters_text(item.parameters);
    } else {
      out += "=" + to_text(item);
    }
  }
  return out;
}

}  // namespace hansom::upload::sf
