// The samples of a track: see samples.h.
#include "ingest/inspect/inspector/sources/samples.h"

#include <algorithm>

#include "ingest/inspect/inspector/sources/byte_reader.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kHeadBytes = 8;  // version, flags, entry count

// The entries of a table, read where they lie: nothing is allocated by their count.
class Table {
 public:
  Table(const Box& box, std::size_t entry_bytes, std::size_t head_bytes = kHeadBytes)
      : entry_bytes_(entry_bytes) {
    if (box.payload.size() < head_bytes) return;
    ByteReader reader(box.payload.subspan(head_bytes - 4));
    const std::uint32_t told = reader.u32be();
    entries_ = box.payload.subspan(head_bytes);
    count_ = std::min<std::size_t>(told, entries_.size() / entry_bytes);
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] ByteReader entry(std::size_t index) const {
    return ByteReader(entries_.subspan(index * entry_bytes_, entry_bytes_));
  }

 private:
  std::size_t entry_bytes_;
  ByteSpan entries_;
  std::size_t count_ = 0;
};

// Samples a chunk holds (8.7.4). Chunks are asked for in rising order.
class SamplesPerChunk {
 public:
  explicit SamplesPerChunk(const Box& stsc) : table_(stsc, 12) {}
  std::uint32_t of(std::size_t chunk) {
    while (next_ < table_.count()) {
      ByteReader entry = table_.entry(next_);
      if (entry.u32be() > chunk + 1) break;
      samples_ = entry.u32be();
      ++next_;
    }
    return samples_;
  }

 private:
  Table table_;
  std::size_t next_ = 0;
  std::uint32_t samples_ = 0;
};

// Decoding times (8.6.1.2), sample by sample.
class Clock {
 public:
  Clock(const Box& stts, std::uint32_t timescale) : table_(stts, 8), timescale_(timescale) {}
  // Sets the time of the next sample.
  void put_next(Sample& sample) {
    while (left_ == 0 && next_ < table_.count()) {
      ByteReader entry = table_.entry(next_++);
      left_ = entry.u32be();
      delta_ = entry.u32be();
    }
    if (left_ == 0) return;  // the table ends before the samples do: no time is told
    --left_;
    sample.media_us = scaled_us(units_, timescale_);
    sample.duration_us = scaled_us(delta_, timescale_);
    units_ += delta_;  // 2^32 samples of 2^32 units at most, and the budget is far below
  }

 private:
  Table table_;
  std::uint32_t timescale_;
  std::size_t next_ = 0;
  std::uint32_t left_ = 0;
  std::uint32_t delta_ = 0;
  std::int64_t units_ = 0;
};

}  // namespace

void for_each_sample(ByteSpan clip, const MovieTrack& track, LookBudget& budget,
                     const std::function<bool(const Sample&)>& visit) {
  if (track.stsz.payload.size() < 12) return;
  ByteReader size_head(track.stsz.payload.subspan(4));
  const std::uint32_t one_size = size_head.u32be();
  const std::uint32_t count = size_head.u32be();
  const Table sizes(track.stsz, 4, 12);
  const bool wide = track.chunks.type == box_type("co64");
  const Table chunks(track.chunks, wide ? 8 : 4);
  SamplesPerChunk per_chunk(track.stsc);
  Clock clock(track.stts, track.timescale);
  std::size_t number = 0;
  for (std::size_t chunk = 0; chunk < chunks.count(); ++chunk) {
    ByteReader place = chunks.entry(chunk);
    std::uint64_t offset = wide ? place.u64be() : place.u32be();
    const std::uint32_t samples = per_chunk.of(chunk);
    if (samples == 0 && budget.samples > 0) --budget.samples;  // empty chunks are work, too
    if (budget.samples == 0) return;
    for (std::uint32_t i = 0; i < samples; ++i, ++number) {
      if (number >= count || (one_size == 0 && number >= sizes.count())) return;
      if (budget.samples == 0) return;
      --budget.samples;
      const std::uint32_t size = one_size != 0 ? one_size : sizes.entry(number).u32be();
      Sample sample;
      clock.put_next(sample);
      sample.offset = offset;
      if (offset < clip.size()) {
        const auto from = static_cast<std::size_t>(offset);
        sample.bytes =
            budget.take(clip.subspan(from, std::min<std::size_t>(size, clip.size() - from)));
        if (!sample.bytes.empty() && !visit(sample)) return;
      }
      offset += size;
    }
  }
}

}  // namespace hansom::ingest
