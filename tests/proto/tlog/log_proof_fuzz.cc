// Proofs from strangers: nothing crashes, what is read writes back equal, none holds for a key of
// nobody.
#include "proto/base/check.h"
#include "proto/tlog/log_proof.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  const std::string_view text = as_text({data, size});
  if (const auto proof = tlog::LogProof::parse(text)) {
    HANSOM_CHECK(proof->text() == text);
    const auto proven = tlog::verify_log_proof(*proof, Digest(), tlog::VerifierKey(), {});
    HANSOM_CHECK(!proven.has_value());
  }
  return 0;
}
