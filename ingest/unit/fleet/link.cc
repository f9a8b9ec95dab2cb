// Rates and cuts.
#include "ingest/unit/fleet/link.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hansom::ingest {
namespace {

using std::chrono::milliseconds;

constexpr int kStepsPerSecond = 25;
constexpr std::size_t kStepBytesMin = 512;
constexpr std::size_t kStepBytesMax = std::size_t{64} * 1024;
constexpr std::size_t kLinksMax = 1'000'000;

std::vector<LinkProfile> profiles() {
  return {{"3g", 100'000, milliseconds(120), 30},
          {"4g", 1'000'000, milliseconds(60), 60},
          {"wifi", 3'000'000, milliseconds(15), 120},
          {"depot", 12'000'000, milliseconds(2), 0}};
}

std::chrono::nanoseconds seconds(double count) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(count * 1e9));
}

}  // namespace

double uniform(Random& random) {
  std::array<std::uint8_t, 6> bytes{};
  random.fill(bytes);
  double value = 0;
  for (const std::uint8_t byte : bytes) value = (value + byte) / 256;
  return value;
}

Result<LinkProfile> link_profile(std::string_view name) {
  std::string names;
  for (const LinkProfile& profile : profiles()) {
    if (profile.name == name) return profile;
    names += (names.empty() ? "" : ", ") + profile.name;
  }
  return fail(ErrorKind::kInvalid, "bad_parameter",
              "no link is called '" + std::string(name) + "'; there are " + names);
}

Result<std::vector<LinkProfile>> parse_links(std::string_view text, std::size_t units) {
  std::vector<LinkProfile> pattern;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const auto colon = part.find(':');
    std::size_t count = 1;
    if (colon != std::string_view::npos) {
      const std::string_view digits = part.substr(colon + 1);
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), count);
      if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || count == 0 ||
          count > kLinksMax) {
        return fail(ErrorKind::kInvalid, "bad_parameter",
                    "'" + std::string(part) + "' is not a link and a count, such as 4g:100");
      }
    }
    HANSOM_TRY_ASSIGN(const LinkProfile profile, link_profile(part.substr(0, colon)));
    pattern.insert(pattern.end(), count, profile);
  }
  if (pattern.empty()) HANSOM_TRY(link_profile(""));
  std::vector<LinkProfile> links;
  links.reserve(units);
  for (std::size_t i = 0; i < units; ++i) links.push_back(pattern[i % pattern.size()]);
  return links;
}

Link::Link(LinkProfile profile, Random& random, Clock::time_point now)
    : profile_(std::move(profile)), random_(random), free_at_(now) {
  draw_next_cut(now);
}

std::size_t Link::step_bytes() const {
  return std::clamp<std::size_t>(profile_.bytes_per_second / kStepsPerSecond, kStepBytesMin,
                                 kStepBytesMax);
}

Link::Clock::time_point Link::send(std::size_t bytes, Clock::time_point now) {
  free_at_ = std::max(free_at_, now) + seconds(seconds_for(bytes));
  return free_at_;
}

double Link::seconds_for(std::size_t bytes) const {
  const auto rate = static_cast<double>(std::max<std::uint64_t>(1, profile_.bytes_per_second));
  return static_cast<double>(bytes) / rate;
}

bool Link::cut_by(Clock::time_point now) {
  if (now < cut_at_) return false;
  draw_next_cut(now);
  return true;
}

// Cuts know nothing of each other: the time between them is exponential.
void Link::draw_next_cut(Clock::time_point from) {
  cut_at_ = profile_.cut_seconds <= 0
                ? Clock::time_point::max()
                : from + seconds(-std::log(1 - uniform(random_)) * profile_.cut_seconds);
}

}  // namespace hansom::ingest
