// Which pictures the signatures of a stream speak of, and whether they are as they were signed.
#pragma once

#include <vector>

#include "ingest/inspect/inspector/signing/signed_stream.h"

namespace hansom::ingest {

enum class UnitState : std::uint8_t {
  kUnsigned,
  kValid,
  kBroken,  // signed, and not as it was signed, or not where
};

// The units [start, end) that one message covers.
struct SignedRange {
  std::size_t message = 0;
  std::size_t start = 0;
  std::size_t end = 0;
};

struct Matched {
  std::vector<UnitState> states;       // of each unit
  std::vector<SignedRange> ranges;     // by their starts
  std::uint64_t signatures = 0;        // looked at
  std::uint64_t signatures_wrong = 0;  // not the key's, or of another key than the first; and
                                       // messages that a later one should answer for and does not
  std::uint64_t signatures_elsewhere = 0;  // good, of pictures that are not in the clip
  std::uint64_t signatures_unread = 0;     // no key, another algorithm, not legible
  std::uint64_t signatures_missing = 0;    // of pictures among signed ones
  std::uint64_t units_missing = 0;         // signed, and not in the clip
  std::uint64_t out_of_place = 0;          // ranges that do not follow what they were signed behind
};

// Matches by the hashes themselves, so that what was cut out, moved or put in between does not
// spoil the rest. Takes time in proportion to units and messages, times a logarithm.
[[nodiscard]] Matched match_signatures(const SignedPictures& pictures);

}  // namespace hansom::ingest
