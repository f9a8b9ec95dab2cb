// A radio or wire between a unit and the server, as rate, delay and cuts. Pure: it is told the
// time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/random.h"
#include "proto/base/result.h"

namespace hansom::ingest {

struct LinkProfile {
  std::string name;
  std::uint64_t bytes_per_second = 0;       // of the unit's sending
  std::chrono::milliseconds round_trip{0};  // added to what the real connection takes
  double cut_seconds = 0;                   // mean time from one cut to the next; 0: never
};

// "3g": 100 kB/s, 120 ms, a cut every half minute. "4g": 1 MB/s, 60 ms, a cut a minute. "wifi": 3
// MB/s, 15 ms, a cut every two minutes. "depot": a wire, 12 MB/s, 2 ms, never cut. Orders of
// magnitude, not measurements. Error: kInvalid `bad_parameter` that names those there are.
[[nodiscard]] Result<LinkProfile> link_profile(std::string_view name);

// "4g", or how many of each, "4g:100,depot:1": the profiles of `units` units, in that order again
// and again. Errors: as link_profile.
[[nodiscard]] Result<std::vector<LinkProfile>> parse_links(std::string_view text,
                                                           std::size_t units);

// One unit's link while it lasts. Not thread-safe.
class Link {
 public:
  using Clock = std::chrono::steady_clock;

  // Requires: `random` outlives this.
  Link(LinkProfile profile, Random& random, Clock::time_point now);

  [[nodiscard]] const LinkProfile& profile() const { return profile_; }
  // How much to hand over at once: some hundredths of a second's worth.
  [[nodiscard]] std::size_t step_bytes() const;
  // `bytes` are handed over now; when the link has room for more.
  [[nodiscard]] Clock::time_point send(std::size_t bytes, Clock::time_point now);
  // What so many bytes take at its rate.
  [[nodiscard]] double seconds_for(std::size_t bytes) const;
  // It is there (again): what would have cut it while nobody used it is over.
  void come_up(Clock::time_point now) { draw_next_cut(now); }
  // Whether the link has been cut by now. Asking again after a cut counts to the next.
  [[nodiscard]] bool cut_by(Clock::time_point now);

 private:
  void draw_next_cut(Clock::time_point from);

  LinkProfile profile_;
  Random& random_;
  Clock::time_point free_at_;
  Clock::time_point cut_at_;
};

// Evenly from 0 up to 1.
[[nodiscard]] double uniform(Random& random);

}  // namespace hansom::ingest
