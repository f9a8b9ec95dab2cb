// Time codes of tmcd tracks: see timecode_track.h.
#include "ingest/inspect/inspector/sources/timecode_track.h"

#include <array>
#include <cstdio>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/samples.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kDropFrame = 1;
constexpr std::uint32_t kNegativeAllowed = 4;
constexpr std::uint32_t kCounter = 8;
constexpr std::uint32_t kFramesMax = 255;  // a second; the field has one byte

struct Description {
  TimecodeRate rate;
  bool counts_only = false;  // a plain counter: it has no hours
};

Description read_description(const MovieTrack& track) {
  ByteReader reader(track.entry.payload);
  reader.skip(6 + 2 + 4);  // reserved, data reference, reserved
  const std::uint32_t flags = reader.u32be();
  const std::uint32_t timescale = reader.u32be();
  const std::uint32_t frame_duration = reader.u32be();
  const std::uint32_t frames = reader.u8();
  Description out;
  if (!reader.ok()) return out;
  out.rate.drop_frame = (flags & kDropFrame) != 0;
  out.rate.may_be_negative = (flags & kNegativeAllowed) != 0;
  out.counts_only = (flags & kCounter) != 0;
  out.rate.frames = frames;
  if (frames == 0 && frame_duration != 0) {
    const std::uint64_t rounded = (std::uint64_t{timescale} + frame_duration - 1) / frame_duration;
    if (rounded <= kFramesMax) out.rate.frames = static_cast<std::uint32_t>(rounded);
  }
  return out;
}

}  // namespace

std::string timecode_text(std::int64_t frame, const TimecodeRate& rate) {
  const bool negative = frame < 0;
  if (negative) frame = -frame;
  const std::int64_t per_second = rate.frames;
  // Two labels of 30 (four of 60) are left out each minute but every tenth.
  if (rate.drop_frame && per_second % 30 == 0) {
    const std::int64_t dropped = per_second / 15;
    const std::int64_t per_minute = per_second * 60 - dropped;
    const std::int64_t per_ten = per_minute * 10 + dropped;
    const std::int64_t in_ten = frame % per_ten;
    frame += dropped * 9 * (frame / per_ten);
    if (in_ten >= dropped) frame += dropped * ((in_ten - dropped) / per_minute);
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s%02lld:%02lld:%02lld%c%02lld", negative ? "-" : "",
                static_cast<long long>(frame / per_second / 3600),
                static_cast<long long>(frame / per_second / 60 % 60),
                static_cast<long long>(frame / per_second % 60), rate.drop_frame ? ';' : ':',
                static_cast<long long>(frame % per_second));
  return text.data();
}

void find_timecodes(ByteSpan clip, const Movie& movie, LookBudget& budget, Found& found) {
  for (const MovieTrack& track : movie.tracks) {
    if (track.format != box_type("tmcd")) continue;
    const Description description = read_description(track);
    for_each_sample(clip, track, budget, [&](const Sample& sample) {
      ByteReader reader(sample.bytes);
      const std::uint32_t raw = reader.u32be();
      if (!reader.ok()) return true;
      const std::int64_t frame =
          description.rate.may_be_negative ? static_cast<std::int32_t>(raw) : std::int64_t{raw};
      FoundTime time;
      time.source = "tmcd";
      time.value = std::to_string(frame);
      if (!description.counts_only && description.rate.frames > 0) {
        time.value += " = " + timecode_text(frame, description.rate);
      }
      time.stream = track.stream;
      time.offset = sample.offset;
      time.media_us = sample.media_us;
      found.add(std::move(time));
      return true;
    });
  }
}

}  // namespace hansom::ingest
