// Supplemental enhancement information: see sei.h.
#include "ingest/inspect/inspector/sources/sei.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/emulation_prevention.h"
#include "ingest/inspect/inspector/sources/sei_user_data.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kPicTiming = 1;
constexpr std::uint32_t kUserDataUnregistered = 5;
constexpr std::uint32_t kTimeCode = 136;  // of H.265
// Types of NAL units (H.264, table 7-1; H.265, table 7-1).
constexpr unsigned kH264Sei = 6;
constexpr unsigned kH264Parameters = 7;
constexpr unsigned kH264FirstSlice = 1;
constexpr unsigned kH264LastSlice = 5;
constexpr unsigned kHevcPrefixSei = 39;
constexpr unsigned kHevcLastSlice = 31;

}  // namespace

SeiReader::SeiReader(NalCodec codec, ByteSpan configuration)
    : codec_(codec), length_bytes_(nal_length_bytes(codec, configuration)) {
  if (length_bytes_ == 0) {
    Found none;
    read(configuration, {}, none);  // for its parameter sets
  } else if (codec == NalCodec::kH264) {
    ByteReader reader(configuration);
    reader.skip(5);
    const unsigned sets = reader.u8() & 31U;
    for (unsigned i = 0; i < sets && reader.ok(); ++i) {
      read_parameters(reader.bytes(reader.u16be()));
    }
  }
}

void SeiReader::read(ByteSpan packet, const PacketPlace& place, Found& found) {
  NalUnits units(packet, length_bytes_);
  while (true) {
    // A slice is the last that is looked at, so its end is not searched for.
    if (const auto ahead = units.byte_ahead(); ahead && is_slice(*ahead)) return;
    const std::optional<ByteSpan> nal = units.next();
    if (!nal || is_slice(nal->front())) return;
    const auto at = static_cast<std::size_t>(nal->data() - packet.data());
    read_nal(*nal, place.behind(at), found);
  }
}

bool SeiReader::is_slice(std::uint8_t first_byte) const {
  if (codec_ == NalCodec::kHevc) return ((first_byte >> 1U) & 63U) <= kHevcLastSlice;
  const unsigned type = first_byte & 31U;
  return type >= kH264FirstSlice && type <= kH264LastSlice;
}

void SeiReader::read_nal(ByteSpan nal, const FoundPlace& place, Found& found) {
  if (codec_ == NalCodec::kHevc) {
    const unsigned type = (nal[0] >> 1U) & 63U;
    if (type == kHevcPrefixSei && nal.size() > 2) read_messages(nal.subspan(2), place, found);
    return;
  }
  const unsigned type = nal[0] & 31U;
  if (nal.size() > 1 && type == kH264Sei) read_messages(nal.subspan(1), place, found);
  if (nal.size() > 1 && type == kH264Parameters) read_parameters(nal);
}

ByteSpan SeiReader::unescaped(ByteSpan payload) {
  plain_.clear();
  if (payload.size() > kSeiBytesMax) return {};
  append_without_prevention(payload, plain_);
  return plain_;
}

void SeiReader::read_parameters(ByteSpan nal) {
  if (nal.size() < 2) return;
  if (const auto timing = read_h264_timing(unescaped(nal.subspan(1)))) timing_ = timing;
}

void SeiReader::read_messages(ByteSpan payload, const FoundPlace& place, Found& found) {
  bytes_read_ += payload.size();
  if (bytes_read_ > kLookedBytesMax) return;
  ByteReader reader(unescaped(payload));
  const auto number = [&reader] {  // bytes of 255 add up (H.264, 7.3.2.3.1)
    std::uint32_t sum = 0;
    std::uint8_t byte = 255;
    while (byte == 255 && reader.left() > 0) {
      byte = reader.u8();
      sum += byte;
    }
    return sum;
  };
  while (reader.left() > 1) {  // the last byte has the stop bit
    const std::uint32_t type = number();
    const std::uint32_t size = number();
    const ByteSpan message = reader.bytes(std::min<std::size_t>(size, reader.left()));
    read_message(type, message, place, found);
  }
}

void SeiReader::read_message(std::uint32_t type, ByteSpan message, const FoundPlace& place,
                             Found& found) {
  std::optional<std::string> clock;
  const char* source = "h264:pic_timing";
  if (type == kUserDataUnregistered) {
    read_sei_user_data(message, place, found);
  } else if (codec_ == NalCodec::kH264 && type == kPicTiming && timing_) {
    clock = read_pic_timing(message, *timing_);
  } else if (codec_ == NalCodec::kHevc && type == kTimeCode) {
    clock = read_time_code(message);
    source = "hevc:time_code";
  }
  if (!clock) return;
  found.add(FoundTime{place, source, *std::move(clock)});
}

}  // namespace hansom::ingest
