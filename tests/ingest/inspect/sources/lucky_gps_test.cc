// Blocks with enciphered coordinates: the one of a camera that ExifTool shows, and others made by a
// scrambler here.
#include "ingest/inspect/inspector/sources/lucky_gps.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// RC4 once more, by the book, and base64.
std::string scrambled(const std::string& key, const std::string& text) {
  std::array<unsigned, 256> s{};
  std::iota(s.begin(), s.end(), 0U);
  for (unsigned i = 0, j = 0; i < 256; ++i) {
    j = (j + s[i] + static_cast<unsigned char>(key[i % key.size()])) % 256;
    std::swap(s[i], s[j]);
  }
  std::string bytes;
  for (std::size_t n = 0, i = 0, j = 0; n < text.size(); ++n) {
    i = (i + 1) % 256;
    j = (j + s[i]) % 256;
    std::swap(s[i], s[j]);
    bytes += static_cast<char>(static_cast<unsigned char>(text[n]) ^ s[(s[i] + s[j]) % 256]);
  }
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    unsigned three = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      three =
          three << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (unsigned i = 0; i < 4; ++i) {
      out += at + i > bytes.size() ? '=' : kAlphabet[three >> (18 - 6 * i) & 63U];
    }
  }
  return out;
}

std::string field(std::string text) {
  text.resize(20);
  return text;
}
std::string block(const std::string& latitude, const std::string& longitude) {
  return be(4, 0x4000) + "freeGPS " + le(4, 0x3f0) + le(4, 8) + le(4, 34) + le(4, 1) + le(4, 24) +
         le(4, 8) + le(4, 16) + "ANE" + zeros(1) + field(latitude) + field(longitude) +
         le_float(21.5F) + le_float(157.25F) + zeros(36);
}

TEST(LuckyGps, TheBlockOfACameraIsRead) {
  const std::string clip = block("gNiiZ8JTtHca6tw=", "htuiZMJSsXUX7No=");
  const auto fix = read_lucky(bytes_of(clip));
  ASSERT_TRUE(fix);
  EXPECT_EQ(fix->time, "2024-08-16 08:34:01");
  EXPECT_EQ(fix->latitude, 4342.726563);
  EXPECT_EQ(fix->longitude, 2041.674805);
  const auto places = positions_of(found_in(clip), "freeGPS");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_NEAR(places[0].latitude_deg, 43.71210938, 1e-7);
  EXPECT_NEAR(places[0].longitude_deg, 20.69458008, 1e-7);
  EXPECT_EQ(places[0].speed_kmh, 21.5 * 1.852);
  EXPECT_EQ(places[0].heading_deg, 157.25);
}

TEST(LuckyGps, EveryKeyIsTriedAndPlainNumbersToo) {
  for (const char* key : {"luckychip gps", "customer aa gps", "customer ss gps"}) {
    const auto fix =
        read_lucky(bytes_of(block(scrambled(key, "5325.812500"), scrambled(key, "00121.406250"))));
    ASSERT_TRUE(fix) << key;
    EXPECT_FALSE(fix->scrambled) << key;
    EXPECT_EQ(fix->latitude, 5325.8125) << key;
    EXPECT_EQ(fix->longitude, 121.40625) << key;
  }
  const auto plain = read_lucky(bytes_of(block("5325.812500", "121.406250")));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->latitude, 5325.8125);
}

TEST(LuckyGps, UnderAnotherKeyOnlyTheTimeIsTold) {
  const std::string clip =
      block(scrambled("another key", "5325.812500"), scrambled("another key", "00121.406250"));
  const auto fix = read_lucky(bytes_of(clip));
  ASSERT_TRUE(fix);
  EXPECT_TRUE(fix->scrambled);
  const Found found = found_in(clip);
  EXPECT_TRUE(found.tracks().empty());
  ASSERT_EQ(times_of(found, "freeGPS").size(), 1U);
  EXPECT_EQ(times_of(found, "freeGPS")[0].value, "2024-08-16 08:34:01");
}

TEST(LuckyGps, OtherBlocksAreNone) {
  const std::string whole = block("5325.812500", "121.406250");
  for (std::size_t size = 0; size < 0x5c; ++size) {
    EXPECT_FALSE(read_lucky(bytes_of(whole).first(size))) << size;
  }
  EXPECT_FALSE(read_lucky(bytes_of(block("short", "121.406250"))));
  EXPECT_FALSE(read_lucky(bytes_of(block(std::string(20, '\x01'), std::string(20, '\x01')))));
}

}  // namespace
}  // namespace hansom::ingest
