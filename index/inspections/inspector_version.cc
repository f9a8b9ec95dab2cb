// Versions of inspectors: see inspector_version.h.
#include "index/inspections/inspector_version.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace hansom::inspections {
namespace {

constexpr std::string_view kName = "hansom-inspector ";
constexpr std::string_view kRules = "rules ";
constexpr std::size_t kPartsMax = 4;

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

// "0.1.0" as numbers; nothing for anything else.
std::optional<std::vector<std::uint64_t>> numbers_of(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (;;) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const auto number = whole_number(text.substr(0, end));
    if (!number || numbers.size() == kPartsMax) return std::nullopt;
    numbers.push_back(*number);
    if (end == text.size()) return numbers;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<InspectorVersion> InspectorVersion::parse(std::string_view text) {
  const auto wrong = [whole = std::string(text)] {
    return fail(ErrorKind::kInvalid, "bad_parameter",
                "\"" + whole + "\" is no version of an inspector; give one like \"0.1.0\", " +
                    "\"rules 4\" or \"0.1.0 rules 4\"");
  };
  InspectorVersion version;
  if (text.starts_with(kName)) text.remove_prefix(kName.size());
  if (!text.starts_with(kRules)) {
    const std::size_t end = std::min(text.find(' '), text.size());
    auto numbers = numbers_of(text.substr(0, end));
    if (!numbers) return wrong();
    version.program = *std::move(numbers);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (text.empty()) return version;
  }
  if (!text.starts_with(kRules)) return wrong();
  version.rules = whole_number(text.substr(kRules.size()));
  if (!version.rules) return wrong();
  return version;
}

bool is_before(std::string_view told, const InspectorVersion& limit) {
  const auto version = InspectorVersion::parse(told);
  if (!version) return true;
  if (!limit.program.empty() && version->program != limit.program) {
    return version->program < limit.program;
  }
  return limit.rules && version->rules.value_or(0) < *limit.rules;
}

}  // namespace hansom::inspections
