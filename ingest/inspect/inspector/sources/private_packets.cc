// Private packets: see private_packets.h.
#include "ingest/inspect/inspector/sources/private_packets.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/free_gps.h"
#include "ingest/inspect/inspector/sources/ligo_gps.h"
#include "ingest/inspect/inspector/sources/text_track.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kPacketBytes = 188;
constexpr std::uint8_t kSync = 0x47;
constexpr std::size_t kPids = 8192;
constexpr std::uint16_t kNullPid = 0x1fff;
constexpr std::uint16_t kFirstFreePid = 0x20;  // below are tables
constexpr std::uint8_t kPrivate1 = 0xbd;
constexpr std::uint8_t kPrivate2 = 0xbf;  // has no optional header

// Whether a stream type (13818-1, table 2-34, and ATSC's) is picture or sound.
bool is_media(std::uint8_t type) {
  constexpr std::array<std::uint8_t, 15> kMedia{0x01, 0x02, 0x03, 0x04, 0x0f, 0x10, 0x11, 0x1b,
                                                0x20, 0x21, 0x24, 0x25, 0x33, 0x81, 0x87};
  return std::find(kMedia.begin(), kMedia.end(), type) != kMedia.end();
}

// A PES packet's time, in units of 90 kHz (13818-1, 2.4.3.7).
std::optional<std::int64_t> pts_of(ByteSpan pes) {
  ByteReader reader(pes);
  reader.skip(7);
  const bool has_pts = (reader.u8() & 0x80U) != 0;
  reader.skip(1);
  const std::uint64_t high = reader.u8();
  const std::uint64_t middle = reader.u16be();
  const std::uint64_t low = reader.u16be();
  if (!has_pts || !reader.ok()) return std::nullopt;
  return static_cast<std::int64_t>(((high >> 1U) & 7U) << 30U | (middle >> 1U) << 15U | low >> 1U);
}

// Times from the first of the clip on; the counter has 33 bits and wraps.
class PesClock {
 public:
  std::optional<std::int64_t> media_us(std::optional<std::int64_t> pts) {
    if (!pts) return std::nullopt;
    if (!first_) first_ = pts;
    constexpr std::int64_t kWrap = 1LL << 33;
    std::int64_t since = (*pts - *first_ + kWrap) % kWrap;
    if (since > kWrap / 2) since -= kWrap;
    return since * 100 / 9;
  }

 private:
  std::optional<std::int64_t> first_;
};

// A PES packet whose bytes may lie in pieces.
struct Unit {
  struct Piece {
    std::size_t at = 0;        // in `bytes`
    std::uint64_t offset = 0;  // in the clip
  };
  Bytes bytes;
  std::vector<Piece> pieces;

  void clear() {
    bytes.clear();
    pieces.clear();
  }
  void append(ByteSpan piece, std::uint64_t offset) {
    if (bytes.size() + piece.size() > kPrivatePacketBytesMax) return;
    pieces.push_back({bytes.size(), offset});
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  }
  [[nodiscard]] std::uint64_t place(std::uint64_t at) const {
    const auto after =
        std::upper_bound(pieces.begin(), pieces.end(), at,
                         [](std::uint64_t value, const Piece& piece) { return value < piece.at; });
    const Piece& piece = *std::prev(after);
    return piece.offset + (at - piece.at);
  }
};

// Tries what a payload may be. Places in it become places in the clip.
void read_payload(const Unit& unit, std::size_t from, std::optional<std::int64_t> media_us,
                  LookBudget& budget, Found& found) {
  if (budget.samples == 0 || from >= unit.bytes.size()) return;
  --budget.samples;
  const ByteSpan payload = budget.take(ByteSpan(unit.bytes).subspan(from));
  Found within;
  const Sample sample{payload, from, media_us, std::nullopt};
  const FoundPlace place{from, media_us};
  LigoGps ligo(budget, within);
  if (!read_novatek_packet(payload, place, within) && !ligo.read(sample, -1)) {
    read_text(text_of(payload), place, "private", within);
  }
  const auto add_all = [&](const auto& groups) {
    for (const auto& group : groups) {
      for (auto item : group.items) {
        item.offset = unit.place(item.offset.value_or(from));
        found.add(std::move(item));
      }
    }
  };
  add_all(within.times());
  add_all(within.tracks());
}

void read_pes(const Unit& unit, PesClock& clock, LookBudget& budget, Found& found) {
  constexpr std::size_t kHeadBytes = 6;
  if (unit.bytes.size() < kHeadBytes + 3) return;
  if (unit.bytes[0] != 0 || unit.bytes[1] != 0 || unit.bytes[2] != 1) return;
  if (unit.bytes[3] == kPrivate2) {
    read_payload(unit, kHeadBytes, std::nullopt, budget, found);
  } else {
    read_payload(unit, kHeadBytes + 3U + unit.bytes[8], clock.media_us(pts_of(unit.bytes)), budget,
                 found);
  }
}

class TransportReader {
 public:
  TransportReader(ByteSpan clip, std::size_t stride, LookBudget& budget, Found& found)
      : clip_(clip), stride_(stride), budget_(budget), found_(found) {}

  void read() {
    std::size_t at = stride_ - kPacketBytes;
    while (at + kPacketBytes <= clip_.size()) {
      if (clip_[at] != kSync) {
        ++at;  // what was cut or damaged: to where two packets follow one another
        while (at + kPacketBytes + stride_ <= clip_.size() &&
               (clip_[at] != kSync || clip_[at + stride_] != kSync)) {
          ++at;
        }
        continue;
      }
      read_packet(clip_.subspan(at, kPacketBytes), at);
      at += stride_;
    }
    for (auto& [pid, unit] : units_) read_pes(unit, clock_, budget_, found_);
  }

 private:
  enum class Kind : std::uint8_t { kUnknown, kMap, kMedia, kPrivate };

  void read_packet(ByteSpan packet, std::uint64_t offset) {
    ByteReader reader(packet);
    reader.skip(1);
    const std::uint16_t word = reader.u16be();
    const bool starts = (word & 0x4000U) != 0;
    const auto pid = static_cast<std::uint16_t>(word & 0x1fffU);
    const std::uint8_t control = reader.u8();
    if (pid == kNullPid || (control & 0x10U) == 0) return;  // no payload
    if ((control & 0x20U) != 0) reader.skip(reader.u8());   // adaptation field
    if (!reader.ok() || reader.left() == 0) return;
    const std::uint64_t from = offset + reader.at();
    const ByteSpan payload = reader.bytes(reader.left());
    if (pid == 0 || kinds_[pid] == Kind::kMap) {
      if (starts) read_table(payload, pid == 0);
    } else if (pid >= kFirstFreePid) {
      read_stream(pid, starts, payload, from);
    }
  }

  void read_stream(std::uint16_t pid, bool starts, ByteSpan payload, std::uint64_t offset) {
    if (starts && payload.size() > 3 && kinds_[pid] == Kind::kUnknown) {
      // No map calls it anything: the stream's own id tells (13818-1, table 2-22).
      const std::uint8_t id = payload[3];
      if (id >= 0xc0 && id <= 0xef) return note_time(payload);
    }
    if (kinds_[pid] == Kind::kMedia) {
      if (starts) note_time(payload);
      return;
    }
    auto unit = units_.find(pid);
    if (unit == units_.end()) {
      if (!starts || units_.size() >= kPrivatePidsMax) return;
      unit = units_.emplace(pid, Unit{}).first;
    }
    if (starts) {
      read_pes(unit->second, clock_, budget_, found_);
      unit->second.clear();
    } else if (unit->second.bytes.empty()) {
      return;  // its beginning is not in the clip
    }
    unit->second.append(payload, offset);
  }

  void note_time(ByteSpan pes) { static_cast<void>(clock_.media_us(pts_of(pes))); }

  // A program association or map that fits one packet, as those of recorders do (2.4.4).
  void read_table(ByteSpan payload, bool is_association) {
    ByteReader reader(payload);
    reader.skip(reader.u8());  // pointer
    reader.skip(1);            // table
    const std::size_t told = reader.u16be() & 0xfffU;
    if (!reader.ok() || told < 9) return;
    ByteReader section(reader.bytes(std::min(told, reader.left())));
    section.skip(5);
    if (is_association) {
      while (section.left() >= 4 + 4) {  // a checksum ends it
        const std::uint16_t program = section.u16be();
        const std::uint16_t pid = section.u16be() & 0x1fffU;
        if (program != 0) kinds_[pid] = Kind::kMap;
      }
      return;
    }
    section.skip(2);  // clock
    section.skip(section.u16be() & 0xfffU);
    while (section.left() >= 5 + 4) {
      const std::uint8_t type = section.u8();
      const std::uint16_t pid = section.u16be() & 0x1fffU;
      section.skip(section.u16be() & 0xfffU);
      kinds_[pid] = is_media(type) ? Kind::kMedia : Kind::kPrivate;
    }
  }

  ByteSpan clip_;
  std::size_t stride_;
  LookBudget& budget_;
  Found& found_;
  std::array<Kind, kPids> kinds_{};
  std::map<std::uint16_t, Unit> units_;
  PesClock clock_;
};

// Packets of a program stream, one after another; what is none ends it.
void read_program_stream(ByteSpan clip, LookBudget& budget, Found& found) {
  PesClock clock;
  std::size_t at = 0;
  while (at + 6 <= clip.size()) {
    ByteReader reader(clip.subspan(at));
    if (reader.u16be() != 0 || reader.u8() != 1) return;
    const std::uint8_t id = reader.u8();
    std::size_t size = 0;
    if (id == 0xba) {
      const bool second = (reader.u8() >> 6U) == 1;  // MPEG-2's pack header ends with stuffing
      reader.seek(13);
      size = second ? 14U + (reader.u8() & 7U) : 12U;
    } else if (id == 0xb9) {
      size = 4;
    } else {
      size = 6U + reader.u16be();
      const ByteSpan pes = clip.subspan(at, std::min(size, clip.size() - at));
      if (id == kPrivate1 || id == kPrivate2) {
        Unit unit;
        unit.append(pes, at);
        read_pes(unit, clock, budget, found);
      } else if (id >= 0xc0 && id <= 0xef) {
        static_cast<void>(clock.media_us(pts_of(pes)));
      }
    }
    at += size;
  }
}

bool is_transport(ByteSpan clip, std::size_t stride) {
  constexpr std::size_t kPacketsLookedAt = 4;
  const std::size_t first = stride - kPacketBytes;
  if (clip.size() < first + kPacketsLookedAt * stride) return false;
  for (std::size_t i = 0; i < kPacketsLookedAt; ++i) {
    if (clip[first + i * stride] != kSync) return false;
  }
  return true;
}

}  // namespace

void find_private_packets(ByteSpan clip, LookBudget& budget, Found& found) {
  for (const std::size_t stride : {kPacketBytes, kPacketBytes + 4}) {
    if (is_transport(clip, stride)) return TransportReader(clip, stride, budget, found).read();
  }
  constexpr std::array<std::uint8_t, 4> kPack{0, 0, 1, 0xba};
  if (clip.size() > kPack.size() && std::equal(kPack.begin(), kPack.end(), clip.begin())) {
    read_program_stream(clip, budget, found);
  }
}

}  // namespace hansom::ingest
