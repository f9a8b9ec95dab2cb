// From measures of pictures to findings: see picture_findings.h.
#include "ingest/inspect/inspector/picture_findings.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "ingest/inspect/inspector/finding_rules.h"
#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {

// A condition of single pictures that makes a finding where it lasts.
struct PictureFindings::State {
  std::string_view kind;
  bool Record::*holds;
  double PictureMeasures::*measure;  // sharpness is no member: null
  std::string_view unit;
  double confidence_key;  // of key frames only
  double confidence_all;
};

void PictureFindings::add(std::int64_t time_us, bool is_key, SampledPicture samples) {
  if (!is_measurable(samples) || records_.size() >= kMeasuredPicturesMax) return;
  MeasuredPicture now = measure_picture(std::move(samples));
  const PictureMeasures& measures = now.measures;
  Record record;
  record.time_us = time_us;
  record.is_key = is_key;
  record.measures = measures;
  record.has_contrast = measures.contrast >= kStillContrastMin;
  record.dark = measures.brightness < kDarkBrightness && measures.bright_part < kDarkBrightPart;
  record.covered = !record.dark && measures.flat_share >= kCoveredFlatShare &&
                   measures.contrast < kCoveredContrastMax;
  record.defocused = !record.dark && !record.covered && measures.contrast >= kDefocusContrastMin &&
                     measures.sharpness() < kDefocusSharpnessMax;
  record.colourless = !record.dark && measures.colour < kColourMin;
  if (before_ && (records_.empty() || time_us >= records_.back().time_us)) {
    record.was_comparable = true;
    record.change = compare_pictures(*before_, now);
  }
  records_.push_back(record);
  before_ = std::move(now);
}

std::int64_t PictureFindings::end_of(std::size_t index, std::int64_t end_us) const {
  const std::int64_t next = index + 1 < records_.size() ? records_[index + 1].time_us : end_us;
  return std::max(next, records_[index].time_us);
}

void PictureFindings::find_state(const State& state, std::int64_t end_us,
                                 std::vector<Finding>& out) const {
  for (std::size_t from = 0; from < records_.size(); ++from) {
    if (!(records_[from].*state.holds)) continue;
    std::size_t to = from;
    double sum = 0;
    for (; to < records_.size() && records_[to].*state.holds; ++to) {
      const PictureMeasures& measures = records_[to].measures;
      sum += state.measure == nullptr ? measures.sharpness() : measures.*state.measure;
    }
    Finding finding;
    finding.kind = state.kind;
    finding.start_us = records_[from].time_us;
    finding.end_us = end_of(to - 1, end_us);
    finding.stream = stream_;
    finding.count = to - from;
    finding.measure = sum / static_cast<double>(finding.count);
    finding.unit = state.unit;
    finding.confidence = seen_ == Seen::kAll ? state.confidence_all : state.confidence_key;
    const bool lasts =
        finding.count >= kStatePictures && finding.end_us - finding.start_us >= kStateUs;
    const bool whole_clip = finding.count == records_.size();
    if (!lasts) finding.confidence /= 2;  // the only pictures there are
    if (lasts || whole_clip) out.push_back(finding);
    from = to;
  }
}

// Whether a picture is the one before it, as far as coding lets one see.
bool PictureFindings::is_still(const Record& record) const {
  if (!record.was_comparable || record.dark || record.covered || !record.has_contrast) return false;
  if (!record.is_key) return record.change.difference <= kFrozenDifference;
  return record.change.difference <= kFrozenKeyDifference && record.change.cell <= kFrozenKeyCell;
}

void PictureFindings::find_frozen(std::int64_t end_us, std::vector<Finding>& out) const {
  for (std::size_t from = 1; from < records_.size(); ++from) {
    if (!is_still(records_[from])) continue;
    std::size_t to = from;
    std::uint64_t key_frames = 0;
    double sum = 0;
    for (; to < records_.size() && is_still(records_[to]); ++to) {
      sum += records_[to].change.difference;
      key_frames += records_[to].is_key ? 1 : 0;
    }
    Finding finding;
    finding.kind = "frozen";
    finding.start_us = records_[from - 1].time_us;
    finding.end_us = end_of(to - 1, end_us);
    finding.stream = stream_;
    finding.count = to - from + 1;
    finding.measure = sum / static_cast<double>(to - from);
    finding.unit = "mean_difference";
    // Between key frames a coder repeats what hardly moved, to the bit: only a key frame, coded
    // anew, shows that nothing moved in front of the lens either.
    finding.confidence = key_frames == 0 ? 0.3 : 0.8;
    if (seen_ == Seen::kKeyFrames) finding.confidence = 0.6;
    if (finding.end_us - finding.start_us >= kFrozenUs && finding.count > kStatePictures) {
      out.push_back(finding);
    }
    from = to;
  }
}

void PictureFindings::find_jumps(std::vector<Finding>& out) const {
  for (std::size_t i = 1; i < records_.size(); ++i) {
    const Record& now = records_[i];
    const Record& before = records_[i - 1];
    if (!now.was_comparable || now.dark || before.dark || now.covered || before.covered) continue;
    if (now.change.difference < kJumpDifference || now.change.histogram < kJumpHistogram ||
        now.change.likeness > kJumpLikeness) {
      continue;
    }
    Finding finding;
    finding.kind = "scene_jump";
    finding.start_us = before.time_us;
    finding.end_us = now.time_us;
    finding.stream = stream_;
    finding.count = 2;
    finding.measure = now.change.likeness;
    finding.unit = "likeness";
    // A vehicle that turns a corner shows another scene in a second, not in a frame's time.
    finding.confidence = finding.end_us - finding.start_us <= kJumpEveryUs ? 0.7 : 0.3;
    out.push_back(finding);
  }
}

// Pictures that repeat the one before them, but for what coding adds, while those around them move.
void PictureFindings::find_duplicates(std::vector<Finding>& out) const {
  if (seen_ != Seen::kAll) return;
  for (std::size_t i = 1; i < records_.size(); ++i) {
    const Record& now = records_[i];
    if (!now.was_comparable) continue;
    const auto moves = [&](std::size_t index) {
      return index > 0 && index < records_.size() && records_[index].was_comparable &&
             std::abs(records_[index].time_us - now.time_us) <= kMovingAroundUs &&
             records_[index].change.difference >= kMovingDifference &&
             now.change.difference <= kDuplicateShare * records_[index].change.difference;
    };
    if (!moves(i - 1) || !moves(i + 1)) continue;
    Finding finding;
    finding.kind = "duplicate_frames";
    finding.start_us = now.time_us;
    finding.end_us = records_[i + 1].time_us;
    finding.stream = stream_;
    finding.count = 1;
    finding.measure = (records_[i - 1].change.difference + records_[i + 1].change.difference) / 2;
    finding.unit = "mean_difference_around";
    finding.confidence = 0.8;
    if (!out.empty() && out.back().kind == finding.kind && out.back().stream == stream_ &&
        finding.start_us - out.back().end_us <= kDuplicateMergeUs) {
      out.back().end_us = finding.end_us;
      ++out.back().count;
      continue;
    }
    out.push_back(finding);
  }
}

std::vector<Finding> PictureFindings::findings(std::int64_t end_us) const {
  static constexpr State kStates[] = {
      {"dark", &Record::dark, &PictureMeasures::brightness, "mean_brightness", 0.8, 0.9},
      {"covered", &Record::covered, &PictureMeasures::flat_share, "flat_share", 0.5, 0.6},
      {"defocused", &Record::defocused, nullptr, "sharpness", 0.4, 0.5},
      {"no_colour", &Record::colourless, &PictureMeasures::colour, "mean_colour", 0.8, 0.9},
  };
  std::vector<Finding> out;
  for (const State& state : kStates) find_state(state, end_us, out);
  find_frozen(end_us, out);
  find_jumps(out);
  find_duplicates(out);
  return out;
}

}  // namespace hansom::ingest
