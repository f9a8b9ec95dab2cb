// Byte ranges of a request (RFC 9110 section 14).
#include "index/retrieval/byte_range.h"

#include <algorithm>
#include <limits>

namespace hansom::retrieval {
namespace {

constexpr std::uint64_t kBeyond = std::numeric_limits<std::uint64_t>::max();

// 1*DIGIT, saturating; nullopt for anything else.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kBeyond - digit) / 10 ? kBeyond : value * 10 + digit;
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_bytes_unit(std::string_view unit) {
  constexpr std::string_view kUnit = "bytes";
  return unit.size() == kUnit.size() &&
         std::equal(unit.begin(), unit.end(), kUnit.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

RangeDecision part(std::uint64_t first, std::uint64_t bytes) {
  return {.answer = RangeAnswer::kPart, .range = {.first = first, .bytes = bytes}};
}

}  // namespace

RangeDecision decide_range(std::optional<std::string_view> range, std::uint64_t size) {
  const RangeDecision whole{.answer = RangeAnswer::kWhole, .range = {.first = 0, .bytes = size}};
  const RangeDecision unsatisfiable{.answer = RangeAnswer::kUnsatisfiable, .range = {}};
  if (!range) return whole;
  const std::size_t equals = range->find('=');
  if (equals == std::string_view::npos || !is_bytes_unit(range->substr(0, equals))) return whole;
  const std::string_view spec = trimmed(range->substr(equals + 1));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return whole;

  const std::string_view last_text = spec.substr(dash + 1);
  if (dash == 0) {  // "-n": the last n bytes
    const auto suffix_bytes = parse_position(last_text);
    if (!suffix_bytes) return whole;
    if (*suffix_bytes == 0 || size == 0) return unsatisfiable;
    const std::uint64_t bytes = std::min(*suffix_bytes, size);
    return part(size - bytes, bytes);
  }
  const auto first = parse_position(spec.substr(0, dash));
  if (!first) return whole;
  std::uint64_t last = kBeyond;
  if (!last_text.empty()) {
    const auto parsed = parse_position(last_text);
    if (!parsed || *parsed < *first) return whole;
    last = *parsed;
  }
  if (*first >= size) return unsatisfiable;
  return part(*first, std::min(last, size - 1) - *first + 1);
}

bool if_range_holds(std::optional<std::string_view> if_range, std::string_view entity_tag) {
  return !if_range || trimmed(*if_range) == entity_tag;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.first) + "-" +
         std::to_string(range.first + range.bytes - 1) + "/" + std::to_string(size);
}

std::string unsatisfied_range(std::uint64_t size) {
  return "bytes */" + std::to_string(size);
}

}  // namespace hansom::retrieval
