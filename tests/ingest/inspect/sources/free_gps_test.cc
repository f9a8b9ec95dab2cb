// Novatek's blocks in their layouts, plain and masked, and LigoGPS.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

// A block of `size` bytes with `parts` written into it: each at a place.
using Parts = std::vector<std::pair<std::size_t, std::string>>;
std::string block(std::size_t size, const Parts& parts) {
  std::string out = be(4, size) + "freeGPS " + zeros(size - 12);
  for (const auto& [at, bytes] : parts) out.replace(at, bytes.size(), bytes);
  return out;
}
std::string clock_of(unsigned hour, unsigned minute, unsigned second) {
  return le(4, hour) + le(4, minute) + le(4, second);
}
std::string masked(std::string text, std::uint8_t mask) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [mask](char c) { return static_cast<char>(static_cast<std::uint8_t>(c) ^ mask); });
  return text;
}

// Rotherham by its own clock, as degrees and minutes in one number.
constexpr double kLatitude = 5325.8125;
constexpr double kLongitude = 121.40625;
void expect_rotherham(const std::vector<FoundPosition>& places, const std::string& what) {
  ASSERT_EQ(places.size(), 1U) << what;
  EXPECT_NEAR(places[0].latitude_deg, 53.430208, 1e-6) << what;
  EXPECT_NEAR(places[0].longitude_deg, -1.3567708, 1e-6) << what;
  EXPECT_EQ(places[0].time, "2026-03-29 00:59:59") << what;
  EXPECT_FALSE(places[0].unix_us) << what << ": it is the camera's own zone";
  EXPECT_EQ(places[0].offset, 8U) << what;
}
std::string floats() {
  return le_float(kLatitude) + le_float(kLongitude) + le_float(10) + le_float(84.5F);
}

TEST(FreeGps, EveryPlainLayoutIsRead) {
  const std::string date = le(4, 26) + le(4, 3) + le(4, 29);
  const std::string clock = clock_of(0, 59, 59);
  const auto wide = [](double value, char letter) {
    return le_double(value) + std::string(1, letter) + zeros(7);
  };
  const std::vector<std::pair<std::string, Parts>> layouts{
      {"Viofo A119 V3", {{0x10, clock + date + "ANW" + zeros(1) + floats()}}},
      {"Viofo A119S", {{0x30, clock + date + "ANW" + zeros(1) + floats()}}},
      {"Vantrue N4",
       {{0x10, clock + "A" + zeros(3) + wide(kLatitude, 'N') + wide(kLongitude, 'W') +
                   le_double(10) + le_double(84.5) + date}}},
      {"2B",
       {{0x30, clock + "A" + zeros(3) + wide(kLatitude, 'N') + wide(kLongitude, 'W') +
                   le_double(10) + le_double(84.5) + date}}},
      {"Akaso",
       {{0x30, clock + "A" + zeros(3) + le_float(kLatitude) + "N" + zeros(3) +
                   le_float(kLongitude) + "W" + zeros(3) + le_float(10) + le_float(84.5F) + date}}},
      {"Vantrue S1",
       {{0x40, "ANW" + zeros(1) + date + clock + zeros(0)},
        {0x5c, le_float(kLongitude) + le_float(kLatitude) + le_float(10) + le_float(84.5F)}}},
  };
  for (const auto& [name, parts] : layouts) {
    const auto places =
        positions_of(found_in(zeros(0) + box("mdat", block(0x100, parts))), "freeGPS");
    expect_rotherham(places, name);
    EXPECT_NEAR(*places[0].speed_kmh, 18.52, 1e-9) << name;
    EXPECT_EQ(places[0].heading_deg, 84.5) << name;
    EXPECT_EQ(places[0].value, "5325.8125 N 121.40625 W 10 84.5 year 26") << name;
  }
}

TEST(FreeGps, AWholeYearAndWholeNumbersAreReadAsTheyStand) {
  const std::string date = le(4, 2026) + le(4, 3) + le(4, 29);
  const auto kenwood = positions_of(
      found_in(box(
          "mdat", block(0x80, {{0x10, clock_of(0, 59, 59) + date + "ANW" + zeros(1) + floats()}}))),
      "freeGPS");
  expect_rotherham(kenwood, "Kenwood");
  EXPECT_EQ(kenwood[0].value, "5325.8125 N 121.40625 W 10 84.5");
  const auto iqs = positions_of(
      found_in(
          box("mdat", block(0x80, {{0x10, "IQS_A7"},
                                   {0x30, clock_of(0, 59, 59) + le(4, 26) + le(4, 3) + le(4, 29) +
                                              "ANW" + zeros(1) + le(4, 534'302'083) +
                                              le(4, 13'567'708) + le(4, 1000)}}))),
      "freeGPS");
  expect_rotherham(iqs, "IQS");
  EXPECT_NEAR(*iqs[0].speed_kmh, 36, 1e-3);
}

TEST(FreeGps, WithoutAFixOrWithAPlaceNobodyCanReadThereIsATime) {
  const std::string date = le(4, 26) + le(4, 3) + le(4, 29);
  const Found cold =
      found_in(box("mdat", block(0x80, {{0x10, clock_of(0, 59, 59) + date + "V00"}})));
  EXPECT_TRUE(cold.tracks().empty());
  EXPECT_EQ(times_of(cold, "void:freeGPS")[0].value, "2026-03-29 00:59:59");
  const Found scrambled = found_in(
      box("mdat", block(0x80, {{0x30, clock_of(0, 59, 59) + date + "ANW" + zeros(5) +
                                          le_double(3e8) + le_double(5e3) + le_float(1)}})));
  EXPECT_TRUE(scrambled.tracks().empty());
  EXPECT_EQ(times_of(scrambled, "freeGPS")[0].value, "2026-03-29 00:59:59");
}

TEST(FreeGps, MaskedDigitsAreRead) {
  const std::string text = zeros(2) + "XKZD" + "\xfe\xfe" + "20260329005959" + "\x0c" +
                           std::string(14, '5') + "\x03" + "N53258125W001214063" + "00000007";
  const auto places =
      positions_of(found_in(box("mdat", block(0x100, {{18, masked(text, 0xaa)}}))), "freeGPS");
  expect_rotherham(places, "masked");
  EXPECT_EQ(places[0].value, "N53258125W001214063");
}

TEST(FreeGps, SentencesAreReadPlainAndShifted) {
  const std::string sentence =
      "$GPRMC,005959,A,5325.8125,N,00121.40625,W,10.0,084.5,290326,,,A\r\n";
  std::string shifted = sentence;
  for (char& c : shifted) c = static_cast<char>(c + 16);
  for (const std::string& bytes : {sentence, shifted}) {
    const std::string one = block(0x100, {{60, bytes}});
    const auto places = positions_of(found_in(box("mdat", one + one)), "nmea:RMC");
    ASSERT_EQ(places.size(), 2U);
    EXPECT_EQ(places[0].unix_us, utc_us("2026-03-29T00:59:59Z"));
    EXPECT_EQ(places[1].offset, 8U + 0x100 + 60);
  }
}

TEST(FreeGps, ARingBufferTellsWhatIsNew) {
  const auto record = [](unsigned second) {
    std::string plain = zeros(13) + be(1, 23) + be(1, 59) + be(1, second) + le(4, 534'302'083) +
                        zeros(1) + "ATC" + le(4, static_cast<std::uint32_t>(-13'567'708)) +
                        zeros(1) + "001" + le(4, 1000) + le(2, static_cast<std::uint16_t>(-9000)) +
                        zeros(2) + le(4, 51'000) + le(2, 2026) + be(1, 3) + be(1, 29) + zeros(4);
    plain[13] = static_cast<char>(255);  // an hour before midnight of the same day: 0
    const std::string first = plain.substr(0, 0x15);
    return masked(first, 0x5a) + plain.substr(0x15, 3) + masked(plain.substr(0x18, 4), 0x5a) +
           masked(plain.substr(0x1c, 1), 0x33) + plain.substr(0x1d, 3) +
           masked(plain.substr(0x20, 0x13), 0x33) + plain.substr(0x33);
  };
  const std::string before = block(0x140, {{0x30, record(57)}, {0x30 + 52, record(58)}});
  const std::string after = block(0x140, {{0x30, record(59)}, {0x30 + 52, record(58)}});
  const auto places = positions_of(found_in(box("mdat", before + after)), "freeGPS");
  ASSERT_EQ(places.size(), 3U);
  EXPECT_EQ(places[0].time, "2026-03-29 00:59:57");
  EXPECT_EQ(places[2].time, "2026-03-29 00:59:59");
  EXPECT_NEAR(places[2].longitude_deg, -1.3567708, 1e-9);
  EXPECT_EQ(places[2].heading_deg, 270);
  EXPECT_EQ(places[2].altitude_m, 51);
}

TEST(FreeGps, BigEndianAndTimelessRecordsAreRead) {
  const std::string record = be(2, 1000) + be(2, 8450) + be(2, 2026) + be(1, 3) + be(1, 29) +
                             be(1, 0) + be(1, 59) + be(2, 595) + be(1, 2) + be(4, 534'302'083) +
                             be(4, static_cast<std::uint32_t>(-13'567'708));
  const auto big = positions_of(
      found_in(box("mdat", block(0x100, {{0x32, record}, {0x52, record}}))), "freeGPS");
  ASSERT_EQ(big.size(), 2U);
  EXPECT_EQ(big[1].time, "2026-03-29 00:59:59.5");
  EXPECT_NEAR(big[1].longitude_deg, -1.3567708, 1e-9);
  const std::string bare = "ANW" + zeros(1) + floats() + zeros(12);
  const auto timeless =
      positions_of(found_in(box("mdat", block(0x60, {{0x10, bare + bare}}))), "freeGPS");
  ASSERT_EQ(timeless.size(), 2U);
  EXPECT_EQ(timeless[1].time, "");
  EXPECT_EQ(timeless[1].offset, 8U + 0x10 + 32);
}

TEST(FreeGps, BlocksThatAreCutOrFullOfNonsenseTellNothing) {
  const std::string whole = block(0x60, {{0x30, clock_of(0, 59, 59) + le(4, 26) + le(4, 3) +
                                                    le(4, 29) + "ANW" + zeros(1) + floats()}});
  for (std::size_t size = 0; size < 0x5c; ++size) {
    EXPECT_TRUE(found_in(whole.substr(0, size)).tracks().empty()) << size;
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const Found found = found_in("freeGPS " + std::string(300, static_cast<char>(byte)));
    EXPECT_TRUE(found.tracks().empty() && found.times().empty()) << byte;
  }
}

std::string ligo_record(const std::string& text) {
  // Every character as it is: groups of four behind a byte that lacks nothing.
  std::string packed;
  std::string padded = zeros(4) + text;
  while (padded.size() % 4 != 0) padded += '\0';
  for (std::size_t i = 0; i < padded.size(); i += 4)
    packed += "\xc0" + masked(padded.substr(i, 4), 0x20);
  std::string out = "####" + le(4, packed.size()) + packed;
  out.resize(132);
  return out;
}
const std::string kLigo =
    "2026/03/29 00:59:59 N:53.430208 W:001.3567708 19.0 km/h x:0.0 A:212.5 H:173.0";

TEST(LigoGps, RecordsOfKnownKindsArePositions) {
  const std::string head = "LIGOGPSINFO" + zeros(4) + "\x14" + le(4, 3);
  const std::string clip = "abcdefgh" + head + ligo_record(kLigo) + zeros(132) + ligo_record(kLigo);
  const auto places = positions_of(found_in(clip), "LigoGPS");
  ASSERT_EQ(places.size(), 2U);
  EXPECT_NEAR(places[1].longitude_deg, -1.3567708, 1e-9);
  EXPECT_EQ(places[0].time, "2026/03/29 00:59:59");
  EXPECT_EQ(places[0].speed_kmh, 19);
  EXPECT_EQ(places[0].heading_deg, 212.5);
  EXPECT_EQ(places[0].altitude_m, 173);
  EXPECT_EQ(places[0].value, kLigo);
  EXPECT_EQ(places[1].offset, 8U + 20 + 264);
}

TEST(LigoGps, OfOtherKindsOnlyTheTimeIsBelieved) {
  TrackSpec track;
  track.entry = box("ssmd", zeros(8));
  track.samples = {"SKIPLIGOGPSINFO" + zeros(4) + "\x05" + le(4, 3) + ligo_record(kLigo)};
  const Found found = found_in(movie({track}));
  EXPECT_TRUE(found.tracks().empty());
  const auto times = times_of(found, "LigoGPS");
  ASSERT_EQ(times.size(), 1U) << "told by its track, and not once more by the clip";
  EXPECT_EQ(times[0].value, "2026/03/29 00:59:59");
  EXPECT_EQ(times[0].media_us, 0);
  EXPECT_EQ(times_of(found, "LigoGPS:mixed")[0].value, kLigo);
}

TEST(LigoGps, BitsThatAGroupLacksStandBeforeIt) {
  // "2026/03/29 00:59:59 N:1.5 E:2.5 1 km/h" with groups of every kind.
  const auto lacking = [](std::string four, std::uint8_t kind) {
    struct Missing {
      int space;
      std::uint8_t bits[4];
    };
    const Missing missing[] = {{0, {0, 1, 6, 0x18}},
                               {1, {3, 0, 4, 0x18}},
                               {2, {3, 0xc, 0, 0x10}},
                               {3, {1, 6, 0x18, 0}},
                               {4, {1, 2, 0xc, 0x30}}};
    const Missing& group = missing[kind];
    auto head = static_cast<std::uint8_t>((kind + 2) << 5);
    std::string out;
    for (int i = 0; i < 4; ++i) {
      if (i == group.space) continue;
      const auto plain = static_cast<std::uint8_t>(
          static_cast<std::uint8_t>(four[static_cast<std::size_t>(i)]) ^ 0x20);
      const bool last_of_four = i == 3 && group.space == 4;
      const auto set = static_cast<std::uint8_t>(
          (last_of_four ? static_cast<std::uint8_t>(four[3]) : plain) & group.bits[i]);
      head = static_cast<std::uint8_t>(head | set);
      out += static_cast<char>(plain & ~(last_of_four ? 0 : group.bits[i]));
    }
    return static_cast<char>(head) + out;
  };
  std::string packed;
  for (const auto& [four, kind] :
       std::vector<std::pair<std::string, std::uint8_t>>{{std::string(4, '\0'), 4},
                                                         {"2026", 4},
                                                         {"/03/", 4},
                                                         {"29 0", 2},
                                                         {"0:59", 4},
                                                         {":59 ", 3},
                                                         {"N:1.", 4},
                                                         {"5 E:", 1},
                                                         {"2.50", 4},
                                                         {" 1.0", 0}}) {
    packed += lacking(four, kind);
  }
  const std::string clip = "LIGOGPSINFO" + zeros(4) + "\x01" + le(4, 1) + "####" +
                           le(4, packed.size()) + packed + zeros(9);
  const auto places = positions_of(found_in(clip), "LigoGPS");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].value, "2026/03/29 00:59:59 N:1.5 E:2.50 1.0");
  EXPECT_EQ(places[0].longitude_deg, 2.5);
}

TEST(LigoGps, PlainRecordsAndJsonAreRead) {
  std::string plain = kLigo;
  plain.resize(128);
  const std::string counted = "LIGOGPSINFO" + std::string(5, ' ') + be(4, 2) + be(4, 1) + plain +
                              be(4, 2) + plain + be(4, 3) + plain;
  EXPECT_EQ(positions_of(found_in(counted), "LigoGPS").size(), 2U) << "as many as are counted";
  const auto json = [](const char* status) {
    return std::string(
               "LIGOGPSINFO {\"Hour\": \"00\", \"Minute\": \"59\", \"Second\": \"59\", \"Year\": "
               "\"2026\", "
               "\"Month\": \"03\", \"Day\": \"29\", \"status\": \"") +
           status +
           "\", \"NS\": \"N\", \"EW\": \"W\", \"Latitude\": \"53.430208\", \"Longitude\": "
           "\"1.3567708\", \"Speed\": 10.0}";
  };
  const Found found = found_in(json("A") + zeros(9) + json("V") + "LIGOGPSINFO {\"Hour\"");
  const auto places = positions_of(found, "LigoGPS");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].value, "53.430208 N 1.3567708 W");
  EXPECT_NEAR(places[0].longitude_deg, -1.3567708, 1e-9);
  EXPECT_EQ(times_of(found, "void:LigoGPS")[0].value, "2026-03-29 00:59:59");
}

TEST(Sigmastar, RecordsTellFixesAndTheCamerasClock) {
  const auto record = [](double place, unsigned month) {
    return le_double(place) + le_double(place) + le(4, 51) + le(2, 7) + be(1, 126) + be(1, month) +
           be(1, 29) + be(1, 0) + be(1, 59) + be(1, 59) + zeros(12);
  };
  TrackSpec track;
  track.entry = box("ssmd", zeros(8));
  track.samples = {record(40, 3), record(4'294'967'295.0, 2), record(40, 13), record(40, 3) + "x"};
  const Found found = found_in(movie({track}));
  const auto places = positions_of(found, "gps:ssmd");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].time, "2026-03-29 00:59:59");
  EXPECT_EQ(places[0].value, "40 40 51 7 126 3 29");
  const auto times = times_of(found, "void:gps:ssmd");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "2026-03-29 00:59:59");
}

}  // namespace
}  // namespace hansom::ingest
