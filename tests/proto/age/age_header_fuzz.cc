// Any bytes as the start of a sealed object: an error or an opened header, never more.
#include <cstdint>

#include "proto/age/age.h"
#include "proto/age/header.h"
#include "proto/base/check.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  static const auto identities = [] {
    std::vector<age::Identity> made;
    made.push_back(age::Identity::generate(*seeded_random(1)));
    return made;
  }();
  const ByteSpan start(data, size);
  const auto header = age::parse_header(as_text(start));
  const auto opened = age::open_header(start, identities);
  if (header) HANSOM_CHECK(header->bytes <= size && !header->stanzas.empty());
  if (opened) HANSOM_CHECK(header && opened->payload_offset == header->bytes + 16);
  return 0;
}
