// The statement on a recorder's clock: see statement.h.
#include "index/timeline/statement.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace hansom::timeline {
namespace {

std::int64_t seconds_up(std::int64_t us) {
  return us <= 0 ? 0 : (us + kSecondUs - 1) / kSecondUs;
}

// "00:03:12", "2 days 03:00:00".
std::string duration_text(std::int64_t seconds) {
  const std::int64_t days = seconds / 86'400;
  std::array<char, 32> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%02d:%02d:%02d", static_cast<int>(seconds / 3600 % 24),
      static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  std::string clock(text.data(), static_cast<std::size_t>(length));
  if (days == 0) return clock;
  return std::to_string(days) + (days == 1 ? " day " : " days ") + clock;
}

// "2 s", "00:05:00".
std::string margin_text(std::int64_t seconds) {
  return seconds < 120 ? std::to_string(seconds) + " s" : duration_text(seconds);
}

std::string clips_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " clip" : " clips");
}

// "On 25 October 2026, from 10:00:00 BST (UTC+01:00) to ...", "From 1 October 2026 10:00:00 ...
// to".
std::string when_text(UtcTime from, UtcTime until, const Zone& zone) {
  const std::string first_day = zone.show_date(from);
  const std::string last_day = zone.show_date(until);
  if (first_day == last_day) {
    return "On " + first_day + ", from " + zone.show_time_of_day(from) + " to " +
           zone.show_time_of_day(until) + ",";
  }
  return "From " + first_day + ", " + zone.show_time_of_day(from) + ", to " + last_day + ", " +
         zone.show_time_of_day(until) + ",";
}

// The moments a stretch is spoken of by: the middle of its first start, the middle of its last end.
UtcTime begin_of(const FusedClip& clip) {
  return from_unix_us(clip.start.middle());
}
UtcTime end_of(const FusedClip& clip) {
  return from_unix_us(std::max(clip.end.middle(), clip.start.middle()));
}

std::string reasons_text(const FusedClock& clock, const ClockStretch& stretch) {
  static constexpr std::array<std::pair<Method, std::string_view>, 9> kReasons{{
      {Method::kCorrected, "measured and recorded as a correction in "},
      {Method::kSatellite, "satellite time in "},
      {Method::kOtherChannel, "satellite time in another channel's clip beside "},
      {Method::kBetween, "between clips with a proven time: "},
      {Method::kCarried, "carried from clips with a proven time: "},
      {Method::kArrivals,
       "the time told by a disciplined clock, confirmed by prompt arrivals, in "},
      {Method::kDisciplined, "the time told by a disciplined clock in "},
      {Method::kTold, "the clock's own word in "},
      {Method::kOrder, "order and arrival alone in "},
  }};
  std::map<Method, std::size_t> counts;
  for (std::size_t i = stretch.first; i <= stretch.last; ++i) ++counts[clock.clips[i].method];
  std::string text = clips_text(stretch.last - stretch.first + 1) + ": ";
  bool more = false;
  for (const auto& [method, reason] : kReasons) {
    if (counts[method] == 0) continue;
    if (more) text += "; ";
    text += std::string(reason) + std::to_string(counts[method]);
    more = true;
  }
  return text;
}

std::string stretch_text(const FusedClock& clock, const ClockStretch& stretch, const Zone& zone) {
  const FusedClip& first = clock.clips[stretch.first];
  const FusedClip& last = clock.clips[stretch.last];
  const std::string reasons = " (" + reasons_text(clock, stretch) + ").";
  if (stretch.proven) {
    return when_text(begin_of(first), end_of(last), zone) + " the recorder's clock was " +
           error_text(stretch.error) + reasons;
  }
  Bounds made{first.start.lo, last.end.hi};
  bool told = true;
  for (std::size_t i = stretch.first; i <= stretch.last; ++i) {
    const FusedClip& clip = clock.clips[i];
    made = hull(made, {clip.start.lo, clip.end.hi});
    told = told && clip.method == Method::kTold;
  }
  std::string text = when_text(from_unix_us(made.lo), from_unix_us(made.hi), zone) +
                     " how wrong the recorder's clock was is not known";
  if (told) {
    const auto side = [](std::int64_t us) {
      return duration_text(seconds_up(std::abs(us))) + (us < 0 ? " slow" : " fast");
    };
    text += "; from " + side(stretch.error.lo) + " to " + side(stretch.error.hi) + " is possible";
  } else {
    text += ", and the times it told are not used";
  }
  return text + reasons;
}

std::string change_text(const FusedClock& clock, const ClockStretch& before,
                        const ClockStretch& after, const Zone& zone) {
  const FusedClip& last = clock.clips[before.last];
  const FusedClip& first = clock.clips[after.first];
  const Bounds by{after.error.lo - before.error.hi, after.error.hi - before.error.lo};
  const std::int64_t middle = by.middle();
  const std::int64_t shown = (std::abs(middle) + kSecondUs / 2) / kSecondUs;
  const std::int64_t centre = (middle < 0 ? -shown : shown) * kSecondUs;
  std::string text = "Between " + zone.show(end_of(last)) + " and " + zone.show(begin_of(first)) +
                     " it was put " + (middle < 0 ? "back" : "forward") + " by " +
                     duration_text(shown) + ", plus or minus " +
                     margin_text(seconds_up(std::max(by.hi - centre, centre - by.lo)));
  const auto dst =
      std::find_if(first.findings.begin(), first.findings.end(), [](const Finding& finding) {
        return finding.trap == Trap::kDstStep || finding.trap == Trap::kNtpLostAtDst;
      });
  if (dst != first.findings.end()) text += " (" + std::string(meaning(dst->trap)) + ")";
  return text + ".";
}

std::string findings_text(const FusedClock& clock) {
  std::map<Trap, std::size_t> clips;
  for (const FusedClip& clip : clock.clips) {
    std::map<Trap, bool> here;
    for (const Finding& finding : clip.findings) here[finding.trap] = true;
    for (const auto& [trap, found] : here) clips[trap] += found ? 1 : 0;
  }
  std::string text;
  for (const auto& [trap, count] : clips) {
    text += (text.empty() ? "Found: " : "; ") + std::string(meaning(trap)) + " (" +
            std::string(word(trap)) + ", " + clips_text(count) + ")";
  }
  return text.empty() ? text : text + ".\n";
}

}  // namespace

std::vector<ClockStretch> stretches(const FusedClock& clock) {
  std::vector<ClockStretch> out;
  for (std::size_t i = 0; i < clock.clips.size(); ++i) {
    const FusedClip& clip = clock.clips[i];
    const bool goes_on = !out.empty() && out.back().proven == clip.proven() &&
                         (!clip.proven() || clock.clips[i - 1].error().meets(clip.error()));
    if (goes_on) {
      out.back().last = i;
      out.back().error = hull(out.back().error, clip.error());
    } else {
      out.push_back({i, i, clip.error(), clip.proven()});
    }
  }
  return out;
}

std::optional<Bounds> gain_ppb(const FusedClock& clock, const ClockStretch& stretch) {
  const FusedClip& first = clock.clips[stretch.first];
  const FusedClip& last = clock.clips[stretch.last];
  const std::int64_t apart_s = (last.told_us - first.told_us) / kSecondUs;
  if (!stretch.proven || apart_s < kDayUs / kSecondUs) return std::nullopt;
  const Bounds was = first.error();
  const Bounds is = last.error();
  // An error is some hours in microseconds at most of a stretch that is proven: below 2^45.
  const auto ppb = [apart_s](std::int64_t us) {
    return us / apart_s * 1000 + us % apart_s * 1000 / apart_s;
  };
  return Bounds{ppb(is.lo - was.hi) - 1, ppb(is.hi - was.lo) + 1};
}

FusedClock during(const FusedClock& clock, const std::vector<Bounds>& spans) {
  const std::vector<ClockStretch> all = stretches(clock);
  std::vector<std::size_t> kept;
  std::optional<std::size_t> before;
  std::optional<std::size_t> after;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Bounds made{clock.clips[all[i].first].start.lo, clock.clips[all[i].last].end.hi};
    for (std::size_t k = all[i].first; k <= all[i].last; ++k) {
      made = hull(made, {clock.clips[k].start.lo, clock.clips[k].end.hi});
    }
    const auto meets = [&](const Bounds& span) { return made.meets(span); };
    if (std::any_of(spans.begin(), spans.end(), meets)) kept.push_back(i);
    if (made.hi < spans.front().lo) before = i;
    if (!after && made.lo > spans.back().hi) after = i;
  }
  if (kept.empty()) {
    if (before) kept.push_back(*before);
    if (after && after != before) kept.push_back(*after);
  }
  std::sort(kept.begin(), kept.end());
  FusedClock part{clock.unit, clock.channel, {}};
  for (const std::size_t i : kept) {
    for (std::size_t k = all[i].first; k <= all[i].last; ++k) part.clips.push_back(clock.clips[k]);
  }
  return part;
}

std::string error_text(const Bounds& error) {
  if (error.holds(0)) {
    return "right, plus or minus " +
           margin_text(seconds_up(std::max(std::abs(error.lo), std::abs(error.hi))));
  }
  const std::int64_t middle = error.middle();
  const std::int64_t shown = (std::abs(middle) + kSecondUs / 2) / kSecondUs;
  const std::int64_t centre = (middle < 0 ? -shown : shown) * kSecondUs;
  return duration_text(shown) + (middle < 0 ? " slow" : " fast") + ", plus or minus " +
         margin_text(seconds_up(std::max(error.hi - centre, centre - error.lo)));
}

std::string offset_statement(const FusedClock& clock, const Zone& zone) {
  std::string text = "Unit " + clock.unit + ", channel " + std::to_string(clock.channel) + ".\n";
  if (clock.clips.empty()) return text + "No clip of it is known, so nothing is of its clock.\n";
  const std::vector<ClockStretch> all = stretches(clock);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool change = i > 0 && all[i - 1].proven && all[i].proven;
    if (change) text += change_text(clock, all[i - 1], all[i], zone) + "\n";
    text += stretch_text(clock, all[i], zone) + "\n";
  }
  return text + findings_text(clock);
}

}  // namespace hansom::timeline
