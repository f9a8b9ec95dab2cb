// Exponential backoff with jitter.
#include "ingest/unit/backoff.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hansom::ingest {

std::chrono::milliseconds Backoff::next(std::optional<std::chrono::seconds> retry_after) {
  auto step = limits_.first;
  for (unsigned i = 0; i < attempts_ && step < limits_.longest; ++i) step *= 2;
  step = std::min(step, limits_.longest);
  ++attempts_;
  std::array<std::uint8_t, 8> bytes{};
  random_.fill(bytes);
  const auto half = static_cast<std::uint64_t>(step.count()) / 2;
  const std::chrono::milliseconds wait(half + read_u64be(bytes) % (half + 1));
  if (!retry_after) return wait;
  return std::min(*retry_after, limits_.retry_after_max) + wait;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) {
  constexpr std::size_t kDigitsMax = 9;
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace hansom::ingest
