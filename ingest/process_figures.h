// What the operating system says of this process, for its metrics.
#pragma once

#include <cstdint>

namespace hansom::ingest {

struct ProcessFigures {
  double processor_seconds = 0;  // user and system, all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0;
  double started_unix_seconds = 0;
};

// From /proc/self; what cannot be read is 0. Any thread.
[[nodiscard]] ProcessFigures process_figures();

}  // namespace hansom::ingest
