// Paths of tiles from strangers: what is read has one spelling.
#include "proto/base/check.h"
#include "proto/tlog/tile.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  const std::string_view text = as_text({data, size});
  if (const auto path = tlog::parse_tile_path(text)) {
    const std::string again = path->entries ? tlog::bundle_path(path->tile.number, path->width)
                                            : tlog::tile_path(path->tile, path->width);
    HANSOM_CHECK(again.substr(5) == text);
  }
  return 0;
}
