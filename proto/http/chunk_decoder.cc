// The chunked coding as a state machine: bytes of framing one by one, data in one copy.
#include "proto/http/chunk_decoder.h"

#include <algorithm>
#include <cstring>

namespace hansom::http {
namespace {

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_chunk", std::move(message));
}

int hex_value(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::size_t kSizeDigitsMax = 15;

bool is_text(std::uint8_t byte) {
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

Result<ChunkDecoder::Step> ChunkDecoder::decode(ByteSpan in, MutableByteSpan out) {
  Step step;
  while (step.consumed < in.size() && state_ != State::kDone) {
    if (state_ != State::kData) {
      HANSOM_TRY(take(in[step.consumed]));
      ++step.consumed;
      continue;
    }
    const std::size_t room = std::min(in.size() - step.consumed, out.size() - step.produced);
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left_, room));
    if (bytes == 0) break;  // the output is full
    std::memcpy(out.data() + step.produced, in.data() + step.consumed, bytes);
    step.consumed += bytes;
    step.produced += bytes;
    left_ -= bytes;
    if (left_ == 0) state_ = State::kDataCr;
  }
  return step;
}

Status ChunkDecoder::take_size(std::uint8_t byte) {
  if (const int value = hex_value(byte); value >= 0) {
    if (++digits_ > kSizeDigitsMax) return bad("chunk size of too many digits");
    left_ = left_ * 16 + static_cast<std::uint64_t>(value);
    return {};
  }
  if (digits_ == 0) return bad("chunk size without a digit");
  if (byte == '\r') {
    state_ = State::kSizeLf;
  } else if (byte == ';') {
    state_ = State::kExtension;
    extension_bytes_ = 0;
  } else {
    return bad("chunk size is not a hex number");
  }
  return {};
}

Status ChunkDecoder::take(std::uint8_t byte) {
  switch (state_) {
    case State::kSize:
      return take_size(byte);
    case State::kExtension:
      if (byte == '\r') {
        state_ = State::kSizeLf;
      } else if (!is_text(byte) || ++extension_bytes_ > kExtensionBytesMax) {
        return bad("chunk extension is malformed or too long");
      }
      return {};
    case State::kSizeLf:
      if (byte != '\n') return bad("CR without LF after a chunk size");
      digits_ = 0;
      state_ = left_ == 0 ? State::kTrailerStart : State::kData;
      return {};
    case State::kDataCr:
      if (byte != '\r') return bad("chunk data longer than its size");
      state_ = State::kDataLf;
      return {};
    case State::kDataLf:
      if (byte != '\n') return bad("CR without LF after chunk data");
      state_ = State::kSize;
      return {};
    case State::kTrailerStart:
      if (byte == '\r') {
        state_ = State::kLastLf;
        return {};
      }
      state_ = State::kTrailerLine;
      [[fallthrough]];
    case State::kTrailerLine:
      if (byte == '\r') {
        state_ = State::kTrailerLf;
        return {};
      }
      if (!is_text(byte) || trailer_lines_.size() >= kTrailerBytesMax) {
        return bad("trailer is malformed or too long");
      }
      trailer_lines_ += static_cast<char>(byte);
      return {};
    case State::kTrailerLf:
      if (byte != '\n') return bad("CR without LF in a trailer");
      trailer_lines_ += "\r\n";
      state_ = State::kTrailerStart;
      return {};
    case State::kLastLf:
      if (byte != '\n') return bad("CR without LF at the end of the body");
      state_ = State::kDone;
      return {};
    case State::kData:
    case State::kDone:
      return {};
  }
  return {};
}

}  // namespace hansom::http
