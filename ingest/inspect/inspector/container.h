// The clip as packets: libav's demuxer over the bytes in memory, held to the limits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ingest/inspect/inspector/libav_ptr.h"
#include "proto/base/bytes.h"

namespace hansom::ingest {

// Why a clip cannot be inspected, or not to its end.
struct Trouble {
  std::string token;   // Report.reason_token
  std::string reason;  // the same for people
};

// Owns the demuxer. The bytes must outlive it. One thread.
class Container {
 public:
  explicit Container(ByteSpan clip);
  ~Container();
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  // Recognises the container and finds its streams. Nothing wrong: no token. Tokens: empty,
  // unsupported_format, damaged, limit_memory, limit_reads, too_many_streams. After failing,
  // format() may still hold what was recognised.
  [[nodiscard]] Trouble open();

  // The next packet; false at the end of the clip or at what stops reading, which trouble() tells.
  [[nodiscard]] bool read(AVPacket& packet);
  [[nodiscard]] const Trouble& trouble() const { return trouble_; }

  [[nodiscard]] ByteSpan clip() const;
  [[nodiscard]] AVFormatContext* context() const { return context_.get(); }
  // The demuxer's name as ffprobe prints it; empty while unknown.
  [[nodiscard]] std::string format() const;
  [[nodiscard]] std::uint64_t bytes_read() const;

 private:
  struct Input;  // what the callbacks see
  [[nodiscard]] Trouble trouble_of(int error, const char* doing) const;
  [[nodiscard]] Trouble recognise(const AVInputFormat*& demuxer);

  std::unique_ptr<Input> input_;
  AVIOContext* io_ = nullptr;  // freed by the destructor, after the context
  FormatPtr context_;
  std::string format_;
  Trouble trouble_;
};

}  // namespace hansom::ingest
