// The NAL units of a packet: see nal_units.h.
#include "ingest/inspect/inspector/signing/nal_units.h"

#include <algorithm>

#include "ingest/inspect/inspector/sources/byte_reader.h"

namespace hansom::ingest {
namespace {

constexpr std::string_view kStartCode{"\0\0\1", 3};

ByteSpan without_zeros_at_end(ByteSpan nal) {
  while (!nal.empty() && nal.back() == 0) nal = nal.first(nal.size() - 1);
  return nal;
}

// ITU-T H.264, table 7-1.
NalKind h264_kind(ByteSpan nal) {
  const unsigned type = nal[0] & 31U;
  const bool is_reference = (nal[0] & 0x60U) != 0;
  const bool is_first_slice = nal.size() > 1 && (nal[1] & 0x80U) != 0;  // first_mb_in_slice is 0
  if (type == 1) return NalKind::kPicture;
  if (type >= 2 && type <= 4) return NalKind::kUncovered;
  if (type == 5 && is_reference) {
    return is_first_slice ? NalKind::kFirstOfGop : NalKind::kPicture;
  }
  return type == 6 && !is_reference ? NalKind::kMessage : NalKind::kOther;
}

// ITU-T H.265, 7.3.1.2 and table 7-1.
NalKind hevc_kind(ByteSpan nal) {
  if (nal.size() < 3) return NalKind::kOther;
  const unsigned type = (nal[0] >> 1U) & 63U;
  const unsigned temporal_id_plus_1 = nal[1] & 7U;
  const bool is_first_slice = (nal[2] & 0x80U) != 0;  // first_slice_segment_in_pic_flag
  if (temporal_id_plus_1 == 0) return NalKind::kOther;
  if (type <= 1) return NalKind::kPicture;
  if (type <= 9) return NalKind::kUncovered;
  if (type >= 16 && type <= 21 && temporal_id_plus_1 == 1) {
    return is_first_slice ? NalKind::kFirstOfGop : NalKind::kPicture;
  }
  return type == 39 || type == 40 ? NalKind::kMessage : NalKind::kOther;
}

}  // namespace

NalKind nal_kind(NalCodec codec, ByteSpan nal) {
  if (nal.empty() || (nal[0] & 0x80U) != 0) return NalKind::kOther;  // forbidden_zero_bit
  return codec == NalCodec::kHevc ? hevc_kind(nal) : h264_kind(nal);
}

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
