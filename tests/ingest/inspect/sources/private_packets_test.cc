// Private packets of transport and program streams.
#include <gtest/gtest.h>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

constexpr std::size_t kPacketBytes = 188;

// A payload in packets of 188 bytes, the last one stuffed in its adaptation field.
std::string packets(unsigned pid, std::string payload) {
  std::string out;
  bool first = true;
  while (!payload.empty()) {
    const std::string head = "\x47" + be(2, pid | (first ? 0x4000U : 0U));
    const std::size_t room = kPacketBytes - 4;
    if (payload.size() >= room) {
      out += head + "\x10" + payload.substr(0, room);
      payload.erase(0, room);
    } else {
      const std::size_t stuffing = room - payload.size() - 1;
      out += head + "\x30" + be(1, stuffing);
      if (stuffing > 0) out += zeros(1) + std::string(stuffing - 1, '\xff');
      out += payload;
      payload.clear();
    }
    first = false;
  }
  return out;
}
std::string section(std::string_view inside) {
  return zeros(1) + zeros(1) + be(2, 0xb000 | (inside.size() + 9)) + zeros(5) +
         std::string(inside) + zeros(4);
}
std::string pes(unsigned id, std::string_view payload, std::int64_t pts = -1) {
  std::string head;
  if (id != 0xbf) {
    head = be(1, 0x80) + be(1, pts < 0 ? 0 : 0x80) + be(1, pts < 0 ? 0 : 5);
    if (pts >= 0) {
      const auto time = static_cast<std::uint64_t>(pts);
      head += be(1, 0x21 | ((time >> 30) & 7) << 1) + be(2, 1 | ((time >> 15) & 0x7fff) << 1) +
              be(2, 1 | (time & 0x7fff) << 1);
    }
  }
  return std::string("\0\0\1", 3) + be(1, id) + be(2, head.size() + payload.size()) + head +
         std::string(payload);
}
std::string tables() {
  const std::string map = be(2, 0x100) + be(2, 0xf000) + be(1, 0x1b) + be(2, 0x100) +
                          be(2, 0xf000) + be(1, 0x89) + be(2, 0x102) + be(2, 0xf000);
  return packets(0, section(be(2, 1) + be(2, 0x1000))) + packets(0x1000, section(map));
}
std::string novatek(unsigned second) {
  return le(4, 0) + le(4, 59) + le(4, second) + le(4, 26) + le(4, 3) + le(4, 29) + "ANW" +
         zeros(1) + le_float(5325.8125F) + le_float(121.40625F) + le_float(10) + le_float(84.5F) +
         zeros(200);
}
const std::string kSentence = "$GPRMC,005959,A,5325.8125,N,00121.40625,W,10.0,084.5,290326,,,A\r\n";

TEST(TransportStream, NovateksUndeclaredPacketsAreFound) {
  const std::string clip = tables() + packets(0x100, pes(0xe0, zeros(300), 900'000)) +
                           packets(0x300, pes(0xbf, novatek(58))) +
                           packets(0x300, pes(0xbf, novatek(59)));
  const auto places = positions_of(found_in(clip), "freeGPS");
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[1].time, "2026-03-29 00:59:59");
  EXPECT_NEAR(places[1].longitude_deg, -1.3567708, 1e-6);
  EXPECT_EQ(clip.substr(*places[0].offset + 24, 3), "ANW");
}

TEST(TransportStream, DeclaredPrivateStreamsHaveTimes) {
  const std::string text = std::string(400, '.') + kSentence + "2026:03:29 00:59:59";
  const std::string clip = tables() + packets(0x100, pes(0xe0, kSentence, 900'000)) +
                           packets(0x102, pes(0xe0, text, 990'000)) +
                           packets(0x100, pes(0xe0, zeros(9)));
  const Found found = found_in(clip);
  const auto places = positions_of(found, "nmea:RMC");
  ASSERT_EQ(places.size(), 1U) << "the picture's is not looked into";
  EXPECT_EQ(places[0].media_us, 1'000'000);
  EXPECT_EQ(clip.substr(*places[0].offset, 6), "$GPRMC");
  EXPECT_EQ(times_of(found, "private")[0].value, "2026:03:29 00:59:59");
  EXPECT_EQ(clip.substr(*times_of(found, "private")[0].offset, 4), "2026");
}

TEST(TransportStream, CutsAndDamageAreSteppedOver) {
  const std::string whole =
      tables() + packets(0x300, pes(0xbf, novatek(58))) + packets(0x300, pes(0xbf, novatek(59)));
  const std::string damaged =
      whole.substr(0, 4 * kPacketBytes) + "some bytes too many" + whole.substr(4 * kPacketBytes);
  EXPECT_EQ(positions_of(found_in(damaged), "freeGPS").size(), 2U);
  EXPECT_EQ(positions_of(found_in(whole.substr(0, whole.size() - 100)), "freeGPS").size(), 2U);
  // Packets of 192 bytes, each behind four of time.
  std::string timed;
  for (std::size_t at = 0; at < whole.size(); at += kPacketBytes)
    timed += be(4, at) + whole.substr(at, kPacketBytes);
  EXPECT_EQ(positions_of(found_in(timed), "freeGPS").size(), 2U);
}

TEST(ProgramStream, PrivateStreamsAreFound) {
  const std::string pack = std::string("\0\0\1\xba", 4) + "\x44" + zeros(8) + "\x02" + "\xff\xff";
  const std::string clip = pack + pes(0xe0, kSentence, 90'000) + pes(0xbd, kSentence, 180'000) +
                           pack + pes(0xbf, novatek(59)) + std::string("\0\0\1\xb9", 4);
  const Found found = found_in(clip);
  const auto places = positions_of(found, "nmea:RMC");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].media_us, 1'000'000);
  EXPECT_EQ(clip.substr(*places[0].offset, 6), "$GPRMC");
  EXPECT_EQ(positions_of(found, "freeGPS").size(), 1U);
  for (std::size_t size = 0; size < clip.size(); size += 7)
    static_cast<void>(found_in(clip.substr(0, size)));
}

}  // namespace
}  // namespace hansom::ingest
