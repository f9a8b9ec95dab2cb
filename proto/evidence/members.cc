// JSON members with their bounds.
#include "proto/evidence/members.h"

#include <algorithm>
#include <memory>

#include <jansson.h>
#include <boost/json/parse.hpp>

#include "proto/base/sha256.h"

namespace hansom::evidence {
namespace {

constexpr std::size_t kDepthMax = 8;  // our deepest format has four levels

struct FreeJson {
  void operator()(json_t* json) const { json_decref(json); }
};

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<boost::json::value> parse_json(std::string_view text, std::string_view token) {
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code error;
  auto value = boost::json::parse(text, error, {}, options);
  if (error) return fail(ErrorKind::kInvalid, token, "not JSON: " + error.message());
  // Of a member that stands twice Boost.JSON keeps the last and another reader the first; jansson
  // tells.
  json_error_t why{};
  const std::unique_ptr<json_t, FreeJson> unambiguous(
      json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &why));
  if (unambiguous == nullptr) {
    return fail(ErrorKind::kInvalid, token, "not unambiguous JSON: " + std::string(why.text));
  }
  return value;
}

Result<Members> Members::of(const boost::json::value& value, const std::string& path,
                            std::string_view token) {
  const auto* object = value.if_object();
  if (object == nullptr) {
    return fail(
        ErrorKind::kInvalid, token,
        (path.empty() ? std::string("the whole") : "member " + path) + ": must be a JSON object");
  }
  return Members(*object, path.empty() ? path : path + ".", token);
}

tl::unexpected<Error> Members::bad(std::string_view name, std::string_view why) const {
  return fail(ErrorKind::kInvalid, token_,
              "member " + path_ + std::string(name) + ": " + std::string(why));
}

Result<const boost::json::value*> Members::find(std::string_view name) const {
  const auto* value = object_.if_contains(name);
  if (value == nullptr) return bad(name, "is missing");
  return value;
}

Result<std::string> Members::text(std::string_view name, TextBounds bounds) const {
  HANSOM_TRY_ASSIGN(const auto* value, find(name));
  const auto* string = value->if_string();
  if (string == nullptr) return bad(name, "must be a text");
  if (string->size() < bounds.bytes_min || string->size() > bounds.bytes_max) {
    return bad(name, "must have " + std::to_string(bounds.bytes_min) + " to " +
                         std::to_string(bounds.bytes_max) + " bytes, has " +
                         std::to_string(string->size()));
  }
  if (std::ranges::any_of(*string, is_control)) return bad(name, "holds a control character");
  return std::string(string->begin(), string->end());
}

Result<std::string> Members::note(std::string_view name, std::size_t bytes_max) const {
  const auto* value = object_.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr || text->empty() || text->size() > bytes_max) {
    return bad(name, "must be a signed note");
  }
  return std::string(text->begin(), text->end());
}

Result<std::string> Members::optional_text(std::string_view name, TextBounds bounds) const {
  if (!has(name)) return std::string();
  bounds.bytes_min = 0;
  return text(name, bounds);
}

Result<std::uint64_t> Members::integer(std::string_view name, IntegerBounds bounds) const {
  HANSOM_TRY_ASSIGN(const auto* value, find(name));
  if (!value->is_int64() && !value->is_uint64()) return bad(name, "must be an integer");
  const bool negative = value->is_int64() && value->get_int64() < 0;
  const std::uint64_t integer =
      value->is_uint64() ? value->get_uint64() : static_cast<std::uint64_t>(value->get_int64());
  if (negative || integer < bounds.min || integer > bounds.max) {
    return bad(name, "must lie between " + std::to_string(bounds.min) + " and " +
                         std::to_string(bounds.max));
  }
  return integer;
}

Result<double> Members::number(std::string_view name, double min, double max) const {
  HANSOM_TRY_ASSIGN(const auto* value, find(name));
  if (!value->is_number()) return bad(name, "must be a number");
  const auto number = value->to_number<double>();
  if (!(number >= min && number <= max)) {
    return bad(name, "must lie between " + std::to_string(min) + " and " + std::to_string(max));
  }
  return number;
}

Result<bool> Members::boolean(std::string_view name) const {
  HANSOM_TRY_ASSIGN(const auto* value, find(name));
  if (!value->is_bool()) return bad(name, "must be true or false");
  return value->get_bool();
}

Result<UtcTime> Members::time(std::string_view name) const {
  HANSOM_TRY_ASSIGN(const std::string written, text(name));
  const auto time = from_rfc3339(written);
  if (!time) return bad(name, "must be an RFC 3339 time such as 2026-03-01T10:00:00Z");
  return *time;
}

Result<Bytes> Members::digest(std::string_view name) const {
  HANSOM_TRY_ASSIGN(const std::string hex, text(name));
  const auto digest = Digest::from_hex(hex);
  if (!digest) return bad(name, "must be a SHA-256 digest, 64 hex digits");
  return Bytes(digest->bytes.begin(), digest->bytes.end());
}

Result<Bytes> Members::base64(std::string_view name, std::size_t bytes_max) const {
  HANSOM_TRY_ASSIGN(const std::string encoded,
                    text(name, {.bytes_min = 0, .bytes_max = (bytes_max + 2) / 3 * 4}));
  auto bytes = from_base64(encoded);
  if (!bytes) return bad(name, "must be canonical base64");
  return bytes;
}

Result<Members> Members::members(std::string_view name) const {
  HANSOM_TRY_ASSIGN(const auto* value, find(name));
  return of(*value, path_ + std::string(name), token_);
}

Result<const boost::json::array*> Members::array(std::string_view name) const {
  HANSOM_TRY_ASSIGN(const auto* value, find(name));
  const auto* array = value->if_array();
  if (array == nullptr) return bad(name, "must be an array");
  return array;
}

}  // namespace hansom::evidence
