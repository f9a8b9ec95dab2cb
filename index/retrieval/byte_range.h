// Byte ranges of a request (RFC 9110 section 14): pure functions from fields to a decision.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hansom::retrieval {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;
  bool operator==(const ByteRange&) const = default;
};

enum class RangeAnswer {
  kWhole,          // 200: no range, one that is malformed or of another unit, or several
  kPart,           // 206
  kUnsatisfiable,  // 416: a well-formed range that no byte of the representation is in
};

struct RangeDecision {
  RangeAnswer answer = RangeAnswer::kWhole;
  ByteRange range;  // what is sent; nothing when unsatisfiable
};

// Decides over a representation of `size` bytes. `range` is the value of the Range field: "bytes="
// and one of "a-b", "a-", "-n". Positions beyond 64 bits count as beyond the end.
[[nodiscard]] RangeDecision decide_range(std::optional<std::string_view> range, std::uint64_t size);

// RFC 9110 section 13.1.5: without the field a range holds; with it only when it is exactly our
// (strong) entity tag. We send no Last-Modified, so a date never holds.
[[nodiscard]] bool if_range_holds(std::optional<std::string_view> if_range,
                                  std::string_view entity_tag);

// "bytes 0-99/1000", and "bytes */1000" for 416.
[[nodiscard]] std::string content_range(const ByteRange& range, std::uint64_t size);
[[nodiscard]] std::string unsatisfied_range(std::uint64_t size);

}  // namespace hansom::retrieval
