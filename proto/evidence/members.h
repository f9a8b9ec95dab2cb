// Reads the members of a JSON object with bounds, and says which member is wrong. For
// proto/evidence only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"

namespace hansom::evidence {

// The largest integer that every JSON reader keeps exactly (RFC 8259, section 6).
inline constexpr std::uint64_t kJsonIntegerMax = (std::uint64_t{1} << 53) - 1;

struct TextBounds {
  std::size_t bytes_min = 1;
  std::size_t bytes_max = 64;
};
struct IntegerBounds {
  std::uint64_t min = 0;
  std::uint64_t max = kJsonIntegerMax;
};

// One JSON text (an object or array) as a value; nesting is bounded and no member stands twice.
// Error: kInvalid `token`.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text, std::string_view token);

// A view of one object. A name in messages is `path` and the member's name, so
// "vehicle.registration". Every error is kInvalid with the token given. Requires: the object
// outlives it. Texts never hold control characters.
class Members {
 public:
  Members(const boost::json::object& object, std::string path, std::string_view token)
      : object_(object), path_(std::move(path)), token_(token) {}
  // The members of a whole text, which must be an object.
  [[nodiscard]] static Result<Members> of(const boost::json::value& value, const std::string& path,
                                          std::string_view token);

  [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
  [[nodiscard]] Result<std::string> text(std::string_view name, TextBounds bounds = {}) const;
  // A signed note: a text with line feeds.
  [[nodiscard]] Result<std::string> note(std::string_view name, std::size_t bytes_max) const;
  // Empty when the member is missing.
  [[nodiscard]] Result<std::string> optional_text(std::string_view name,
                                                  TextBounds bounds = {}) const;
  [[nodiscard]] Result<std::uint64_t> integer(std::string_view name,
                                              IntegerBounds bounds = {}) const;
  [[nodiscard]] Result<double> number(std::string_view name, double min, double max) const;
  [[nodiscard]] Result<bool> boolean(std::string_view name) const;
  [[nodiscard]] Result<UtcTime> time(std::string_view name) const;
  // A SHA-256 digest in hex.
  [[nodiscard]] Result<Bytes> digest(std::string_view name) const;
  [[nodiscard]] Result<Bytes> base64(std::string_view name, std::size_t bytes_max) const;
  [[nodiscard]] Result<Members> members(std::string_view name) const;
  [[nodiscard]] Result<const boost::json::array*> array(std::string_view name) const;

  // The failure of one member: "member <path><name>: <why>".
  [[nodiscard]] tl::unexpected<Error> bad(std::string_view name, std::string_view why) const;

 private:
  [[nodiscard]] Result<const boost::json::value*> find(std::string_view name) const;

  const boost::json::object& object_;
  std::string path_;
  std::string_view token_;
};

}  // namespace hansom::evidence
