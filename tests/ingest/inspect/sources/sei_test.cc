// Supplemental enhancement information: time codes, signed and precision times, Tesla's positions.
#include <gtest/gtest.h>

#include "ingest/inspect/inspector/sources/sei.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using namespace hansom::test;

ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Bits put together: {value, count} each, filled up with a stop bit and zeros.
std::string bits(std::initializer_list<std::pair<std::uint64_t, unsigned>> parts) {
  std::string text;
  for (const auto& [value, count] : parts) {
    for (unsigned i = count; i-- > 0;) text += ((value >> i) & 1U) != 0 ? '1' : '0';
  }
  text += '1';
  while (text.size() % 8 != 0) text += '0';
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 8) {
    out += static_cast<char>(std::stoi(text.substr(i, 8), nullptr, 2));
  }
  return out;
}
// {value, count} of an Exp-Golomb code.
std::pair<std::uint64_t, unsigned> ue(std::uint64_t value) {
  unsigned length = 0;
  while ((value + 1) >> (length + 1) != 0) ++length;
  return {value + 1, 2 * length + 1};
}

// A parameter set of 320 by 240 with HRD delays of 10 and 12 bits and picture structure.
std::string parameters() {
  return "\x67" + bits({{66, 8},      {0, 8},   {30, 8},          ue(0),  ue(0),   ue(2),
                        ue(1),        {0, 1},   ue(19),           ue(14), {1, 1},  {0, 1},
                        {0, 1},       {1, 1},  // VUI
                        {1, 1},       {255, 8}, {0x00010001, 32}, {0, 1}, {1, 1},  {5, 3},
                        {0, 1},       {1, 1},   {0x010101, 24},   {0, 1}, {1, 1},  {1000, 32},
                        {50'000, 32}, {1, 1},   {1, 1},           ue(0),  {0, 8},  ue(9),
                        ue(9),        {0, 1},   {23, 5},          {9, 5}, {11, 5}, {24, 5},
                        {0, 1},       {0, 1},   {1, 1},           {0, 1}});
}
std::string clock_bits(unsigned hours) {
  return bits({{5, 10},
               {7, 12},
               {0, 4},
               {1, 1},
               {0, 2},
               {0, 1},
               {4, 5},
               {1, 1},
               {0, 2},
               {12, 8},
               {58, 6},
               {59, 6},
               {hours, 5},
               {0, 24}});
}
std::string message(unsigned type, const std::string& payload) {
  std::string out;
  for (; type >= 255; type -= 255) out += '\xff';
  out += be(1, type);
  std::size_t size = payload.size();
  for (; size >= 255; size -= 255) out += '\xff';
  return out + be(1, size) + payload;
}
std::string escaped(const std::string& payload) {
  std::string out;
  std::size_t zeros_before = 0;
  for (const char c : payload) {
    if (zeros_before >= 2 && static_cast<std::uint8_t>(c) <= 3) {
      out += '\3';
      zeros_before = 0;
    }
    zeros_before = c == 0 ? zeros_before + 1 : 0;
    out += c;
  }
  return out;
}
std::string h264_sei(const std::string& messages) {
  return "\x06" + escaped(messages) + "\x80";
}
const std::string kStart("\0\0\0\1", 4);
const std::string kSlice = "\x65" + std::string(40, '\x55');

Found read_h264(const std::string& packet, const std::string& configuration = "") {
  Found found;
  SeiReader reader(NalCodec::kH264, bytes_of(configuration));
  reader.read(bytes_of(packet), {{1000, 40'000, 2}, true}, found);
  return found;
}

TEST(Sei, PictureTimingIsReadByItsParameterSet) {
  const std::string sei = h264_sei(message(1, clock_bits(10)));
  const std::string packet = kStart + parameters() + kStart + sei + kStart + kSlice;
  const auto times = times_of(read_h264(packet), "h264:pic_timing");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "10:59:58:12");
  EXPECT_FALSE(times[0].unix_us);
  EXPECT_EQ(times[0].media_us, 40'000);
  EXPECT_EQ(times[0].stream, 2);
  EXPECT_EQ(times[0].offset, 1000 + packet.find(sei));
  // The set may stand in the configuration, in either form; without it the message cannot be read.
  const std::string avcc =
      be(1, 1) + be(5, 0x42001effe1) + be(2, parameters().size()) + parameters() + zeros(1);
  const std::string lengths = be(4, sei.size()) + sei + be(4, kSlice.size()) + kSlice;
  EXPECT_EQ(times_of(read_h264(lengths, avcc), "h264:pic_timing").size(), 1U);
  EXPECT_EQ(times_of(read_h264(kStart + sei, kStart + parameters()), "h264:pic_timing").size(), 1U);
  EXPECT_TRUE(read_h264(kStart + sei).times().empty());
}

TEST(Sei, NothingBehindASliceIsLookedAt) {
  const std::string sei = h264_sei(message(1, clock_bits(10)));
  EXPECT_TRUE(read_h264(kStart + parameters() + kStart + kSlice + kStart + sei).times().empty());
  EXPECT_TRUE(read_h264(kStart + parameters() + kStart + h264_sei(message(1, clock_bits(24))))
                  .times()
                  .empty())
      << "there is no such hour";
}

TEST(Sei, H265HasTimeCodes) {
  const std::string code = bits({{1, 2},
                                 {1, 1},
                                 {0, 1},
                                 {4, 5},
                                 {0, 1},
                                 {0, 2},
                                 {12, 9},
                                 {1, 1},
                                 {58, 6},
                                 {1, 1},
                                 {59, 6},
                                 {1, 1},
                                 {10, 5},
                                 {0, 5}});
  const std::string sei = "\x4e\x01" + escaped(message(136, code)) + "\x80";
  Found found;
  SeiReader reader(NalCodec::kHevc, {});
  const std::string packet = kStart + sei + kStart + "\x26\x01" + zeros(40);
  reader.read(bytes_of(packet), {{7, 0, 0}, false}, found);
  const auto times = times_of(found, "hevc:time_code");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "10:59:58:12");
  EXPECT_EQ(times[0].offset, 7U) << "the packet's, where it lies in pieces";
  const std::string hvcc = be(1, 1) + zeros(20) + be(1, 0xff) + zeros(1);
  Found again;
  SeiReader by_length(NalCodec::kHevc, bytes_of(hvcc));
  by_length.read(bytes_of(be(4, sei.size()) + sei), {}, again);
  EXPECT_EQ(times_of(again, "hevc:time_code").size(), 1U);
}

std::string user_data(const std::string& uuid, const std::string& rest) {
  return kStart + h264_sei(message(5, uuid + rest)) + kStart + kSlice;
}

TEST(Sei, SignersOfPicturesTellTheirTimes) {
  const std::string axis = "\xb0\x02" + be(2, 3) + "key" + "\x01" + be(1, 19) + be(1, 2) +
                           zeros(9) + be(1, 1) + be(8, 1'774'745'999'500'000);
  const auto signed_at = times_of(read_h264(user_data("Signed Video...0", axis)), "axis:signed");
  ASSERT_EQ(signed_at.size(), 1U);
  EXPECT_EQ(signed_at[0].value, "1774745999500000");
  EXPECT_EQ(signed_at[0].unix_us, 1'774'745'999'500'000);
  const std::string without = "\xb0\x01" + be(1, 11) + be(1, 2) + zeros(10);
  EXPECT_TRUE(read_h264(user_data("Signed Video...0", without)).times().empty());

  const std::uint64_t start = 116'444'736'000'000'000 + 17'747'459'995'000'000;
  const std::string uuid("\x00\x5b\xc9\x3f\x2d\x71\x5e\x95\xad\xa4\x79\x6f\x90\x87\x7a\x6f", 16);
  const std::string onvif = zeros(1) + "\x04" + be(2, 2) + "xy" + "\x01" + be(2, 25) + be(1, 2) +
                            zeros(4) + be(8, start) + be(8, start + 20'000'000) + zeros(4);
  const Found found = read_h264(user_data(uuid, onvif));
  EXPECT_EQ(times_of(found, "onvif:signed")[0].unix_us, 1'774'745'999'500'000);
  EXPECT_EQ(times_of(found, "onvif:signed:end")[0].unix_us, 1'774'746'001'500'000);
}

TEST(Sei, PrecisionTimeStampsAreRead) {
  const auto interleaved = [](std::uint64_t value) {
    return be(1, 0x1f) + be(2, value >> 48) + "\xff" + be(2, value >> 32) + "\xff" +
           be(2, value >> 16) + "\xff" + be(2, value);
  };
  const auto times = times_of(
      read_h264(user_data("MISPmicrosectime", interleaved(1'774'745'999'500'000))), "misp");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].unix_us, 1'774'745'999'500'000);
  const std::string nano = "\xcf\x84\x82\x78\xee\x23\x30\x6c\x92\x65\xe8\xfe\xf2\x2f\xb8\xb8";
  const auto fine =
      times_of(read_h264(user_data(nano, interleaved(1'774'745'999'500'000'999))), "misp");
  ASSERT_EQ(fine.size(), 1U);
  EXPECT_EQ(fine[0].value, "1774745999500000999");
  EXPECT_EQ(fine[0].unix_us, 1'774'745'999'500'000);
  EXPECT_TRUE(read_h264(user_data("MISPmicrosectime", zeros(12))).times().empty());
}

TEST(Sei, TeslaTellsPositions) {
  const auto buffer = [](double latitude) {
    return std::string("BBBi") + "\x08\x01" + "\x18\xac\x02" + "\x25" + le_float(10) + "\x59" +
           le_double(latitude) + "\x61" + le_double(latitude == 0 ? 0 : -1.3568) + "\x69" +
           le_double(212.5);
  };
  const auto places =
      positions_of(read_h264(kStart + h264_sei(message(5, buffer(53.4302)))), "tesla");
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].latitude_deg, 53.4302);
  EXPECT_EQ(places[0].longitude_deg, -1.3568);
  EXPECT_EQ(places[0].heading_deg, 212.5);
  EXPECT_EQ(places[0].speed_kmh, 36);
  EXPECT_TRUE(read_h264(kStart + h264_sei(message(5, buffer(0)))).tracks().empty()) << "no fix";
}

TEST(Sei, TextsOfOthersAreSearchedForDates) {
  const std::string uuid(16, 'u');
  const auto times = times_of(read_h264(user_data(uuid, "CAM1 2026-03-29 00:59:59 53N")), "sei");
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].value, "2026-03-29 00:59:59");
}

TEST(Sei, CutMessagesTellNothingWrong) {
  const std::string whole =
      kStart + parameters() + kStart + h264_sei(message(1, clock_bits(10))) + kStart + kSlice;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Found found = read_h264(whole.substr(0, size));
    for (const auto& group : found.times()) {
      EXPECT_EQ(group.items[0].value, "10:59:58:12") << size;
    }
  }
  EXPECT_TRUE(read_h264(kStart + "\x06" + std::string(100'000, '\xff')).times().empty());
  EXPECT_TRUE(
      read_h264(be(4, 0xffffffff) + "\x06\x05", be(1, 1) + std::string(6, '\xff')).times().empty());
}

std::vector<std::string> units_of(const std::string& packet, std::size_t length_bytes) {
  std::vector<std::string> out;
  NalUnits units(bytes_of(packet), length_bytes);
  while (const auto nal = units.next()) out.emplace_back(nal->begin(), nal->end());
  return out;
}

TEST(NalUnits, AreFoundByLengthAndByStartCode) {
  const std::vector<std::string> expected{"ab", "c"};
  EXPECT_EQ(units_of(be(4, 2) + "ab" + be(4, 0) + be(4, 2) + "c" + zeros(1), 4), expected);
  EXPECT_EQ(units_of(be(2, 2) + "ab" + be(2, 9) + "c", 2), expected) << "it ends with the packet";
  EXPECT_EQ(units_of(be(4, 1) + "ab" + zeros(3) + be(4, 1) + be(3, 1) + "c", 0), expected);
  EXPECT_TRUE(units_of("ab", 0).empty());
  EXPECT_TRUE(units_of("", 4).empty());
  const std::string packet = be(3, 1) + "a" + be(3, 1);
  NalUnits units(bytes_of(packet), 0);
  EXPECT_EQ(units.byte_ahead(), 'a');
  EXPECT_TRUE(units.next());
  EXPECT_FALSE(units.byte_ahead()) << "nothing follows the last start code";
  EXPECT_FALSE(NalUnits(bytes_of(packet), 2).byte_ahead());
}

}  // namespace
}  // namespace hansom::ingest
