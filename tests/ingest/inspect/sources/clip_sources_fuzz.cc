// Any bytes as a clip: what its sources tell is what a report can hold.
#include <cstdint>

#include "ingest/inspect/inspector/sources/clip_sources.h"
#include "tests/ingest/inspect/sources/check_found.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hansom::ingest::Found found;
  hansom::ingest::find_sources({data, size}, found);
  hansom::test::check_found(found, size);
  return 0;
}
