// Reads /proc.
#include "benchmarks/load/process_time.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace hansom::bench {
namespace {

double clock_seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

ProcessTime process_time(pid_t process) {
  const std::filesystem::path folder = "/proc/" + std::to_string(process);
  std::ifstream file(folder / "stat");
  std::string line;
  if (!std::getline(file, line)) {
    std::fprintf(stderr, "there is no process %d\n", static_cast<int>(process));
    std::exit(1);
  }
  std::istringstream words(line.substr(line.rfind(')') + 1));  // the name may have spaces
  std::vector<std::string> fields;
  for (std::string word; words >> word;) fields.push_back(word);
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  // proc(5): utime, stime, cutime, cstime are fields 14 to 17; the state is field 3.
  const auto seconds = [&](std::size_t field) { return std::stod(fields.at(field - 3)) / ticks; };

  ProcessTime time;
  time.user = seconds(14);
  time.system = seconds(15);
  time.children = seconds(16) + seconds(17);
  for (const auto& task : std::filesystem::directory_iterator(folder / "task")) {
    double nanoseconds = 0;
    if (std::ifstream(task.path() / "schedstat") >> nanoseconds) time.total += nanoseconds / 1e9;
  }
  return time;
}

double own_seconds() {
  return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double thread_seconds() {
  return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace hansom::bench
