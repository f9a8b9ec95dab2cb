// What the sources of a clip tell: times and positions as found, held to the bounds of a report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hansom::ingest {

// Where it stands.
struct FoundPlace {
  std::optional<std::uint64_t> offset{};   // in the clip, of the bytes that tell it
  std::optional<std::int64_t> media_us{};  // where in the clip it holds, by the container
  std::int32_t stream = -1;                // -1: of the container

  // So many bytes behind, where the offset is known.
  [[nodiscard]] FoundPlace behind(std::uint64_t bytes) const {
    FoundPlace place = *this;
    if (place.offset) *place.offset += bytes;
    return place;
  }
};

// Names: the box, tag or message that tells it, after the format where that is not plain: "mvhd",
// "gpmf:GPSU", "nmea:RMC".
struct FoundTime : FoundPlace {
  std::string source{};
  std::string value{};                    // as found: text as it stands, numbers in decimal
  std::optional<std::int64_t> unix_us{};  // the same as UTC, where the format says what it means
};

struct FoundPosition : FoundPlace {
  std::string source{};
  std::string value{};      // as found
  double latitude_deg = 0;  // the datum is the source's; WGS 84 where it names none
  double longitude_deg = 0;
  std::optional<double> altitude_m{};
  std::optional<double> speed_kmh{};
  std::optional<double> heading_deg{};
  std::string time{};                     // told with it, as found, where it is not UTC for certain
  std::optional<std::int64_t> unix_us{};  // told with it, as UTC
};

// What one source tells in one stream, in the order of the clip.
template <typename Item>
struct FoundGroup {
  std::uint64_t found = 0;  // in all
  std::vector<Item> items;  // at least one
};
using FoundTimes = FoundGroup<FoundTime>;
using FoundTrack = FoundGroup<FoundPosition>;

// Gathers what is found. Where a source tells more than a report holds, every second, then every
// fourth ... of its entries stays, the first always. Not thread-safe.
class Found {
 public:
  // Texts are made printable and cut to what a report takes; an instant outside of the years 1 to
  // 9999 is left out, its value stays.
  void add(FoundTime time);
  // Dropped when it is no place on Earth: not finite, or beyond 90 and 180 degrees.
  void add(FoundPosition position);

  [[nodiscard]] const std::vector<FoundTimes>& times() const { return times_; }
  [[nodiscard]] const std::vector<FoundTrack>& tracks() const { return tracks_; }

 private:
  std::vector<FoundTimes> times_;
  std::vector<FoundTrack> tracks_;
  std::uint64_t every_ = 1;         // of the positions of each track one in so many is kept
  std::size_t position_count_ = 0;  // kept in all
};

}  // namespace hansom::ingest
