// Any bytes as packets of a picture stream: the first chooses the codec, the next say how long its
// configuration is.
#include <algorithm>
#include <cstdint>

#include "ingest/inspect/inspector/sources/sei.h"
#include "tests/ingest/inspect/sources/check_found.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom::ingest;
  if (size < 2) return 0;
  const auto codec = data[0] == 'H' ? NalCodec::kHevc : NalCodec::kH264;
  const hansom::ByteSpan rest(data + 2, size - 2);
  const hansom::ByteSpan configuration = rest.first(std::min<std::size_t>(data[1], rest.size()));
  SeiReader reader(codec, configuration);
  Found found;
  reader.read(rest.subspan(configuration.size()), {{0, 0, 0}, true}, found);
  hansom::test::check_found(found, size);
  return 0;
}
