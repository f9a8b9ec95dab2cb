// Reads rates.
#include "ingest/unit/rate.h"

#include <charconv>
#include <string>

namespace hansom::ingest {

Result<std::uint64_t> parse_rate(std::string_view text) {
  if (text.empty()) return std::uint64_t{0};
  constexpr std::uint64_t kNumberMax = 1'000'000'000;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, text.data() + text.size());
  std::uint64_t factor = 0;
  if (unit.empty()) factor = 1;
  if (unit == "k" || unit == "K") factor = 1000;
  if (unit == "M") factor = 1'000'000;
  if (unit == "G") factor = 1'000'000'000;
  if (error != std::errc{} || factor == 0 || number == 0 || number > kNumberMax) {
    return fail(ErrorKind::kInvalid, "bad_parameter",
                "\"" + std::string(text) + "\" is not a rate such as 500k or 8M");
  }
  return number * factor;
}

}  // namespace hansom::ingest
