// Fuzz target: structured fields. What is read must be written so that it reads the same again.
#include <cstddef>
#include <cstdint>

#include "proto/base/bytes.h"
#include "proto/base/check.h"
#include "proto/upload/checksum.h"
#include "proto/upload/structured_fields.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace sf = hansom::upload::sf;
  const std::string_view text = hansom::as_text({data, size});
  if (const auto item = sf::parse_item(text)) {
    HANSOM_CHECK(sf::parse_item(sf::to_text(*item)) == item);
  }
  if (const auto dictionary = sf::parse_dictionary(text)) {
    HANSOM_CHECK(sf::parse_dictionary(sf::to_text(*dictionary)) == dictionary);
  }
  const auto digests = hansom::upload::parse_digest_field(text);
  HANSOM_CHECK(hansom::upload::parse_digest_field(hansom::upload::digest_field(digests)) ==
               digests);
  return 0;
}
