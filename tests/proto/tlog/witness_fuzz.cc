// What a witness is sent and what it answers: nothing crashes, what is read writes back equal, and
// no checkpoint is cosigned that no trusted key signed.
#include "proto/base/check.h"
#include "proto/tlog/witness.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  const std::string_view text = as_text({data, size});
  if (const auto request = tlog::AddCheckpoint::parse(text)) {
    HANSOM_CHECK(request->text() == text);
    HANSOM_CHECK(tlog::origin_of(*request).has_value());
    HANSOM_CHECK(tlog::decide(*request, {}, {}).status == 403);
    HANSOM_CHECK(tlog::decide(*request, {tlog::VerifierKey()}, {}).status == 403);
  }
  if (const auto tree_size = tlog::parse_tree_size(text)) {
    HANSOM_CHECK(tlog::tree_size_text(*tree_size) == text);
  }
  return 0;
}
