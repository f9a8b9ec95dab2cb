// Entry bundles from strangers: nothing crashes, what is read writes back equal.
#include "proto/base/check.h"
#include "proto/tlog/entry_bundle.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  if (const auto entries = tlog::decode_entry_bundle({data, size})) {
    const Bytes again = tlog::encode_entry_bundle(*entries);
    HANSOM_CHECK(std::equal(again.begin(), again.end(), data, data + size));
  }
  return 0;
}
