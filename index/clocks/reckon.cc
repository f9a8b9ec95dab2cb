// Windows over a unit's clips, and what changed.
#include "index/clocks/reckon.h"

#include <algorithm>
#include <map>
#include <set>

#include "index/catalogue/event_rows.h"
#include "index/timeline/facts.h"

namespace hansom::clocks {
namespace {

using timeline::Bounds;

Bounds start_of(const evidence::TrueTime& time) {
  return {time.earliest_start_us(), time.latest_start_us()};
}
Bounds end_of(const evidence::TrueTime& time) {
  return {time.earliest_end_us(), time.latest_end_us()};
}
bool within(const Bounds& inner, const Bounds& outer) {
  return outer.holds(inner.lo) && outer.holds(inner.hi);
}
bool within(const evidence::TrueTime& inner, const evidence::TrueTime& outer) {
  return within(start_of(inner), start_of(outer)) && within(end_of(inner), end_of(outer));
}

// Amounts move with every neighbour; names do not.
std::set<std::pair<std::string, std::string>> names_of(const evidence::TrueTime& time) {
  std::set<std::pair<std::string, std::string>> names;
  for (const auto& finding : time.findings()) names.emplace(finding.trap(), finding.about());
  return names;
}

// One unit being reckoned. Lives for one call of reckon().
class Reckoning {
 public:
  Reckoning(const store::Reader& reader, std::uint64_t position, const Waiting& waiting,
            const timeline::Zone& zone, const State& state)
      : reader_(reader), position_(position), waiting_(waiting), state_(state) {
    rules_.zone = &zone;
  }

  Status run() {
    HANSOM_TRY(read_unit());
    HANSOM_TRY_ASSIGN(std::vector<AcceptedClip> newest,
                      newest_clips(reader_, waiting_.unit, {.limit = kClipsAtOnce}));
    const bool reaches = newest.size() < kClipsAtOnce || !waiting_.oldest ||
                         *waiting_.oldest >= newest[kClipsBeside].leaf;
    if (reaches) return decide(newest, 0, newest.size());
    return in_windows();
  }

 private:
  Status read_unit() {
    HANSOM_TRY_ASSIGN(clock_, unit_clock(reader_, waiting_.unit));
    HANSOM_TRY_ASSIGN(const auto rows, list_corrections(reader_, waiting_.unit));
    for (const catalogue::CorrectionRow& row : rows) {
      if (row.withdrawn_us() == 0) corrections_.push_back(correction_of(row.act()));
    }
    HANSOM_TRY_ASSIGN(const auto events,
                      catalogue::newest_events(reader_, waiting_.unit, kEventsMax));
    for (const catalogue::StoredEvent& event : events) {
      events_.push_back(timeline::event_facts(event.event(), event.received_us()));
    }
    return {};
  }

  // Oldest first. What a window does not decide at its end, the next one does.
  Status in_windows() {
    HANSOM_TRY_ASSIGN(
        const auto beside,
        newest_clips(reader_, waiting_.unit, {.end = *waiting_.oldest, .limit = kClipsBeside}));
    std::uint64_t first = beside.empty() ? *waiting_.oldest : beside.front().leaf;
    std::size_t decided = beside.size();
    for (;;) {
      HANSOM_TRY_ASSIGN(const auto window, oldest_clips(reader_, waiting_.unit,
                                                        {.first = first, .limit = kClipsAtOnce}));
      const bool last = window.size() < kClipsAtOnce;
      const std::size_t end = last ? window.size() : window.size() - kClipsBeside;
      HANSOM_TRY(decide(window, decided, end));
      if (last) return {};
      first = window[end - kClipsBeside].leaf;
      decided = kClipsBeside;
    }
  }

  // Fuses the whole window and states what changed of [first, end).
  Status decide(const std::vector<AcceptedClip>& window, std::size_t first, std::size_t end) {
    timeline::UnitFacts facts{waiting_.unit, {}, events_, corrections_};
    for (const AcceptedClip& clip : window) facts.clips.push_back(facts_of(clip.clock));
    std::map<std::string, evidence::TrueTime> times;
    for (const timeline::FusedClock& clock : timeline::fuse(facts, rules_)) {
      for (const timeline::FusedClip& clip : clock.clips) times[clip.clip] = true_time_of(clip);
    }
    Reckoned reckoned;
    for (std::size_t i = first; i < end; ++i) {
      const ClipClock& clip = window[i].clock;
      evidence::TrueTime& now = times[facts.clips[i].clip];
      const Since since{clock_.destroyed_leaf() >= clip.facts_before(),
                        clock_.corrected_leaf() >= clock_.facts_before()};
      ++reckoned.clips;
      if (clip.has_time() && !must_restate(clip.time(), now, since)) continue;
      evidence::ClipTimed& act = reckoned.stated.emplace_back();
      act.set_clip(clip.clip());
      *act.mutable_time() = std::move(now);
      act.set_facts_before(position_);
    }
    return state_(std::move(reckoned));
  }

  const store::Reader& reader_;
  const std::uint64_t position_;
  const Waiting& waiting_;
  const State& state_;
  timeline::Rules rules_;
  catalogue::UnitClock clock_;
  std::vector<timeline::EventFacts> events_;
  std::vector<timeline::Correction> corrections_;
};

}  // namespace

bool must_restate(const evidence::TrueTime& stated, const evidence::TrueTime& now,
                  const Since& since) {
  if (!within(now, stated)) {
    const auto was = timeline::parse_method(stated.method());
    const auto is = timeline::parse_method(now.method());
    const bool only_less_sure = was && is && *was < *is && within(stated, now);
    return !(only_less_sure && since.clips_destroyed && !since.corrected);
  }
  if (stated.method() != now.method() || names_of(stated) != names_of(now)) return true;
  return start_of(now).width() * 4 <= start_of(stated).width() * 3 &&
         start_of(now).width() != start_of(stated).width();
}

Status reckon(const store::Reader& reader, std::uint64_t position, const Waiting& waiting,
              const timeline::Zone& zone, const State& state) {
  return Reckoning(reader, position, waiting, zone, state).run();
}

}  // namespace hansom::clocks
