// The clip as packets: see container.h.
#include "ingest/inspect/inspector/container.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "ingest/inspect/inspector/allow_list.h"
#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {
namespace {

constexpr int kIoBufferBytes = 8 * 1024;  // small: badly interleaved clips seek for every packet

// Demuxers that want to open something else (playlists, references in MOV) get nothing.
int refuse_open(AVFormatContext* /*context*/, AVIOContext** io, const char* /*url*/, int /*flags*/,
                AVDictionary** /*options*/) {
  *io = nullptr;
  return AVERROR(EPERM);
}

std::string error_text(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

}  // namespace

struct Container::Input {
  ByteSpan bytes;
  std::size_t position = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t calls = 0;
  bool exhausted = false;  // the clip made us read more than the limits allow

  // Counts one call; false once the clip has asked for too much.
  bool count(std::size_t wanted) {
    const std::uint64_t bytes_max = kReadFactorMax * bytes.size() + kReadSlackBytesMax;
    exhausted = exhausted || ++calls > kReadCallsMax || bytes_read + wanted > bytes_max;
    return !exhausted;
  }

  static int read(void* opaque, std::uint8_t* out, int size) {
    auto& self = *static_cast<Input*>(opaque);
    const std::size_t wanted =
        std::min(static_cast<std::size_t>(std::max(size, 0)), self.bytes.size() - self.position);
    if (!self.count(wanted)) return AVERROR_EXIT;
    if (wanted == 0) return AVERROR_EOF;
    std::memcpy(out, self.bytes.data() + self.position, wanted);
    self.position += wanted;
    self.bytes_read += wanted;
    return static_cast<int>(wanted);
  }

  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
    auto& self = *static_cast<Input*>(opaque);
    if (!self.count(0)) return AVERROR_EXIT;
    const auto size = static_cast<std::int64_t>(self.bytes.size());
    const int from = whence & ~AVSEEK_FORCE;
    if (from == AVSEEK_SIZE) return size;
    std::int64_t base = 0;
    if (from == SEEK_CUR) base = static_cast<std::int64_t>(self.position);
    if (from == SEEK_END) base = size;
    // Past the end there is nothing to read; before the start there is no place.
    if (offset < -base || offset > INT64_MAX - base) return AVERROR(EINVAL);
    self.position = static_cast<std::size_t>(std::min(base + offset, size));
    return base + offset;
  }

  static int interrupted(void* opaque) { return static_cast<Input*>(opaque)->exhausted ? 1 : 0; }
};

Container::Container(ByteSpan clip) : input_(std::make_unique<Input>()) {
  input_->bytes = clip;
}

ByteSpan Container::clip() const {
  return input_->bytes;
}

Container::~Container() {
  context_.reset();
  if (io_ != nullptr) {
    av_freep(static_cast<void*>(&io_->buffer));
    avio_context_free(&io_);
  }
}

std::string Container::format() const {
  return format_;
}
std::uint64_t Container::bytes_read() const {
  return input_->bytes_read;
}

Trouble Container::trouble_of(int error, const char* doing) const {
  if (input_->exhausted) {
    return {"limit_reads", std::string(doing) + ": the clip asks to be read over and over"};
  }
  if (error == AVERROR(ENOMEM)) return {"limit_memory", std::string(doing) + ": needs more memory"};
  return {"damaged", std::string(doing) + ": " + error_text(error)};
}

Trouble Container::recognise(const AVInputFormat*& demuxer) {
  const int score = av_probe_input_buffer2(io_, &demuxer, "", nullptr, 0, 0);
  if (score < 0 || demuxer == nullptr) {
    if (score == AVERROR_INVALIDDATA || demuxer == nullptr) {
      return {"unsupported_format", "no known container begins like this"};
    }
    return trouble_of(score, "recognise the container");
  }
  format_ = demuxer->name;
  if (!is_allowed(*demuxer)) {
    return {"unsupported_format", "the container " + format_ + " is not on the list of formats"};
  }
  return {};
}

Trouble Container::open() {
  if (input_->bytes.empty()) return {"empty", "the clip has no bytes"};
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBufferBytes));
  if (buffer == nullptr) return trouble_of(AVERROR(ENOMEM), "start reading");
  io_ = avio_alloc_context(buffer, kIoBufferBytes, 0, input_.get(), &Input::read, nullptr,
                           &Input::seek);
  if (io_ == nullptr) return trouble_of(AVERROR(ENOMEM), "start reading");

  const AVInputFormat* demuxer = nullptr;
  if (Trouble wrong = recognise(demuxer); !wrong.token.empty()) return wrong;

  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) return trouble_of(AVERROR(ENOMEM), "start the demuxer");
  context->pb = io_;
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->io_open = refuse_open;
  context->max_streams = static_cast<int>(kStreamsMax);
  context->interrupt_callback = {&Input::interrupted, input_.get()};
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", demuxer_list(), 0);
  av_dict_set(&options, "codec_whitelist", decoder_list(), 0);
  av_dict_set(&options, "protocol_whitelist", "", 0);
  av_dict_set(&options, "scan_all_pmts", "1", 0);                           // as ffprobe does
  const int opened = avformat_open_input(&context, "", demuxer, &options);  // frees on failure
  av_dict_free(&options);
  if (opened < 0) return trouble_of(opened, "open the container");
  context_.reset(context);

  std::vector<AVDictionary*> per_stream(context_->nb_streams, nullptr);
  for (AVDictionary*& dictionary : per_stream) {
    av_dict_set_int(&dictionary, "max_pixels", kPixelsMax, 0);
  }
  const int found = avformat_find_stream_info(context_.get(), per_stream.data());
  for (AVDictionary*& dictionary : per_stream) av_dict_free(&dictionary);
  if (found < 0) return trouble_of(found, "find the streams");
  if (context_->nb_streams > kStreamsMax) {
    return {"too_many_streams", "the clip has more than 32 streams"};
  }
  return {};
}

bool Container::read(AVPacket& packet) {
  const int error = av_read_frame(context_.get(), &packet);
  if (error >= 0) return true;
  if (input_->exhausted || (error != AVERROR_EOF)) trouble_ = trouble_of(error, "read a packet");
  return false;
}

}  // namespace hansom::ingest
