// Which NAL units signers of pictures hash. Pure.
#pragma once

#include "ingest/inspect/inspector/sources/nal_units.h"

namespace hansom::ingest {

// What a NAL unit is to a signer of pictures.
enum class NalKind {
  kFirstOfGop,  // first slice of a picture that decoding can start at (IDR; IRAP of H.265)
  kPicture,     // any other slice that signers hash
  kUncovered,   // slices that no signer hashes: data partitions, TSA, STSA, RADL and RASL pictures
  kMessage,     // supplemental enhancement information
  kOther,       // parameter sets, delimiters, fillers, and what is no valid header
};
[[nodiscard]] NalKind nal_kind(NalCodec codec, ByteSpan nal);

}  // namespace hansom::ingest
