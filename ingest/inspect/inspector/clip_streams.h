// What is gathered about each stream of a clip while its packets go by.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "ingest/inspect/inspector/container.h"
#include "ingest/inspect/inspector/finding.h"
#include "ingest/inspect/inspector/picture_probe.h"
#include "ingest/inspect/inspector/places_in_time.h"
#include "ingest/inspect/inspector/signing/signed_stream.h"
#include "ingest/inspect/inspector/sound_probe.h"
#include "ingest/inspect/inspector/sources/found.h"
#include "ingest/inspect/inspector/sources/sei.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// The streams found when the clip was opened; later ones are not ffprobe's either. One thread.
class ClipStreams {
 public:
  // Requires: an opened container that outlives this; so does `found`, which takes the times and
  // positions that packets tell, and `places`, which takes where they lie.
  ClipStreams(const Container& container, Found& found, PlacesInTime& places,
              evidence::Report::Level level);

  // Counts and times a packet, reads its messages, and decodes it where the level wants that.
  void add(AVPacket& packet);
  // Writes streams, timelines, gaps, sound, thumbnails, damage and what signers left.
  void finish(evidence::Report& report);
  // What was noticed about the streams, beside the spans of sound and of damage that finish()
  // wrote. Call after it.
  [[nodiscard]] std::vector<Finding> findings() const;
  // Why nothing could be made of the clip; no token when something could. Call after finish().
  [[nodiscard]] Trouble verdict() const;

 private:
  struct Stream {
    const AVStream* libav = nullptr;
    bool is_picture = false;  // moving pictures, not a cover
    bool is_sound = false;
    bool has_decoder = false;  // on the list, whether or not the level decodes
    std::optional<PictureProbe> pictures;
    std::optional<SoundProbe> sound;
    std::optional<SeiReader> messages;
    std::unique_ptr<SignedStream> signing;  // what signatures may speak of
    bool is_text = false;                   // subtitles that no source of the container reads
    std::vector<std::int64_t> times_us;
    std::optional<std::int64_t> last_dts;
    std::vector<Finding> times_back;
    std::uint64_t packets = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t key_frames = 0;
  };
  // Decoding times rise; where one does not, the packets are not in the order of their making.
  static void check_order(Stream& stream, const AVPacket& packet, std::int64_t shown_us);
  [[nodiscard]] static Finding unsupported(const Stream& stream);
  [[nodiscard]] std::optional<Finding> short_of_claim(const Stream& stream) const;
  [[nodiscard]] std::optional<std::int64_t> clip_time_us(const Stream& stream,
                                                         const AVPacket& packet) const;
  void read_sources(Stream& stream, const AVPacket& packet, std::optional<std::int64_t> time_us);
  static void describe(const Stream& stream, evidence::Stream& out);
  void write_timeline(Stream& stream, bool with_gaps, evidence::Report& report,
                      evidence::Stream& out) const;
  static void write_sound(const Stream& stream, std::size_t spans_max, evidence::Report& report);

  Found& found_;
  PlacesInTime& places_;
  const evidence::Report::Level level_;
  bool is_movie_ = false;        // packets lie in it as they are
  bool claims_streams_ = false;  // each stream's by itself
  bool has_claims_ = false;      // durations that the container states, not libav's estimates
  std::int64_t start_us_ = 0;
  std::vector<Stream> streams_;
  DamageLog damage_;
};

}  // namespace hansom::ingest
