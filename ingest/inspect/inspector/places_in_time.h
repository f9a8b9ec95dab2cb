// When in a clip a place in its bytes is shown: the times of the packets that lie there. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ingest/inspect/inspector/finding.h"

namespace hansom::ingest {

// One thread.
class PlacesInTime {
 public:
  // Findings that are places, and the end of what is whole: nothing where all of it is.
  PlacesInTime(const std::vector<Finding>& places, std::optional<std::uint64_t> whole_bytes);

  // A packet of `bytes` at `offset`, shown at `time_us`.
  void add(std::uint64_t offset, std::uint64_t bytes, std::int64_t time_us);

  // The findings with the times of the packets that they touch; 0 where they touch none.
  [[nodiscard]] std::vector<Finding> findings() const;
  // The last time of a packet within the whole bytes; 0 without one.
  [[nodiscard]] std::int64_t whole_us() const { return whole_us_; }

 private:
  struct Place {
    Finding finding;
    bool touched = false;
  };
  std::vector<Place> places_;
  std::optional<std::uint64_t> whole_bytes_;
  std::int64_t whole_us_ = 0;
};

}  // namespace hansom::ingest
