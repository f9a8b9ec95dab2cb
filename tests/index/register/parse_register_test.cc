// Register files in both forms: what they give, and what damaged ones say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/register/register.h"
#include "proto/base/sha256.h"

namespace hansom::registry {
namespace {

constexpr std::string_view kToml = R"(
# The fleet.
[[vehicle]]
unit = "unit-1"
registration = "ab12 cde"
vin = "WVWZZZ1JZXW000001"
vehicle_licence = " hc1234 "
operator_licence = "op9"
driver_licence = "b77"

[[vehicle]]
unit = "unit-2"
registration = "XY70-ZZZ"
)";
constexpr std::string_view kCsv =
    "unit,registration,vin,vehicle_licence,operator_licence,driver_licence\r\n"
    "unit-1,ab12 cde,WVWZZZ1JZXW000001, hc1234 ,op9,b77\r\n"
    "\r\n"
    "unit-2,\"XY70-ZZZ\",,,,\r\n";

TEST(ParseRegister, BothFormsSayTheSame) {
  const auto toml = parse_register(kToml, "fleet.toml");
  ASSERT_TRUE(toml.has_value()) << toml.error().message;
  const auto csv = parse_register(kCsv, "fleet.csv");
  ASSERT_TRUE(csv.has_value()) << csv.error().message;
  ASSERT_EQ(toml->links_size(), 2);
  ASSERT_EQ(csv->links_size(), 2);
  for (int n = 0; n < 2; ++n) {
    EXPECT_EQ(toml->links(n).SerializeAsString(), csv->links(n).SerializeAsString());
  }
  EXPECT_EQ(toml->links(0).registration(), "AB12CDE");
  EXPECT_EQ(toml->links(0).vehicle_licence(), "HC1234");
  EXPECT_EQ(toml->links(0).driver_licence(), "B77");
  EXPECT_EQ(toml->links(1).registration(), "XY70ZZZ");
  EXPECT_EQ(toml->links(1).vin(), "");
  EXPECT_EQ(toml->source_sha256(), to_text(sha256(kToml).span()));
}

TEST(ParseRegister, ColumnsMayStandInAnyOrderAndBeLeftOut) {
  const auto csv = parse_register("\xef\xbb\xbfregistration, unit\nAB1,u1\n", "f.csv");
  ASSERT_TRUE(csv.has_value()) << csv.error().message;
  EXPECT_EQ(csv->links(0).unit(), "u1");
  EXPECT_EQ(csv->links(0).registration(), "AB1");
}

TEST(ParseRegister, AnEmptyRegisterIsARegister) {
  EXPECT_EQ(parse_register("", "f.toml").value().links_size(), 0);
  EXPECT_EQ(parse_register("unit,registration\n", "f.csv").value().links_size(), 0);
}

struct Damage {
  std::string_view file;
  std::string_view text;
  std::string_view said;
};

TEST(ParseRegister, DamageIsNamedWithItsLine) {
  const std::vector<Damage> table = {
      {"f.toml", "[[vehicle]\n", "f.toml: line 1: column"},
      {"f.toml", "[[vehicle]]\nunit = \"u1\"\nunit = \"u2\"\n", "line 3"},
      {"f.toml", "[[vehicle]]\nunit = 7\n", "line 2: unit must be a text in quotes"},
      {"f.toml", "[[vehicle]]\nplate = \"x\"\n", "line 2: unknown key \"plate\"; known are unit"},
      {"f.toml", "[[driver]]\n", "line 1: \"driver\" is not known"},
      {"f.toml", "vehicle = 3\n", "line 1: \"vehicle\" is not known"},
      {"f.toml", "vehicle = [3]\n", "line 1: vehicle must be a [[vehicle]] table"},
      {"f.toml", "\n[[vehicle]]\nregistration = \"AB1\"\n", "line 2: unit is missing"},
      {"f.toml", "[[vehicle]]\nunit = \"u1\"\n", "line 1: registration is missing"},
      {"f.toml", "[[vehicle]]\nunit = \"u1\"\nregistration = \" - \"\n",
       "line 1: registration is missing"},
      {"f.toml", "[[vehicle]]\nunit = \"No Good\"\nregistration = \"AB1\"\n",
       "line 1: unit \"No Good\" is no unit name"},
      {"f.toml",
       "[[vehicle]]\nunit=\"u1\"\nregistration=\"A1\"\n[[vehicle]]\nunit=\"u1\"\n"
       "registration=\"A2\"\n",
       "line 4: unit u1 stands in line 1 already"},
      {"f.toml", "[[vehicle]]\nunit = \"u1\"\nregistration = \"A\\u0000B\"\n",
       "line 3: registration is longer than 128 characters or not printable ASCII"},
      {"f.toml", "[[vehicle]]\nunit = \"\xff\"\n", "f.toml: line 2"},
      {"f.csv", "", "f.csv: line 1: a header line is missing"},
      {"f.csv", "unit,plate\n", "line 1: unknown column \"plate\""},
      {"f.csv", "unit,unit\n", "line 1: column unit stands twice"},
      {"f.csv", "unit,registration\nu1\n", "line 2: 1 fields where the header has 2"},
      {"f.csv", "unit,registration\n\nu1,A,B\n", "line 3: 3 fields where the header has 2"},
      {"f.csv", "unit,registration\nu1,\n", "line 2: registration is missing"},
      {"f.csv", "unit,registration\n,A1\n", "line 2: unit is missing"},
      {"f.csv", "unit,registration\nu1,A1\nu1,A2\n", "line 3: unit u1 stands in line 2 already"},
      {"f.csv", "unit,registration\nu1,\"A1\n", "never closed"},
      {"f.csv", "unit,registration\nu1,\xc3\xa9\n", "line 2: registration is longer"},
      {"f.json", "{}", "must end with .toml or .csv"},
  };
  for (const Damage& damage : table) {
    const auto parsed = parse_register(damage.text, damage.file);
    ASSERT_FALSE(parsed.has_value()) << damage.text;
    EXPECT_EQ(parsed.error().token, "bad_register");
    EXPECT_THAT(parsed.error().message, testing::HasSubstr(damage.said)) << damage.text;
  }
}

TEST(ParseRegister, EveryTruncationIsReadOrRefused) {
  for (const auto& [text, name] : {std::pair{kToml, "f.toml"}, std::pair{kCsv, "f.csv"}}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto parsed = parse_register(text.substr(0, size), name);
      if (!parsed) {
        EXPECT_EQ(parsed.error().token, "bad_register");
      }
    }
  }
}

}  // namespace
}  // namespace hansom::registry
