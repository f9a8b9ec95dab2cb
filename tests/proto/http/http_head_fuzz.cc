// Fuzzes what strangers send before anything is known of them: heads, targets and the chunked
// coding.
#include <algorithm>
#include <cstdint>

#include "proto/base/check.h"
#include "proto/http/chunk_decoder.h"
#include "proto/http/head.h"

namespace {

// The body that comes out must not depend on how the bytes were cut.
hansom::Result<hansom::Bytes> decode(hansom::ByteSpan bytes, std::size_t piece) {
  hansom::http::ChunkDecoder decoder;
  hansom::Bytes body;
  while (!bytes.empty() && !decoder.done()) {
    hansom::Bytes out(piece);
    const auto step = decoder.decode(bytes.first(std::min(piece, bytes.size())), out);
    if (!step) return hansom::fail(step.error());
    HANSOM_CHECK(step->consumed + step->produced > 0);
    body.insert(body.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(step->produced));
    bytes = bytes.subspan(step->consumed);
  }
  return body;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hansom::ByteSpan bytes(data, size);
  const std::string_view text = hansom::as_text(bytes);
  const std::size_t end = text.find("\r\n\r\n");
  const std::size_t head_bytes = end == std::string_view::npos ? size : end + 4;
  const auto head = hansom::http::parse_head(text.substr(0, head_bytes), {true});
  if (head) {
    HANSOM_CHECK(head->request.path.starts_with('/') || head->request.path == "*");
    HANSOM_CHECK(!head->chunked || head->body_bytes == 0);
  }
  const hansom::ByteSpan body = bytes.subspan(head_bytes);
  const auto whole = decode(body, std::max<std::size_t>(body.size(), 1));
  const auto pieces = decode(body, 1);
  HANSOM_CHECK(whole.has_value() == pieces.has_value());
  HANSOM_CHECK(!whole || *whole == *pieces);
  return 0;
}
