// Clock truth: for each clip of a unit one interval of true time, with its method and its reasons,
// from everything that tells a time. A pure function in whole microseconds: the same facts give the
// same answer on every machine. The reasoning and the formula are in README.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/timeline/bounds.h"
#include "index/timeline/traps.h"
#include "index/timeline/zone.h"
#include "proto/evidence/manifest.pb.h"

namespace hansom::timeline {

// A time written in a clip.
struct FileTime {
  std::string source;
  std::string value;                        // exactly as found
  std::optional<std::int64_t> unix_us;      // read as UTC, where it states a zone
  std::optional<std::int64_t> at_media_us;  // where in the clip it holds; else anywhere in it
  bool satellite = false;                   // a receiver's time
  bool may_be_local = false;                // ... which cameras are known to put into local time
};

struct ClipFacts {
  std::string clip;  // id, in hexadecimal
  std::uint32_t channel = 0;
  std::uint64_t number = 0;  // the unit's running number
  std::int64_t told_us = 0;  // start by the unit's clock
  evidence::ClockState state = evidence::CLOCK_STATE_UNKNOWN;
  std::int64_t told_duration_us = 0;  // the manifest's
  std::int64_t media_us = 0;          // by inspection; 0 when not known
  std::int64_t known_by_us = 0;       // server clock: the clip was whole by then
  std::vector<FileTime> times;
};

struct EventFacts {
  std::uint64_t sequence = 0;
  std::int64_t told_us = 0;
  evidence::ClockState state = evidence::CLOCK_STATE_UNKNOWN;
  std::int64_t known_by_us = 0;
};

// What somebody measured of the clock, and answers for.
struct Correction {
  std::optional<std::uint32_t> channel;  // absent: all
  Bounds told;                           // of clips that began then by the unit's clock
  Bounds error;                          // told - true
};

struct UnitFacts {
  std::string unit;
  std::vector<ClipFacts> clips;         // in any order
  std::vector<EventFacts> events;       // in any order
  std::vector<Correction> corrections;  // of several for one clip the last holds
};

struct Rules {
  const Zone* zone = nullptr;  // of the people who use the unit; outlives the call
  std::int64_t born_us = 1'577'836'800'000'000;  // no such recorder before 2020
};

// Raised with every change that gives another interval for the same facts.
inline constexpr std::uint32_t kAlgorithm = 1;

// How the interval came about, from the strongest down.
enum class Method {
  kCorrected,     // by a correction
  kSatellite,     // a receiver's time in this clip
  kOtherChannel,  // in the clip that another channel began with it
  kBetween,       // carried from such clips before and after
  kCarried,       // from such clips on one side
  kArrivals,      // a disciplined clock, confirmed by how soon its clips and events arrived
  kDisciplined,   // the word of a disciplined clock
  kTold,          // the word of a clock that runs free
  kOrder,         // neighbours and arrival alone
};
[[nodiscard]] std::string_view word(Method method);
// nullopt for a word that is none of them.
[[nodiscard]] std::optional<Method> parse_method(std::string_view text);

struct FusedClip {
  std::string clip;
  std::uint64_t number = 0;
  std::int64_t told_us = 0;
  evidence::ClockState state = evidence::CLOCK_STATE_UNKNOWN;
  Bounds start;  // true time of the first frame
  Bounds end;    // of the end: start plus wall duration
  Method method = Method::kOrder;
  std::int64_t media_us = 0;  // how long it plays
  Bounds wall_us;             // how long it took
  std::vector<Finding> findings;

  // The clock's error (told - true; positive: fast) and half the interval's width, rounded up.
  [[nodiscard]] Bounds error() const { return taken_from(told_us, start); }
  [[nodiscard]] std::int64_t uncertainty_us() const { return (start.width() + 1) / 2; }
  // Whether a told time of this clip says something about the clock.
  [[nodiscard]] bool proven() const { return method < Method::kTold; }
};

// The clips of one channel in the order of their numbers.
struct FusedClock {
  std::string unit;
  std::uint32_t channel = 0;
  std::vector<FusedClip> clips;
};

// Fuses every channel, ordered by channel. Never fails: where nothing is known, the interval is as
// wide as what is. Requires: rules.zone.
[[nodiscard]] std::vector<FusedClock> fuse(const UnitFacts& unit, const Rules& rules);

}  // namespace hansom::timeline
