// Any bytes as packets of a stream with a signer in it: the first chooses codec and form, then each
// packet has two bytes of length.
#include <algorithm>
#include <cstdint>

#include "ingest/inspect/inspector/signing/match_signatures.h"
#include "proto/base/check.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom::ingest;
  if (size < 1) return 0;
  const bool is_hevc = (data[0] & 1U) != 0;
  const hansom::Bytes record(30, 1);  // of both kinds: units behind two bytes of length
  const bool has_lengths = (data[0] & 2U) != 0;
  SignedStream stream(is_hevc ? NalCodec::kHevc : NalCodec::kH264,
                      hansom::ByteSpan(record).first(has_lengths ? record.size() : 0), true);
  hansom::ByteSpan rest(data + 1, size - 1);
  std::int64_t time_us = 0;
  while (rest.size() >= 2) {
    const std::size_t wanted = static_cast<std::size_t>(rest[0]) << 8U | rest[1];
    rest = rest.subspan(2);
    const hansom::ByteSpan packet = rest.first(std::min(wanted, rest.size()));
    rest = rest.subspan(packet.size());
    stream.add(packet, time_us);
    time_us += 40'000;
  }
  const SignedPictures pictures = stream.finish();
  const Matched matched = match_signatures(pictures);
  HANSOM_CHECK(matched.states.size() == pictures.units.size());
  HANSOM_CHECK(matched.ranges.size() <= pictures.messages.size());
  std::size_t end = 0;
  for (const SignedRange& range : matched.ranges) {  // none lies on another
    HANSOM_CHECK(range.start >= end && range.end >= range.start &&
                 range.end <= pictures.units.size());
    end = range.end;
  }
  if (pictures.keys.empty()) HANSOM_CHECK(matched.ranges.empty());  // nothing is good by itself
  return 0;
}
