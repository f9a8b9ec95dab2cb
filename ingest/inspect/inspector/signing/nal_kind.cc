// What signers hash: see nal_kind.h.
#include "ingest/inspect/inspector/signing/nal_kind.h"

namespace hansom::ingest {
namespace {

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

}  // namespace hansom::ingest
