// Matroska (RFC 9559): where its last cluster is cut off, and whether it has the index (Cues) that
// a player seeks with. A copy ends behind the last whole block.
#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/structure/ebml.h"
#include "ingest/inspect/inspector/structure/structure.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kSegment = 0x18538067;
constexpr std::uint32_t kSeekHead = 0x114d9b74;
constexpr std::uint32_t kSeek = 0x4dbb;
constexpr std::uint32_t kSeekId = 0x53ab;
constexpr std::uint32_t kSeekPosition = 0x53ac;
constexpr std::uint32_t kTracks = 0x1654ae6b;
constexpr std::uint32_t kCluster = 0x1f43b675;
constexpr std::uint32_t kCues = 0x1c53bb6b;
constexpr std::uint32_t kVoid = 0xec;
constexpr std::uint32_t kCrc32 = 0xbf;
constexpr std::uint32_t kSimpleBlock = 0xa3;
constexpr std::uint32_t kBlockGroup = 0xa0;

bool is_of_segment(std::uint32_t id) {
  constexpr std::uint32_t kInfo = 0x1549a966;
  constexpr std::uint32_t kAttachments = 0x1941a469;
  constexpr std::uint32_t kChapters = 0x1043a770;
  constexpr std::uint32_t kTags = 0x1254c367;
  for (const std::uint32_t known : {kSeekHead, kInfo, kTracks, kCluster, kCues, kAttachments,
                                    kChapters, kTags, kVoid, kCrc32}) {
    if (id == known) return true;
  }
  return false;
}

bool is_of_cluster(std::uint32_t id) {
  constexpr std::uint32_t kTimestamp = 0xe7;
  constexpr std::uint32_t kSilentTracks = 0x5854;
  constexpr std::uint32_t kPosition = 0xa7;
  constexpr std::uint32_t kPrevSize = 0xab;
  constexpr std::uint32_t kEncryptedBlock = 0xaf;
  for (const std::uint32_t known : {kTimestamp, kSimpleBlock, kBlockGroup, kEncryptedBlock,
                                    kSilentTracks, kPosition, kPrevSize, kVoid, kCrc32}) {
    if (id == known) return true;
  }
  return false;
}

std::uint64_t number_of(ByteSpan clip, const Element& element) {
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(element.bytes, 8); ++i) {
    value = (value << 8U) | clip[element.payload + i];
  }
  return value;
}

// The walk through a segment.
class Segment {
 public:
  Segment(ByteSpan clip, const Element& head) : clip_(clip), head_(head) {
    const std::uint64_t size = clip.size();
    to_ = head.has_size && head.bytes < size - head.payload ? head.end() : size;
    kept_to_ = head.payload;
  }

  // False where it has more elements than are walked: then nothing is said of it.
  bool walk() {
    std::uint64_t at = head_.payload;
    for (std::size_t i = 0; at < to_; ++i) {
      if (i == kBoxesMax) return false;
      const auto element = element_at(clip_, at, to_);
      std::uint64_t next = 0;  // none
      if (element && element->id == kCluster) {
        next = take_cluster(*element);
      } else if (element && element->has_size && element->bytes <= to_ - element->payload) {
        next = take_other(*element);
      } else if (element && element->has_size && is_of_segment(element->id)) {
        missing_ = element->end() - to_;
        break;
      }
      if (next == 0) next = next_cluster(at + 1);  // damage in the middle is not the end
      if (next == 0) break;
      at = next;
    }
    if (head_.has_size && head_.end() > to_) missing_ = head_.end() - to_;
    left_over_ = to_ - kept_to_;
    return true;
  }

  void tell(Structure& structure) const {
    if (has_media_ && !has_cues_) tell_index(structure);
    if (missing_ == 0 && left_over_ == 0) return;
    structure.is_damaged = true;
    structure.findings.push_back(missing_ != 0
                                     ? place("cut_off", 0.9, static_cast<double>(missing_),
                                             "bytes_missing", kept_to_, clip_.size() - kept_to_)
                                     : place("cut_off", 0.8, static_cast<double>(left_over_),
                                             "bytes_left_over", kept_to_, left_over_));
    structure.missing =
        missing_ != 0 ? std::to_string(missing_) + " bytes are missing at the end"
                      : "the last " + std::to_string(left_over_) + " bytes are no whole element";
    if (has_tracks_ && has_media_) {
      make_copy(structure);
    } else {
      structure.missing += ", and no whole block of picture or sound is before it";
    }
  }

 private:
  // Where the next element begins; 0: nowhere, as far as this one tells.
  std::uint64_t take_cluster(const Element& cluster) {
    if (cluster.has_size && cluster.bytes <= to_ - cluster.payload) {
      has_media_ = true;
      return keep(cluster.end());
    }
    std::uint64_t cut_at = cluster.has_size ? cluster.end() : 0;
    std::uint64_t at = cluster.payload;
    while (at < to_) {
      const auto child = element_at(clip_, at, to_);
      if (!child || !child->has_size || !is_of_cluster(child->id)) break;
      if (child->bytes > to_ - child->payload) {
        cut_at = std::max(cut_at, child->end());
        break;
      }
      at = child->end();
      if (child->id != kSimpleBlock && child->id != kBlockGroup) continue;
      has_media_ = true;
      keep(at);
      if (cluster.has_size) open_cluster_ = cluster;
    }
    const auto next = element_at(clip_, at, to_);
    if (next && is_of_segment(next->id)) return at;
    const std::uint64_t found = at < to_ ? next_cluster(at + 1) : 0;
    if (found != 0) return found;
    if (cut_at != 0) missing_ = cut_at - to_;
    return cut_at == 0 && at == to_ ? keep(to_) : to_;
  }

  std::uint64_t keep(std::uint64_t to) {
    open_cluster_.reset();
    return kept_to_ = to;
  }

  std::uint64_t take_other(const Element& element) {
    if (!is_of_segment(element.id)) {
      const auto next = element_at(clip_, element.end(), to_);
      if (element.end() != to_ && (!next || !is_of_segment(next->id))) return 0;
    }
    has_tracks_ = has_tracks_ || element.id == kTracks;
    has_cues_ = has_cues_ || element.id == kCues;
    if (element.id == kSeekHead) read_seek_head(element);
    return keep(element.end());
  }

  void read_seek_head(const Element& seek_head) {
    for (std::uint64_t at = seek_head.payload; at < seek_head.end();) {
      const auto seek = element_at(clip_, at, seek_head.end());
      if (!seek || !seek->has_size || seek->bytes > seek_head.end() - seek->payload) return;
      at = seek->end();
      if (seek->id != kSeek) continue;
      std::uint64_t id = 0;
      std::uint64_t position = 0;
      for (std::uint64_t inner = seek->payload; inner < seek->end();) {
        const auto field = element_at(clip_, inner, seek->end());
        if (!field || !field->has_size || field->bytes > seek->end() - field->payload) break;
        inner = field->end();
        if (field->id == kSeekId) id = number_of(clip_, *field);
        if (field->id == kSeekPosition) position = number_of(clip_, *field);
      }
      if (id == kCues) cues_at_ = position;
    }
  }

  std::uint64_t next_cluster(std::uint64_t at) const {
    for (; to_ - at >= 8; ++at) {
      if (clip_[at] != kCluster >> 24U) continue;
      const auto cluster = element_at(clip_, at, to_);
      if (!cluster || cluster->id != kCluster) continue;
      const auto child = element_at(clip_, cluster->payload, to_);
      if (child && is_of_cluster(child->id)) return at;
    }
    return 0;
  }

  void tell_index(Structure& structure) const {
    if (!cues_at_) {  // nor does an honest writer of a stream have one
      structure.findings.push_back(place("no_index", 0.5, 0, "entries", clip_.size(), 0));
      return;
    }
    const std::uint64_t left = clip_.size() - head_.payload;
    structure.findings.push_back(
        place("no_index", 0.9, 0, "entries", head_.payload + std::min(*cues_at_, left), 0));
  }

  // The clip up to the last whole block, and of what it lies in the sizes.
  void make_copy(Structure& structure) const {
    structure.playable_bytes = kept_to_;
    structure.method = "prefix";
    std::uint64_t from = 0;
    const auto resize = [&](const Element& element) {
      structure.pieces.push_back({{}, from, element.size_at - from});
      structure.pieces.push_back({size_field(element, kept_to_ - element.payload), 0, 0});
      from = element.payload;
    };
    if (head_.has_size) resize(head_);
    if (open_cluster_) resize(*open_cluster_);
    if (kept_to_ > from) structure.pieces.push_back({{}, from, kept_to_ - from});
  }

  ByteSpan clip_;
  Element head_;
  std::uint64_t to_ = 0;       // its end, or the clip's
  std::uint64_t kept_to_ = 0;  // behind the last whole element or block
  std::uint64_t missing_ = 0;
  std::uint64_t left_over_ = 0;
  bool has_tracks_ = false;
  bool has_cues_ = false;
  bool has_media_ = false;
  std::optional<std::uint64_t> cues_at_;  // from the segment's payload, as a SeekHead says
  std::optional<Element> open_cluster_;   // in which the copy ends, with a size to be changed
};

}  // namespace

Structure read_matroska(ByteSpan clip) {
  Structure structure;
  for (std::uint64_t at = 0; at < clip.size();) {
    const auto element = element_at(clip, at, clip.size());
    if (!element) break;
    if (element->id == kSegment) {
      Segment segment(clip, *element);
      if (segment.walk()) segment.tell(structure);
      break;
    }
    if (!element->has_size || element->bytes > clip.size() - element->payload) break;
    at = element->end();
  }
  return structure;
}

}  // namespace hansom::ingest
