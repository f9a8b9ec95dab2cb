// Any text as a receipt: it is read or refused, verified or refused, and what is read is written
// and read again the same.
#include <cstdint>

#include "proto/base/bytes.h"
#include "proto/base/check.h"
#include "proto/evidence/receipt.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  static const tlog::VerifierKey key =
      tlog::Signer::from_pem("fuzz.example", tlog::Signer::generate_pem()).value().verifier();
  const auto receipt = evidence::parse_receipt(as_text(ByteSpan(data, size)));
  if (!receipt) return 0;
  ignore(evidence::verify_receipt(*receipt, key), "only that it returns");
  const auto json = evidence::receipt_json(*receipt);
  const auto again = evidence::parse_receipt(json);
  HANSOM_CHECK(again && evidence::receipt_json(*again) == json);
  return 0;
}
