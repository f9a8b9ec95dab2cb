// Random histories: see random_history.h.
#include "tests/index/timeline/random_history.h"

#include <algorithm>
#include <array>

namespace hansom::timeline::test {
namespace {

enum class Device { kRight, kLocal, kEightHours, kGpsTime, kOneSecond };
enum class Receiver { kNone, kRight, kRolledOver, kLocal };
enum class Trouble { kNone, kPowerCuts, kSetByHand, kNtpLostAtDst };

// What a kind of unit is like.
struct Kind {
  const char* name;
  evidence::ClockState state;
  Device device = Device::kRight;
  Receiver receiver = Receiver::kNone;
  int receiver_percent = 0;
  bool prompt = false;  // uploads as it goes; else once a day
  Trouble trouble = Trouble::kNone;
};
constexpr auto kGnss = evidence::CLOCK_STATE_GNSS;
constexpr auto kNtp = evidence::CLOCK_STATE_NTP;
constexpr auto kManual = evidence::CLOCK_STATE_MANUAL;
// Any clock with any receiver and any trouble, some of which nothing in the facts can show.
constexpr const char* kMixed = "mixed";
constexpr std::array kKinds{
    Kind{"gnss, receiver in half", kGnss, Device::kRight, Receiver::kRight, 50, false,
         Trouble::kNone},
    Kind{"ntp, prompt", kNtp, Device::kRight, Receiver::kNone, 0, true, Trouble::kNone},
    Kind{"ntp, once a day", kNtp, Device::kRight, Receiver::kNone, 0, false, Trouble::kNone},
    Kind{"free, receiver in a third", kManual, Device::kRight, Receiver::kRight, 33, false,
         Trouble::kNone},
    Kind{"free, no receiver", kManual, Device::kRight, Receiver::kNone, 0, true, Trouble::kNone},
    Kind{"free, local, receiver", kManual, Device::kLocal, Receiver::kRight, 33, false,
         Trouble::kNone},
    Kind{"local as UTC, receiver", kGnss, Device::kLocal, Receiver::kRight, 40, false,
         Trouble::kNone},
    Kind{"local as UTC, prompt", kNtp, Device::kLocal, Receiver::kNone, 0, true, Trouble::kNone},
    Kind{"local as UTC, once a day", kNtp, Device::kLocal, Receiver::kNone, 0, false,
         Trouble::kNone},
    Kind{"eight hours, prompt", kGnss, Device::kEightHours, Receiver::kNone, 0, true,
         Trouble::kNone},
    Kind{"eight hours, receiver", kGnss, Device::kEightHours, Receiver::kRight, 40, false,
         Trouble::kNone},
    Kind{"GPS time, receiver", kGnss, Device::kGpsTime, Receiver::kRight, 40, false,
         Trouble::kNone},
    Kind{"one second, receiver", kGnss, Device::kOneSecond, Receiver::kRight, 40, false,
         Trouble::kNone},
    Kind{"receiver rolled over", kGnss, Device::kRight, Receiver::kRolledOver, 40, false,
         Trouble::kNone},
    Kind{"receiver's local time", kGnss, Device::kRight, Receiver::kLocal, 40, false,
         Trouble::kNone},
    Kind{"power cuts, receiver", kManual, Device::kRight, Receiver::kRight, 33, false,
         Trouble::kPowerCuts},
    Kind{"power cuts, prompt", kNtp, Device::kRight, Receiver::kNone, 0, true, Trouble::kPowerCuts},
    Kind{"set by hand, receiver", kManual, Device::kRight, Receiver::kRight, 40, false,
         Trouble::kSetByHand},
    Kind{"ntp lost at DST, receiver", kNtp, Device::kLocal, Receiver::kRight, 33, true,
         Trouble::kNtpLostAtDst},
    Kind{kMixed, kManual, Device::kRight, Receiver::kNone, 0, false, Trouble::kNone},
};

class Maker {
 public:
  Maker(Kind kind, std::uint64_t seed, const Zone& zone)
      : kind_(kind), random_(seed), zone_(zone) {}

  History make() {
    history_.kind = kind_.name;
    history_.unit.unit = "unit";
    if (kind_.name == kMixed) mix();
    choose_dates();
    if (kind_.state != kGnss && kind_.state != kNtp) {
      offset_ = between(-20 * kMinuteUs, 20 * kMinuteUs);
      drift_ppm_ = between(-60, 60);
    }
    std::int64_t now = began_;
    bool dead = false;
    for (std::uint64_t number = 1; number <= clips_; ++number) {
      now += between(2 * kMinuteUs, 2 * (ends_ - began_) / static_cast<std::int64_t>(clips_));
      if (kind_.trouble == Trouble::kPowerCuts && percent(25)) dead = start_again(now, dead);
      if (kind_.trouble == Trouble::kSetByHand && number == clips_ / 2) {
        offset_ += between(-2 * kHourUs, 2 * kHourUs);
      }
      now += add_clip(number, now, dead);
      if (percent(50)) add_event(now += between(kSecondUs, kMinuteUs), dead);
    }
    return std::move(history_);
  }

 private:
  std::int64_t between(std::int64_t lo, std::int64_t hi) {
    return lo + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(hi - lo + 1));
  }
  bool percent(int chance) { return between(0, 99) < chance; }

  void mix() {
    static constexpr std::array kStates{kGnss, kNtp, kManual, evidence::CLOCK_STATE_UNKNOWN};
    kind_.state = kStates[static_cast<std::size_t>(between(0, 3))];
    kind_.device = static_cast<Device>(between(0, 4));
    kind_.receiver = static_cast<Receiver>(between(0, 3));
    kind_.receiver_percent = static_cast<int>(between(5, 60));
    kind_.prompt = percent(50);
    const bool free = kind_.state != kGnss && kind_.state != kNtp;
    kind_.trouble = static_cast<Trouble>(between(0, free ? 2 : 1));
  }

  void choose_dates() {
    clips_ = static_cast<std::uint64_t>(between(12, 60));
    // 2025-01-01 to 2026-10-31; around 26 October 2025 where that matters.
    began_ = between(1'735'689'600, 1'793'404'800) * kSecondUs;
    ends_ = began_ + between(2, 40) * kDayUs;
    if (kind_.trouble == Trouble::kNtpLostAtDst) {
      dst_ = 1'761'440'400 * kSecondUs;
      began_ = dst_ - between(2, 15) * kDayUs;
      ends_ = dst_ + between(2, 15) * kDayUs;
    }
  }
  bool lost_ntp(std::int64_t now) const {
    return kind_.trouble == Trouble::kNtpLostAtDst && now >= dst_;
  }
  evidence::ClockState state_at(std::int64_t now, bool dead) const {
    if (dead) return evidence::CLOCK_STATE_UNSET;
    return lost_ntp(now) ? kManual : kind_.state;
  }
  // Power comes back: the clock counts from its epoch, or is set again.
  bool start_again(std::int64_t now, bool was_dead) {
    static constexpr std::array<std::int64_t, 4> kEpochs{0, 315'532'800, 946'684'800,
                                                         1'451'606'400};
    if (was_dead) return false;
    epoch_ = kEpochs[static_cast<std::size_t>(between(0, 3))] * kSecondUs - now;
    return true;
  }
  // What the unit's clock shows at a true time: in whole seconds, never ahead.
  std::int64_t shown(std::int64_t now, bool dead) {
    std::int64_t told = now;
    if (dead) {
      told += epoch_;
    } else {
      told += offset_ + (now - began_) / kSecondUs * drift_ppm_;
      if (kind_.device == Device::kLocal) told += zone_.offset_us(lost_ntp(now) ? dst_ - 1 : now);
      if (kind_.device == Device::kEightHours) told += 8 * kHourUs;
      if (kind_.device == Device::kGpsTime) told += 18 * kSecondUs;
      if (kind_.device == Device::kOneSecond) told += kSecondUs;
      if (kind_.state == kGnss || kind_.state == kNtp) told += between(-300'000, 300'000);
    }
    return told - told % kSecondUs;
  }
  std::int64_t arrival(std::int64_t whole) {
    if (kind_.prompt && percent(80)) return whole + between(kSecondUs, 90 * kSecondUs);
    return whole + between(kHourUs, kDayUs);
  }

  void add_receiver(ClipFacts& clip, std::int64_t start, std::int64_t length) {
    for (std::int64_t count = between(1, 3); count > 0; --count) {
      const std::int64_t at = between(0, length);
      std::int64_t time = start + at;
      if (kind_.receiver == Receiver::kRolledOver) {
        time -= (percent(50) ? 1024 * kWeekUs : 2048 * kWeekUs);
      }
      if (kind_.receiver == Receiver::kLocal) time += zone_.offset_us(time);
      FileTime found{"gps", "", time - time % kSecondUs, std::nullopt, true, false};
      found.may_be_local = kind_.receiver == Receiver::kLocal;
      if (percent(70)) found.at_media_us = at;
      clip.times.push_back(found);
    }
  }

  std::int64_t add_clip(std::uint64_t number, std::int64_t start, bool dead) {
    const std::int64_t length = between(10 * kSecondUs, 10 * kMinuteUs);
    ClipFacts clip;
    clip.clip = "clip " + std::to_string(number);
    clip.channel = 1;
    clip.number = number;
    clip.told_us = shown(start, dead);
    clip.state = state_at(start, dead);
    clip.told_duration_us = length / 1000 * 1000;
    clip.media_us = length + between(-200'000, 200'000);
    if (percent(5)) clip.media_us -= length / 4;  // pictures were lost
    clip.known_by_us = arrival(start + length);
    if (kind_.receiver != Receiver::kNone && percent(kind_.receiver_percent)) {
      add_receiver(clip, start, length);
    }
    if (percent(60)) {
      const std::int64_t written = shown(percent(50) ? start : start + length, dead);
      clip.times.push_back({"mvhd", "", written, std::nullopt, false, false});
    }
    history_.unit.clips.push_back(clip);
    history_.true_starts.push_back(start);
    history_.true_lengths.push_back(length);
    return length;
  }
  void add_event(std::int64_t now, bool dead) {
    history_.unit.events.push_back(
        {++sequence_, shown(now, dead), state_at(now, dead), arrival(now)});
  }

  Kind kind_;
  std::mt19937_64 random_;
  const Zone& zone_;
  History history_;
  std::uint64_t clips_ = 0;
  std::uint64_t sequence_ = 0;
  std::int64_t began_ = 0;
  std::int64_t ends_ = 0;
  std::int64_t dst_ = 0;
  std::int64_t offset_ = 0;
  std::int64_t drift_ppm_ = 0;
  std::int64_t epoch_ = 0;
};

}  // namespace

std::size_t kinds() {
  return kKinds.size();
}

History random_history(std::size_t kind, std::uint64_t seed, const Zone& zone) {
  return Maker(kKinds.at(kind), seed * 1000 + kind, zone).make();
}

}  // namespace hansom::timeline::test
