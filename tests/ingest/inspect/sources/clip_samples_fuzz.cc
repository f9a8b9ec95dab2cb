// Any bytes as a sample of a track or a private packet: the first byte chooses who reads them.
#include <cstdint>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/camm.h"
#include "ingest/inspect/inspector/sources/free_gps.h"
#include "ingest/inspect/inspector/sources/gpmf.h"
#include "ingest/inspect/inspector/sources/iso6709.h"
#include "ingest/inspect/inspector/sources/ligo_gps.h"
#include "ingest/inspect/inspector/sources/sigmastar.h"
#include "ingest/inspect/inspector/sources/text_track.h"
#include "tests/ingest/inspect/sources/check_found.h"

namespace hansom::ingest {
namespace {

void read(std::uint8_t reader, const Sample& sample, Found& found) {
  LookBudget budget = LookBudget::whole();
  switch (reader) {
    case 'G':
      return read_gpmf(sample, 0, found);
    case 'C':
      return read_camm(sample, 0, found);
    case 'T':
      return read_text_sample(sample, 0, found);
    case 'L':
      return static_cast<void>(read_ligo_gps(sample, 0, budget, found));
    case 'S':
      return static_cast<void>(read_sigmastar(sample, 0, found));
    case 'I':
      return static_cast<void>(read_iso6709(text_of(sample.bytes)));
    case 'F':
      return find_free_gps(sample.bytes, budget, found);
    default:
      return static_cast<void>(
          read_novatek_packet(sample.bytes, sample.offset, 0, sample.media_us, found));
  }
}

}  // namespace
}  // namespace hansom::ingest

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom::ingest;
  if (size == 0) return 0;
  Found found;
  const Sample sample{{data + 1, size - 1}, 1, 1'000'000, 1'000'000};
  read(data[0], sample, found);
  hansom::test::check_found(found, size);
  return 0;
}
