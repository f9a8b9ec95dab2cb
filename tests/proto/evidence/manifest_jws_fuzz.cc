// Any text as a manifest's JWS under a fixed key, and its payload as a manifest: what is read is
// written and read again the same.
#include <cstdint>

#include <google/protobuf/util/message_differencer.h>

#include "proto/base/check.h"
#include "proto/evidence/jws.h"
#include "proto/evidence/manifest.h"

namespace {

using namespace hansom;

void check_manifest(std::string_view json) {
  const auto manifest = evidence::parse_manifest(json);
  if (!manifest) return;
  const auto again = evidence::parse_manifest(evidence::manifest_json(*manifest));
  HANSOM_CHECK(again.has_value());
  HANSOM_CHECK(google::protobuf::util::MessageDifferencer::Equals(*manifest, *again));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The public key of RFC 7515 appendix A.3.
  static const Bytes key =
      from_hex(
          "3059301306072a8648ce3d020106082a8648ce3d030107034200047fcdce2770f6c45d4183cbee6fdb4b7b58"
          "0733357be9ef13bacf6e3c7bd15445c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a46232885"
          "88e5ad")
          .value();
  const auto text = as_text(ByteSpan(data, size));
  const auto payload = evidence::verify_jws(text, key);
  if (payload) check_manifest(*payload);
  check_manifest(text);
  return 0;
}
