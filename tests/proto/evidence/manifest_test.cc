// The manifest's JSON: every member missing, of another type or out of its bounds is named in the
// error.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "proto/evidence/manifest.h"

namespace hansom::evidence {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kWhole = R"({
  "unit": "demo-1", "channel": 2, "clip_number": 17,
  "vehicle": {"registration": "AB12CDE", "vin": "WVWZZZ1JZXW000001"},
  "vehicle_licence": "PHV 1234", "driver_licence": "D5678",
  "start": "2026-03-01T10:00:00.250Z", "clock_state": "gnss", "duration_ms": 60000,
  "media_type": "video/mp4",
  "sealed_sha256": "0101010101010101010101010101010101010101010101010101010101010101", "sealed_bytes": 1000,
  "media_sha256": "0202020202020202020202020202020202020202020202020202020202020202", "media_bytes": 900,
  "purpose": {"kind": "event", "reference": "42"},
  "sound": {"present": true, "trigger": "driver"}})";

boost::json::object whole() {
  return boost::json::parse(kWhole).as_object();
}

// The message of the refusal; the token must be the one of an unreadable manifest.
std::string refusal(std::string_view json) {
  const auto manifest = parse_manifest(json);
  if (manifest) return "accepted";
  EXPECT_EQ(manifest.error().token, "manifest_unparsable");
  return manifest.error().message;
}
std::string refusal(const boost::json::object& json) {
  return refusal(boost::json::serialize(json));
}

TEST(Manifest, AWholeOneIsRead) {
  const auto manifest = parse_manifest(kWhole);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->unit(), "demo-1");
  EXPECT_EQ(manifest->channel(), 2U);
  EXPECT_EQ(manifest->clip_number(), 17U);
  EXPECT_EQ(manifest->vehicle().registration(), "AB12CDE");
  EXPECT_EQ(manifest->vehicle().vin(), "WVWZZZ1JZXW000001");
  EXPECT_EQ(manifest->vehicle_licence(), "PHV 1234");
  EXPECT_EQ(manifest->driver_licence(), "D5678");
  EXPECT_EQ(manifest->start_us(), 1772359200250000);
  EXPECT_EQ(manifest->clock_state(), CLOCK_STATE_GNSS);
  EXPECT_EQ(manifest->duration_ms(), 60000U);
  EXPECT_EQ(manifest->media_type(), "video/mp4");
  EXPECT_EQ(manifest->sealed_sha256(), std::string(32, 1));
  EXPECT_EQ(manifest->sealed_bytes(), 1000U);
  EXPECT_EQ(manifest->media_sha256(), std::string(32, 2));
  EXPECT_EQ(manifest->media_bytes(), 900U);
  EXPECT_EQ(manifest->purpose().kind(), Purpose::EVENT);
  EXPECT_EQ(manifest->purpose().reference(), "42");
  EXPECT_TRUE(manifest->sound().present());
  EXPECT_EQ(manifest->sound().trigger(), "driver");
}

TEST(Manifest, WhatIsWrittenReadsBackEqual) {
  auto json = whole();
  for (int round = 0; round < 2; ++round) {
    const auto manifest = parse_manifest(boost::json::serialize(json));
    ASSERT_TRUE(manifest);
    const auto again = parse_manifest(manifest_json(*manifest));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*manifest, *again));
    // Once more without what a unit may not know.
    json.erase("driver_licence");
    json["vehicle"].as_object().erase("vin");
    json["clock_state"] = "unset";
  }
}

TEST(Manifest, EveryMissingMemberIsNamed) {
  for (const auto& member : whole()) {
    const std::string name = member.key();
    auto json = whole();
    json.erase(name);
    if (name == "driver_licence") {
      EXPECT_EQ(refusal(json), "accepted");
    } else {
      EXPECT_EQ(refusal(json), "member " + name + ": is missing");
    }
  }
  for (const auto& [object, name] :
       std::vector<std::pair<std::string, std::string>>{{"vehicle", "registration"},
                                                        {"purpose", "kind"},
                                                        {"purpose", "reference"},
                                                        {"sound", "present"},
                                                        {"sound", "trigger"}}) {
    auto json = whole();
    json[object].as_object().erase(name);
    EXPECT_EQ(refusal(json),
              "member " + std::string(object).append(".").append(name) + ": is missing");
  }
}

TEST(Manifest, EveryMemberOfAnotherTypeIsNamed) {
  const std::vector<boost::json::value> others = {
      nullptr, true, -1, 1.5, "", boost::json::array{}, boost::json::object{}};
  for (const auto& member : whole()) {
    for (const auto& other : others) {
      auto json = whole();
      const std::string name = member.key();
      json[name] = other;
      if (name == "driver_licence" && other == "") continue;  // not known
      EXPECT_THAT(refusal(json), HasSubstr("member " + name)) << boost::json::serialize(other);
    }
  }
}

TEST(Manifest, OutOfBoundsIsNamed) {
  const std::string x65 = '"' + std::string(65, 'x') + '"';
  // Names and the JSON of values that they may not have.
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"unit", R"("Demo-1")"},
      {"unit", R"("-demo")"},
      {"unit", x65},
      {"channel", "256"},
      {"clip_number", "9007199254740992"},
      {"clip_number", "1e3"},
      {"vehicle_licence", x65},
      {"vehicle_licence", R"("   ")"},
      {"vehicle_licence", R"("A\nB")"},
      {"driver_licence", x65},
      {"start", R"("2026-03-01 10:00")"},
      {"start", R"("2026-03-01T10:00:00")"},
      {"clock_state", R"("GNSS")"},
      {"duration_ms", "86400001"},
      {"media_type", R"("video")"},
      {"media_type", R"("video/")"},
      {"media_type", R"("video/mp4; codecs=avc1")"},
      {"media_type", R"("Video/MP4")"},
      {"sealed_sha256", '"' + std::string(63, '0') + '"'},
      {"sealed_sha256", '"' + std::string(64, 'g') + '"'},
      {"sealed_bytes", "0"},
      {"sealed_bytes", "1099511627777"},
      {"media_sha256", '"' + std::string(66, '0') + '"'},
      {"media_bytes", "1099511627777"},
      {"vehicle", R"({"registration": "?!"})"},
      {"vehicle", R"({"registration": " - "})"},
      {"vehicle", R"({"registration": "AAAAAAAAAAAAAAAAA"})"},
      {"vehicle", R"({"registration": "AB12CDE", "vin": "WVWZZZ1JZXW00000O"})"},
      {"vehicle", R"({"registration": "AB12CDE", "vin": "short"})"},
      {"purpose", R"({"kind": "curiosity", "reference": "1"})"},
      {"purpose", R"({"kind": "event", "reference": ")" + std::string(129, '1') + "\"}"},
      {"sound", R"({"present": "yes", "trigger": "driver"})"},
      {"sound", R"({"present": true, "trigger": )" + x65 + "}"},
  };
  for (const auto& [name, value] : wrong) {
    auto json = whole();
    json[name] = boost::json::parse(value);
    EXPECT_THAT(refusal(json), HasSubstr("member " + name)) << value;
  }
}

TEST(Manifest, UnknownMembersAreIgnored) {
  auto json = whole();
  json["vendor"] = {{"firmware", "1.2"}, {"list", {1, 2, 3}}};
  json["vehicle"].as_object()["colour"] = "black";
  EXPECT_EQ(refusal(json), "accepted");
}

TEST(Manifest, AnythingElseIsNotAManifest) {
  const std::string text(kWhole);
  for (const std::string& json :
       {std::string(), std::string("null"), std::string("[]"), std::string("\"x\""),
        std::string("{"), text + "x", text.substr(0, text.size() - 1), std::string(10'000, '['),
        R"({"a":)" + text + R"(,"a":1})", std::string("\xff\xfe")}) {
    EXPECT_NE(refusal(json), "accepted") << json.substr(0, 100);
  }
}

TEST(Manifest, AMemberThatStandsTwiceIsRefused) {
  std::string text(kWhole);
  text.insert(1, R"("unit": "other",)");
  EXPECT_THAT(refusal(text), HasSubstr("duplicate"));
}

TEST(Manifest, MarksAndLicencesAreNormalised) {
  EXPECT_EQ(normalise_registration("ab12 cde"), "AB12CDE");
  EXPECT_EQ(normalise_registration(" AB-12-CDE "), "AB12CDE");
  EXPECT_EQ(normalise_registration(""), "");
  EXPECT_EQ(normalise_licence("  phv 12a "), "PHV 12A");
  EXPECT_EQ(normalise_licence("   "), "");
  auto json = whole();
  json["vehicle"] = {{"registration", "ab12 cde"}};
  json["vehicle_licence"] = " phv1 ";
  const auto manifest = parse_manifest(boost::json::serialize(json));
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->vehicle().registration(), "AB12CDE");
  EXPECT_EQ(manifest->vehicle_licence(), "PHV1");
}

}  // namespace
}  // namespace hansom::evidence
