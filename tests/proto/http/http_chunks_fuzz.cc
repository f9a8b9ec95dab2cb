// Fuzzes the chunked coding with its extensions and trailers.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "proto/base/check.h"
#include "proto/http/chunk_decoder.h"

namespace {

struct Decoded {
  hansom::Bytes body;
  std::size_t used = 0;
  bool done = false;
};

// The body, when the bytes come in pieces of `in_size` and there is room for `out_size` at a time.
hansom::Result<Decoded> decode(hansom::ByteSpan bytes, std::size_t in_size, std::size_t out_size) {
  hansom::http::ChunkDecoder decoder;
  Decoded decoded;
  hansom::Bytes out(out_size);
  while (decoded.used < bytes.size() && !decoder.done()) {
    const hansom::ByteSpan rest = bytes.subspan(decoded.used);
    const auto step = decoder.decode(rest.first(std::min(in_size, rest.size())), out);
    if (!step) return hansom::fail(step.error());
    HANSOM_CHECK(step->consumed + step->produced > 0);
    HANSOM_CHECK(step->produced <= step->consumed && step->produced <= out.size());
    decoded.body.insert(decoded.body.end(), out.begin(),
                        out.begin() + static_cast<std::ptrdiff_t>(step->produced));
    decoded.used += step->consumed;
  }
  decoded.done = decoder.done();
  return decoded;
}

// The plainest coding of a body.
hansom::Bytes encode(const hansom::Bytes& body) {
  std::array<char, 32> size{};
  const int written = std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
  hansom::Bytes coded;
  if (!body.empty()) {
    coded.insert(coded.end(), size.data(), size.data() + written);
    coded.insert(coded.end(), body.begin(), body.end());
    coded.insert(coded.end(), {'\r', '\n'});
  }
  coded.insert(coded.end(), {'0', '\r', '\n', '\r', '\n'});
  return coded;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t in_size = 1U + (data[0] & 15U);
  const std::size_t out_size = 1U + (data[0] >> 4U);
  const hansom::ByteSpan bytes(data + 1, size - 1);
  const auto whole = decode(bytes, size, size);
  const auto pieces = decode(bytes, in_size, out_size);
  // What comes out does not depend on how the network cut it.
  HANSOM_CHECK(whole.has_value() == pieces.has_value());
  if (!whole) {
    HANSOM_CHECK(whole.error().token == "bad_chunk");
    return 0;
  }
  HANSOM_CHECK(whole->body == pieces->body && whole->used == pieces->used);
  HANSOM_CHECK(whole->done == pieces->done);
  if (!whole->done) return 0;
  const hansom::Bytes plain = encode(whole->body);
  const auto again = decode(plain, in_size, out_size);
  HANSOM_CHECK(again.has_value() && again->done && again->body == whole->body);
  return 0;
}
