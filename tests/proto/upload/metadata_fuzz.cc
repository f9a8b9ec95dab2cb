// Fuzz target: Upload-Metadata. What is read must be written so that it reads the same again.
#include <cstddef>
#include <cstdint>

#include "proto/base/bytes.h"
#include "proto/base/check.h"
#include "proto/upload/metadata.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = hansom::upload::Metadata::parse(hansom::as_text({data, size}));
  if (!read) return 0;
  const std::string text = read->text();
  const auto again = hansom::upload::Metadata::parse(text);
  HANSOM_CHECK(again && again->text() == text);
  return 0;
}
