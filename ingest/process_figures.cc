// Reads /proc (proc(5)).
#include "ingest/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace hansom::ingest {
namespace {

constexpr int kStartTimeField = 22;  // of /proc/self/stat, from 1; the name before may hold spaces
constexpr int kFieldsToName = 2;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double first_number(const char* file) {
  std::ifstream in(file);
  double number = 0;
  in >> number;
  return number;
}

// Since boot.
double start_seconds() {
  std::ifstream in("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  for (int i = kFieldsToName; i < kStartTimeField; ++i) fields >> field;
  return field.empty() ? 0 : std::stod(field) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

// Once: the clock may be set later, and the start does not move by it.
double start_unix_seconds() {
  static const double start = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count() - first_number("/proc/uptime") +
           start_seconds();
  }();
  return start;
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures figures;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.processor_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  std::ifstream memory("/proc/self/statm");
  std::uint64_t all_pages = 0;
  std::uint64_t resident_pages = 0;
  if (memory >> all_pages >> resident_pages) {
    figures.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  std::error_code failed;
  for (auto entry = std::filesystem::directory_iterator("/proc/self/fd", failed);
       !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
    ++figures.open_files;
  }
  figures.started_unix_seconds = start_unix_seconds();
  return figures;
}

}  // namespace hansom::ingest
