// The NAL units of a packet: see nal_units.h.
#include "ingest/inspect/inspector/sources/nal_units.h"

#include <algorithm>

namespace hansom::ingest {
namespace {

constexpr std::string_view kStartCode{"\0\0\1", 3};

ByteSpan without_zeros_at_end(ByteSpan nal) {
  while (!nal.empty() && nal.back() == 0) nal = nal.first(nal.size() - 1);
  return nal;
}

}  // namespace

std::size_t nal_length_bytes(NalCodec codec, ByteSpan configuration) {
  const std::size_t at = codec == NalCodec::kHevc ? 21 : 4;
  if (configuration.size() <= at + 1 || configuration[0] != 1) return 0;
  return (configuration[at] & 3U) + 1;
}

NalUnits::NalUnits(ByteSpan packet, std::size_t length_bytes)
    : packet_(packet), length_bytes_(length_bytes), start_codes_(packet, kStartCode) {
  if (length_bytes_ == 0) start_ = start_codes_.next();
}

std::optional<ByteSpan> NalUnits::next() {
  return length_bytes_ == 0 ? next_by_start_code() : next_by_length();
}

std::optional<std::uint8_t> NalUnits::byte_ahead() const {
  if (!start_ || *start_ + kStartCode.size() >= packet_.size()) return std::nullopt;
  return packet_[*start_ + kStartCode.size()];
}

std::optional<ByteSpan> NalUnits::next_by_length() {
  while (packet_.size() - at_ > length_bytes_) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < length_bytes_; ++i) size = size << 8U | packet_[at_++];
    const ByteSpan nal = packet_.subspan(at_, std::min(size, packet_.size() - at_));
    at_ += nal.size();
    const ByteSpan trimmed = without_zeros_at_end(nal);
    if (!trimmed.empty()) return trimmed;
  }
  return std::nullopt;
}

std::optional<ByteSpan> NalUnits::next_by_start_code() {
  while (start_) {
    const std::size_t from = *start_ + kStartCode.size();
    start_ = start_codes_.next();
    const std::size_t end = start_.value_or(packet_.size());
    const ByteSpan trimmed = without_zeros_at_end(packet_.subspan(from, end - from));
    if (!trimmed.empty()) return trimmed;
  }
  return std::nullopt;
}

}  // namespace hansom::ingest
