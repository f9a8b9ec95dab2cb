// RFC 7512, as far as a key needs it.
#include "proto/hsm/pkcs11_uri.h"

#include <optional>

namespace hansom::hsm {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr std::string_view kFileScheme = "file:";

tl::unexpected<Error> bad(std::string what) {
  return fail(ErrorKind::kInvalid, "bad_key_uri", "pkcs11 URI: " + std::move(what));
}

std::optional<Bytes> percent_decoded(std::string_view text) {
  Bytes out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out.push_back(static_cast<std::uint8_t>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    const auto byte = text.size() < 3 ? Result<Bytes>(fail(Error{})) : from_hex(text.substr(1, 2));
    if (!byte) return std::nullopt;
    out.push_back(byte->front());
    text.remove_prefix(3);
  }
  return out;
}

// Puts one "name=value" where it belongs; the value is decoded.
Status take(std::string_view name, Bytes value, bool in_path, KeyUri& uri) {
  const std::string text = to_text(value);
  if (in_path && name == "token") {
    uri.token = text;
  } else if (in_path && name == "object") {
    uri.object = text;
  } else if (in_path && name == "id") {
    uri.id = std::move(value);
  } else if (in_path && name == "type") {
    if (text != "private") return bad("type can only be private");
  } else if (!in_path && name == "module-path") {
    uri.module = text;
  } else if (!in_path && name == "pin-source") {
    const bool is_file = text.starts_with(kFileScheme);
    uri.pin_file = is_file ? text.substr(kFileScheme.size()) : text;
  } else if (!in_path && name == "pin-value") {
    return bad("a PIN does not belong here; name its file with pin-source=file:/path");
  } else {
    return bad("the attribute " + std::string(name) + " is not known here");
  }
  return {};
}

Status take_all(std::string_view list, char separator, bool in_path, KeyUri& uri) {
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    const std::string_view one = list.substr(0, end);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos) return bad("an attribute is name=value");
    std::optional<Bytes> value = percent_decoded(one.substr(equals + 1));
    if (!value) return bad("a percent sign is followed by two hexadecimal digits");
    HANSOM_TRY(take(one.substr(0, equals), *std::move(value), in_path, uri));
  }
  return {};
}

}  // namespace

Result<KeyUri> parse_key_uri(std::string_view text) {
  if (!text.starts_with(kScheme)) return bad("it begins with pkcs11:");
  text.remove_prefix(kScheme.size());
  const std::size_t question = text.find('?');
  KeyUri uri;
  HANSOM_TRY(take_all(text.substr(0, question), ';', true, uri));
  if (question != std::string_view::npos) {
    HANSOM_TRY(take_all(text.substr(question + 1), '&', false, uri));
  }
  if (uri.token.empty()) return bad("token=LABEL is missing");
  if (uri.object.empty() && uri.id.empty()) return bad("object=LABEL or id=%.. is missing");
  if (uri.module.empty()) return bad("module-path=/path/of/the/library.so is missing");
  if (uri.pin_file.empty()) return bad("pin-source=file:/path/of/the/pin is missing");
  return uri;
}

}  // namespace hansom::hsm
