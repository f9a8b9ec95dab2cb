// Processor time of a server that a load program works on.
#pragma once

#include <sys/types.h>

namespace hansom::bench {

// Seconds since the process began. `total` is exact; the kernel splits it by ticks.
struct ProcessTime {
  double total = 0, user = 0, system = 0;
  double children = 0;  // of its children that have ended
};

// Ends the calling process when there is no such process.
[[nodiscard]] ProcessTime process_time(pid_t process);

// Of the calling process, and of the calling thread.
[[nodiscard]] double own_seconds();
[[nodiscard]] double thread_seconds();

}  // namespace hansom::bench
