// Takes the chunked coding off a body (RFC 9112 section 7.1), piece by piece. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "proto/base/bytes.h"

namespace hansom::http {

// One body. After an error nothing more may be decoded.
class ChunkDecoder {
 public:
  struct Step {
    std::size_t consumed = 0;  // of the input
    std::size_t produced = 0;  // in the output
  };

  static constexpr std::size_t kExtensionBytesMax = 256;                  // of one chunk; dropped
  static constexpr std::size_t kTrailerBytesMax = std::size_t{8} * 1024;  // of the whole body

  // Decodes until the input is used up, the output is full or the body has ended; bytes after the
  // end stay unconsumed. Error: kInvalid `bad_chunk` for anything the grammar does not have, sizes
  // of more than 15 digits, and extensions or trailers over the bounds above.
  [[nodiscard]] Result<Step> decode(ByteSpan in, MutableByteSpan out);
  [[nodiscard]] bool done() const { return state_ == State::kDone; }
  // The trailer section as it came, each line with CR LF. Requires: done().
  [[nodiscard]] const std::string& trailer_lines() const { return trailer_lines_; }

 private:
  enum class State {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailerLine,
    kTrailerLf,
    kLastLf,
    kDone
  };
  [[nodiscard]] Status take(std::uint8_t byte);
  [[nodiscard]] Status take_size(std::uint8_t byte);

  State state_ = State::kSize;
  std::uint64_t left_ = 0;  // of the chunk's data
  std::size_t digits_ = 0;
  std::size_t extension_bytes_ = 0;
  std::string trailer_lines_;
};

}  // namespace hansom::http
