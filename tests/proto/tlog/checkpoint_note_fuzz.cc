// Signed notes, checkpoints and verifier keys from strangers: nothing crashes, and what is read
// writes back equal.
#include "proto/base/check.h"
#include "proto/tlog/checkpoint.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  const std::string_view text = as_text({data, size});
  if (const auto checkpoint = tlog::Checkpoint::parse(text)) {
    HANSOM_CHECK(checkpoint->text() == text);
  }
  if (const auto key = tlog::VerifierKey::parse(text)) {
    HANSOM_CHECK(tlog::VerifierKey::parse(key->text())->key == key->key);
  }
  if (const auto note = tlog::SignedNote::parse(text)) {
    HANSOM_CHECK(!note->signatures.empty() && note->signatures.size() <= 100);
    tlog::VerifierKey key;  // of nobody
    key.name = note->signatures.front().name;
    key.id = note->signatures.front().id;
    HANSOM_CHECK(!tlog::verify_checkpoint(text, key).has_value() || note->text.size() < size);
  }
  return 0;
}
