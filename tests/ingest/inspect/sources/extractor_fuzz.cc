// Any bytes for one reader of samples, packets or texts; CMakeLists.txt says which, so that each
// has a target, a corpus and figures of its own.
#include <cstdint>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/camm.h"
#include "ingest/inspect/inspector/sources/free_gps.h"
#include "ingest/inspect/inspector/sources/gpmf.h"
#include "ingest/inspect/inspector/sources/iso6709.h"
#include "ingest/inspect/inspector/sources/ligo_gps.h"
#include "ingest/inspect/inspector/sources/private_packets.h"
#include "ingest/inspect/inspector/sources/sigmastar.h"
#include "ingest/inspect/inspector/sources/text_track.h"
#include "ingest/inspect/inspector/sources/xmp.h"
#include "tests/ingest/inspect/sources/check_found.h"

namespace hansom::ingest {
namespace {

[[maybe_unused]] void gpmf(const Sample& sample, Found& found) {
  read_gpmf(sample, 0, found);
}
[[maybe_unused]] void camm(const Sample& sample, Found& found) {
  read_camm(sample, 0, found);
}
[[maybe_unused]] void text_track(const Sample& sample, Found& found) {
  read_text_sample(sample, 0, found);
}
[[maybe_unused]] void sigmastar(const Sample& sample, Found& found) {
  static_cast<void>(read_sigmastar(sample, 0, found));
}
[[maybe_unused]] void iso6709(const Sample& sample, Found& /*found*/) {
  static_cast<void>(read_iso6709(text_of(sample.bytes)));
}
[[maybe_unused]] void novatek_packet(const Sample& sample, Found& found) {
  static_cast<void>(read_novatek_packet(sample.bytes, {sample.offset, sample.media_us, 0}, found));
}
[[maybe_unused]] void ligo_gps(const Sample& sample, Found& found) {
  LookBudget budget = LookBudget::whole();
  LigoGps reader(budget, found);
  if (!reader.read(sample, 0)) reader.find(sample.bytes);
  reader.finish();
}
[[maybe_unused]] void free_gps(const Sample& sample, Found& found) {
  LookBudget budget = LookBudget::whole();
  find_free_gps(sample.bytes, budget, found);
}
[[maybe_unused]] void private_packets(const Sample& sample, Found& found) {
  LookBudget budget = LookBudget::whole();
  find_private_packets(sample.bytes, budget, found);
}
[[maybe_unused]] void xmp(const Sample& sample, Found& found) {
  LookBudget budget = LookBudget::whole();
  find_xmp(sample.bytes, budget, found);
}

}  // namespace
}  // namespace hansom::ingest

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom::ingest;
  Found found;
  HANSOM_EXTRACTOR({{data, size}, 0, 1'000'000, 1'000'000}, found);
  hansom::test::check_found(found, size);
  return 0;
}
