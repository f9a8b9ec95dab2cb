// LigoGPS records under a replacement of characters made here: nobody publishes a clip with one.
#include "ingest/inspect/inspector/sources/ligo_cipher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

// Replaces '0' to '_' as a camera does, in an order that the seed tells.
class Scrambler {
 public:
  explicit Scrambler(unsigned seed) {
    for (char c = '0'; c <= '_'; ++c) replaced_ += c;
    std::shuffle(replaced_.begin(), replaced_.end(), std::mt19937(seed));
  }
  [[nodiscard]] std::string operator()(std::string text) const {
    for (char& c : text) {
      if (c >= '0' && c <= '_') c = replaced_[static_cast<std::size_t>(c - '0')];
    }
    return text;
  }

 private:
  std::string replaced_;
};

std::string text_at(unsigned second, const char* place) {
  std::array<char, 32> clock{};
  std::snprintf(clock.data(), clock.size(), "2026/03/29 00:%02u:%02u ", 30 + second / 60,
                second % 60);
  return clock.data() + std::string(place) + " 19.0 km/h x:-0.02 A:212.5 H:173.0";
}

// A track of one record a sample; those of `skipped` are left out.
std::string clip_of(unsigned seconds, const char* place, const std::vector<unsigned>& skipped = {},
                    char kind = '\x14') {
  const Scrambler scramble(7);
  TrackSpec track;
  track.entry = box("ssmd", zeros(8));
  for (unsigned second = 0; second < seconds; ++second) {
    if (std::count(skipped.begin(), skipped.end(), second) > 0) continue;
    std::string record = "####" + le(4, 0) + scramble(text_at(second, place));
    record.resize(132);
    track.samples.push_back("LIGOGPSINFO" + zeros(4) + kind + le(4, 3) + record);
  }
  return movie({track});
}

TEST(LigoCipher, AllRecordsAreToldOnceTheSecondsWentRound) {
  const Found found = found_in(clip_of(60, "N:53.430208 W:-1.3567708", {3, 14, 15}));
  const auto places = positions_of(found, "LigoGPS");
  ASSERT_EQ(places.size(), 57U);
  EXPECT_NEAR(places[0].latitude_deg, 53.430208, 1e-9);
  EXPECT_NEAR(places[0].longitude_deg, -1.3567708, 1e-9);
  EXPECT_EQ(places[0].time, "2026/03/29 00:30:00");
  EXPECT_EQ(places[56].time, "2026/03/29 00:30:59");
  EXPECT_EQ(places[0].speed_kmh, 19);
  EXPECT_EQ(places[1].media_us, 1'000'000);
  EXPECT_FALSE(places[0].heading_deg) << "its letter is not known";
}

TEST(LigoCipher, SouthIsToldByItsSign) {
  const auto places = positions_of(found_in(clip_of(30, "S:-33.9 E:18.4")), "LigoGPS");
  ASSERT_EQ(places.size(), 30U);
  EXPECT_EQ(places[0].latitude_deg, -33.9);
  EXPECT_EQ(places[0].longitude_deg, 18.4);
}

TEST(LigoCipher, WithoutSignsTheHemispheresAreNotKnown) {
  const Found found = found_in(clip_of(30, "N:53.430208 W:1.3567708"));
  EXPECT_TRUE(found.tracks().empty());
  ASSERT_FALSE(times_of(found, "LigoGPS").empty());
  EXPECT_EQ(times_of(found, "LigoGPS")[0].value, "2026/03/29 00:30:00");
  EXPECT_EQ(times_of(found, "LigoGPS:no_hemisphere")[0].value.substr(0, 44),
            "2026/03/29 00:30:00 ?:53.430208 ?:1.3567708 ");
}

TEST(LigoCipher, TooFewRecordsOrASecondsThatDoNotGoRoundTellNothing) {
  for (const unsigned seconds : {1U, 9U, 10U}) {
    const Found found = found_in(clip_of(seconds, "N:53.4 W:-1.3"));
    EXPECT_TRUE(times_of(found, "LigoGPS").empty()) << seconds;
    EXPECT_TRUE(found.tracks().empty()) << seconds;
  }
  const std::string same = Scrambler(7)(text_at(4, "N:53.4 W:-1.3"));
  EXPECT_FALSE(LigoCipher::learn(std::vector<std::string_view>(30, same)));
  EXPECT_FALSE(LigoCipher::learn(std::vector<std::string_view>(30, "no such text")));
}

TEST(LigoCipher, EveryOrderOfCharactersIsLearnt) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const Scrambler scramble(seed);
    std::vector<std::string> texts;
    for (unsigned second = 0; second < 12; ++second) {
      texts.push_back(scramble(text_at(second, "N:53.430208 W:-1.3567708")));
    }
    const auto cipher = LigoCipher::learn({texts.begin(), texts.end()});
    ASSERT_TRUE(cipher) << seed;
    EXPECT_EQ(cipher->plain(texts[5]).substr(0, 46),
              "2026/03/29 00:30:05 N:53.430208 W:-1.3567708 1")
        << seed;
  }
}

}  // namespace
}  // namespace hansom::ingest
