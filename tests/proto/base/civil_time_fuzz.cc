// Any text as a date and time of day: nothing, or something that is read again from what it prints.
#include <cstdint>

#include "proto/base/check.h"
#include "proto/base/civil_time.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  const std::string text(data, data + size);
  const auto read = read_civil(text);
  if (!read) return 0;
  const auto again = read_civil(to_civil(read->time));
  HANSOM_CHECK(again && again->time == std::chrono::floor<std::chrono::seconds>(read->time));
  return 0;
}
