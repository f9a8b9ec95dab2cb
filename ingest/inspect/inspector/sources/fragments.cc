// The samples of fragments: see fragments.h.
#include "ingest/inspect/inspector/sources/fragments.h"

#include <algorithm>

#include "ingest/inspect/inspector/sources/byte_reader.h"

namespace hansom::ingest {
namespace {

// Flags of tfhd (8.8.7) and trun (8.8.8).
constexpr std::uint32_t kHasBaseOffset = 0x000001;
constexpr std::uint32_t kHasDescription = 0x000002;
constexpr std::uint32_t kHasDefaultDuration = 0x000008;
constexpr std::uint32_t kHasDefaultSize = 0x000010;
constexpr std::uint32_t kHasDataOffset = 0x000001;
constexpr std::uint32_t kHasFirstFlags = 0x000004;
constexpr std::uint32_t kHasDuration = 0x000100;
constexpr std::uint32_t kHasSize = 0x000200;
constexpr std::uint32_t kHasFlags = 0x000400;
constexpr std::uint32_t kHasComposition = 0x000800;

struct Defaults {
  std::uint32_t duration = 0;
  std::uint32_t size = 0;
};

struct FullBoxHead {
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
};
FullBoxHead take_head(ByteReader& reader) {
  const std::uint32_t word = reader.u32be();
  return {word >> 24U, word & 0xffffffU};
}

// What trex says of a track (8.8.3).
Defaults movie_defaults(const Movie& movie, std::uint32_t id, LookBudget& budget) {
  const auto mvex = movie.moov ? find_box(*movie.moov, {box_type("mvex")}, budget) : std::nullopt;
  if (!mvex) return {};
  BoxWalk walk(*mvex, budget);
  while (const auto box = walk.next()) {
    if (box->type != box_type("trex")) continue;
    ByteReader reader(box->payload);
    reader.skip(4);
    if (reader.u32be() != id) continue;
    reader.skip(4);  // sample description
    const std::uint32_t duration = reader.u32be();
    return {duration, reader.u32be()};
  }
  return {};
}

class FragmentReader {
 public:
  FragmentReader(ByteSpan clip, const Movie& movie, const MovieTrack& track, LookBudget& budget,
                 const std::function<bool(const Sample&)>& visit)
      : clip_(clip),
        track_(track),
        budget_(budget),
        visit_(visit),
        movie_defaults_(movie_defaults(movie, track.id, budget)) {}

  // False when reading has to end.
  bool read_moof(const Box& moof) {
    BoxWalk walk(moof, budget_);
    while (const auto box = walk.next()) {
      if (box->type == box_type("traf") && !read_traf(*box, moof.start)) return false;
    }
    return true;
  }

 private:
  bool read_traf(const Box& traf, std::uint64_t moof_at) {
    defaults_ = movie_defaults_;
    base_ = moof_at;
    next_ = moof_at;
    bool ours = false;
    BoxWalk walk(traf, budget_);
    while (const auto box = walk.next()) {
      if (box->type == box_type("tfhd")) ours = read_tfhd(*box);
      if (!ours) continue;
      if (box->type == box_type("tfdt")) read_tfdt(*box);
      if (box->type == box_type("trun") && !read_trun(*box)) return false;
    }
    return true;
  }

  bool read_tfhd(const Box& tfhd) {
    ByteReader reader(tfhd.payload);
    const FullBoxHead head = take_head(reader);
    if (reader.u32be() != track_.id) return false;
    if ((head.flags & kHasBaseOffset) != 0) base_ = reader.u64be();
    if ((head.flags & kHasDescription) != 0) reader.skip(4);
    if ((head.flags & kHasDefaultDuration) != 0) defaults_.duration = reader.u32be();
    if ((head.flags & kHasDefaultSize) != 0) defaults_.size = reader.u32be();
    next_ = base_;
    return reader.ok();
  }

  void read_tfdt(const Box& tfdt) {
    ByteReader reader(tfdt.payload);
    const FullBoxHead head = take_head(reader);
    const std::uint64_t time = head.version == 1 ? reader.u64be() : reader.u32be();
    if (reader.ok() && time <= static_cast<std::uint64_t>(INT64_MAX / 2)) {
      units_ = static_cast<std::int64_t>(time);
    }
  }

  bool read_trun(const Box& trun) {
    ByteReader reader(trun.payload);
    const FullBoxHead head = take_head(reader);
    const std::uint32_t count = reader.u32be();
    if ((head.flags & kHasDataOffset) != 0) {
      next_ = base_ + static_cast<std::uint64_t>(std::int64_t{reader.i32be()});
    }
    if ((head.flags & kHasFirstFlags) != 0) reader.skip(4);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (budget_.samples == 0) return false;
      --budget_.samples;
      const std::uint32_t duration =
          (head.flags & kHasDuration) != 0 ? reader.u32be() : defaults_.duration;
      const std::uint32_t size = (head.flags & kHasSize) != 0 ? reader.u32be() : defaults_.size;
      if ((head.flags & kHasFlags) != 0) reader.skip(4);
      if ((head.flags & kHasComposition) != 0) reader.skip(4);
      if (!reader.ok()) return true;  // the box ends before its count does
      if (!hand_out(size, duration)) return false;
    }
    return true;
  }

  bool hand_out(std::uint32_t size, std::uint32_t duration) {
    Sample sample;
    sample.offset = next_;
    sample.media_us = scaled_us(units_, track_.timescale);
    sample.duration_us = scaled_us(duration, track_.timescale);
    units_ = units_ > INT64_MAX / 2 ? units_ : units_ + duration;
    const std::uint64_t at = next_;
    next_ += size;
    if (at >= clip_.size()) return true;
    const auto from = static_cast<std::size_t>(at);
    sample.bytes =
        budget_.take(clip_.subspan(from, std::min<std::size_t>(size, clip_.size() - from)));
    return sample.bytes.empty() || visit_(sample);
  }

  ByteSpan clip_;
  const MovieTrack& track_;
  LookBudget& budget_;
  const std::function<bool(const Sample&)>& visit_;
  Defaults movie_defaults_;
  Defaults defaults_;
  std::uint64_t base_ = 0;  // of a traf's data
  std::uint64_t next_ = 0;  // where the next sample lies
  std::int64_t units_ = 0;  // when it comes
};

}  // namespace

void for_each_fragment_sample(ByteSpan clip, const Movie& movie, const MovieTrack& track,
                              LookBudget& budget, const std::function<bool(const Sample&)>& visit) {
  FragmentReader reader(clip, movie, track, budget, visit);
  BoxWalk top(clip, 0, budget);
  while (const auto box = top.next()) {
    if (box->type == box_type("moof") && !reader.read_moof(*box)) return;
  }
}

}  // namespace hansom::ingest
