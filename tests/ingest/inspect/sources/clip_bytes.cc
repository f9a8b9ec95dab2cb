// Clips made by hand: see clip_bytes.h.
#include "tests/ingest/inspect/sources/clip_bytes.h"

#include <bit>
#include <cstdlib>

#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/sources/clip_sources.h"

namespace hansom::test {
namespace {

ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string track_box(const TrackSpec& spec, std::uint64_t& offset) {
  std::string sizes;
  std::string chunks;
  for (const std::string& sample : spec.samples) {
    sizes += be(4, sample.size());
    chunks += be(4, offset);
    offset += sample.size();
  }
  const std::uint64_t count = spec.samples.size();
  std::string stbl = full_box("stsd", be(4, spec.entry.empty() ? 0 : 1) + spec.entry);
  stbl += full_box("stts", be(4, 1) + be(4, count) + be(4, spec.sample_duration));
  stbl += full_box("stsc", be(4, 1) + be(4, 1) + be(4, 1) + be(4, 1));
  stbl += full_box("stsz", be(4, 0) + be(4, count) + sizes);
  stbl += full_box("stco", be(4, count) + chunks);
  const std::string media = full_box("mdhd", zeros(8) + be(4, spec.timescale) + zeros(8)) +
                            full_box("hdlr", zeros(4) + spec.handler + zeros(13)) +
                            box("minf", box("stbl", stbl));
  return box("trak", full_box("tkhd", zeros(8) + be(4, spec.id) + zeros(68)) + box("mdia", media) +
                         spec.more);
}

template <typename Group>
auto items_of(const std::vector<Group>& groups, std::string_view source) {
  decltype(Group::items) out;
  for (const Group& group : groups) {
    if (group.items.front().source != source) continue;
    out.insert(out.end(), group.items.begin(), group.items.end());
  }
  return out;
}

}  // namespace

std::string be(std::size_t width, std::uint64_t value) {
  std::string out;
  for (std::size_t i = width; i-- > 0;) out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  return out;
}
std::string le(std::size_t width, std::uint64_t value) {
  const std::string big = be(width, value);
  return {big.rbegin(), big.rend()};
}
std::string le_double(double value) {
  return le(8, std::bit_cast<std::uint64_t>(value));
}
std::string le_float(float value) {
  return le(4, std::bit_cast<std::uint32_t>(value));
}
std::string zeros(std::size_t size) {
  return std::string(size, '\0');
}

std::string box(std::string_view type, std::string_view payload) {
  return be(4, 8 + payload.size()) + std::string(type) + std::string(payload);
}
std::string full_box(std::string_view type, std::string_view payload, unsigned version,
                     unsigned flags) {
  return box(type, be(1, version) + be(3, flags) + std::string(payload));
}

std::string movie(const std::vector<TrackSpec>& tracks, std::string_view more) {
  const std::string type = box("ftyp", "isom" + zeros(4));
  std::string media;
  for (const TrackSpec& track : tracks) {
    for (const std::string& sample : track.samples) media += sample;
  }
  std::uint64_t offset = type.size() + 8;
  std::string boxes = full_box("mvhd", zeros(8) + be(4, 1000) + zeros(84));
  for (const TrackSpec& track : tracks) boxes += track_box(track, offset);
  return type + box("mdat", media) + box("moov", boxes + std::string(more));
}

ingest::Found found_in(std::string_view clip) {
  ingest::Found found;
  ingest::find_sources(bytes_of(clip), found);
  return found;
}
std::vector<ingest::FoundTime> times_of(const ingest::Found& found, std::string_view source) {
  return items_of(found.times(), source);
}
std::vector<ingest::FoundPosition> positions_of(const ingest::Found& found,
                                                std::string_view source) {
  return items_of(found.tracks(), source);
}
std::int64_t utc_us(std::string_view text) {
  const auto us = ingest::read_utc_us(text);
  if (!us) std::abort();
  return *us;
}

}  // namespace hansom::test
