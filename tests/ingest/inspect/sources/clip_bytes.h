// Clips made by hand, box by box, for the tests of sources.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/inspect/inspector/sources/found.h"
#include "proto/base/bytes.h"

namespace hansom::test {

// Bytes that are put together: be(4, 7) + "text" ... as strings, which may hold any byte.
[[nodiscard]] std::string be(std::size_t width, std::uint64_t value);
[[nodiscard]] std::string le(std::size_t width, std::uint64_t value);
[[nodiscard]] std::string le_double(double value);
[[nodiscard]] std::string le_float(float value);
// "zeros(4)": NUL bytes.
[[nodiscard]] std::string zeros(std::size_t size);

// A box with its 8 bytes of header, and one with version and flags.
[[nodiscard]] std::string box(std::string_view type, std::string_view payload);
[[nodiscard]] std::string full_box(std::string_view type, std::string_view payload,
                                   unsigned version = 0, unsigned flags = 0);

// A track without samples: tkhd with `id`, mdhd with `timescale`, and what else stands in it.
struct TrackSpec {
  std::uint32_t id = 1;
  std::uint32_t timescale = 1000;
  std::string handler = "meta";
  std::string entry;  // the first sample entry, as a box
  std::vector<std::string> samples;
  std::uint32_t sample_duration = 1000;
  std::string more;  // boxes of the trak
};
// ftyp, mdat with the samples of every track, each in a chunk of its own, and moov with `more` in
// it.
[[nodiscard]] std::string movie(const std::vector<TrackSpec>& tracks, std::string_view more = {});

// What find_sources() finds in it.
[[nodiscard]] ingest::Found found_in(std::string_view clip);
// The times of one source, of all streams; likewise positions.
[[nodiscard]] std::vector<ingest::FoundTime> times_of(const ingest::Found& found,
                                                      std::string_view source);
[[nodiscard]] std::vector<ingest::FoundPosition> positions_of(const ingest::Found& found,
                                                              std::string_view source);
// "2026-03-01T10:00:00Z" as microseconds since 1970; aborts on other text.
[[nodiscard]] std::int64_t utc_us(std::string_view text);

}  // namespace hansom::test
