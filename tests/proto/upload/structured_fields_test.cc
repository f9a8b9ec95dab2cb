// Structured fields: what RFC 9651 has in its examples and its grammar, and what it has not.
#include "proto/upload/structured_fields.h"

#include <gtest/gtest.h>

namespace hansom::upload::sf {
namespace {

// What is read, written again; "-" where it is malformed.
std::string item(std::string_view text) {
  const auto parsed = parse_item(text);
  return parsed ? to_text(*parsed) : "-";
}
std::string dictionary(std::string_view text) {
  const auto parsed = parse_dictionary(text);
  return parsed ? to_text(*parsed) : "-";
}

TEST(StructuredFields, ItemsThatAreRight) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"0", "0"},
      {"-0", "0"},
      {"42", "42"},
      {"0042", "42"},
      {"  42  ", "42"},
      {"-999999999999999", "-999999999999999"},
      {"999999999999999", "999999999999999"},
      {"4.5", "4.5"},
      {"-0.250", "-0.25"},
      {"1.000", "1.0"},
      {"999999999999.999", "999999999999.999"},
      {"?1", "?1"},
      {"?0", "?0"},
      {"\"hello world\"", "\"hello world\""},
      {"\"\"", "\"\""},
      {R"("a \"b\" \\ c")", R"("a \"b\" \\ c")"},
      {"foo123/456", "foo123/456"},
      {"*a", "*a"},
      {"a:b", "a:b"},
      {":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:",
       ":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:"},
      {":YQ:", ":YQ==:"},  // padding may be missing
      {"::", "::"},
      {"@1659578233", "@1659578233"},
      {"@-62135596800", "@-62135596800"},
      {"%\"This is intended for display to %c3%bcsers.\"",
       "%\"This is intended for display to %c3%bcsers.\""},
      {"%\"a %25 %22\"", "%\"a %25 %22\""},
      {"5;foo", "5;foo"},
      {"5;foo=?1", "5;foo"},
      {"5;foo=?0", "5;foo=?0"},
      {"5; a=1;  b=\"x\";a=2", "5;b=\"x\";a=2"},
      {"text;charset=utf-8", "text;charset=utf-8"},
  };
  for (const auto& [text, again] : rows) EXPECT_EQ(item(text), again) << text;
}

TEST(StructuredFields, ItemsThatAreNot) {
  for (const char* text : {"",
                           " ",
                           "\t1",
                           "1\t",
                           "1 2",
                           "1,2",
                           "--1",
                           "-",
                           "+1",
                           "1000000000000000",
                           "1.",
                           ".5",
                           "1.2345",
                           "1000000000000.1",
                           "1e3",
                           "0x1",
                           "?",
                           "?2",
                           "?true",
                           "\"open",
                           "\"a\\b\"",
                           "\"\x7f\"",
                           "\"caf\xc3\xa9\"",
                           ":a",
                           ":Y:",
                           ":YQ=:",
                           ":Y Q=:",
                           ":YQ==",
                           "@",
                           "@1.5",
                           "@x",
                           "%\"open",
                           "%open",
                           "%\"%C3%BC\"",
                           "%\"%c3\"",
                           "%\"%zz\"",
                           "%\"%c",
                           "%\"\xc3\xbc\"",
                           "%\"%ed%a0%80\"",
                           "%\"%f5%80%80%80\"",
                           "%\"%c0%80\"",
                           "5;",
                           "5;A",
                           "5;a=",
                           "5 ;a",
                           "(1 2)",
                           "a=1",
                           "1;a=(1)"}) {
    EXPECT_EQ(item(text), "-") << text;
  }
}

TEST(StructuredFields, DictionariesThatAreRight) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", ""},
      {"   ", ""},
      {"a=1", "a=1"},
      {"a", "a"},
      {"a=?1", "a"},
      {"a=?0, b, c; foo=bar", "a=?0, b, c;foo=bar"},
      {"rating=1.5, feelings=(joy sadness)", "rating=1.5, feelings=(joy sadness)"},
      {"a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid", "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid"},
      {"a=( 1   2 );x", "a=(1 2);x"},
      {"a=()", "a=()"},
      {"a=(\"x\";y=1 z)", "a=(\"x\";y=1 z)"},
      {"a=1 ,\tb=2", "a=1, b=2"},
      {"a=1,a=2", "a=2"},  // the last one counts
      {"max-size=1000, max-age=5", "max-size=1000, max-age=5"},
      {"*k.9_-=t", "*k.9_-=t"},
      {"sha-256=:YQ==:", "sha-256=:YQ==:"},
  };
  for (const auto& [text, again] : rows) EXPECT_EQ(dictionary(text), again) << text;
}

TEST(StructuredFields, DictionariesThatAreNot) {
  for (const char* text : {",", "a=1,", "a=1,,b=2", "A=1", "a =1", "a= 1", "a=", "1=a", "a=(1",
                           "a=(1,2)", "a=(1\t2)", "a=(1)2", "a=1 b=2", "a=1;", "=1", "a=((1))"}) {
    EXPECT_EQ(dictionary(text), "-") << text;
  }
}

TEST(StructuredFields, AreBounded) {
  std::string members;
  for (std::size_t i = 0; i < kMembersMax; ++i) members += "k" + std::to_string(i) + ",";
  EXPECT_NE(dictionary(members + "k0"), "-") << "as many, one of them twice";
  EXPECT_EQ(dictionary(members + "more"), "-");
  std::string parameters = "1";
  for (std::size_t i = 0; i < kParametersMax; ++i) parameters += ";k" + std::to_string(i);
  EXPECT_NE(item(parameters), "-");
  EXPECT_EQ(item(parameters + ";more"), "-");
  EXPECT_EQ(item("\"" + std::string(kValueBytesMax, 'a') + "\""), "-");
}

TEST(StructuredFields, KeepTheirTypes) {
  EXPECT_EQ(std::get<std::int64_t>(parse_item("-5")->value), -5);
  EXPECT_EQ(std::get<Decimal>(parse_item("-1.5")->value).thousandths, -1500);
  EXPECT_EQ(std::get<Token>(parse_item("text")->value).text, "text");
  EXPECT_EQ(std::get<std::string>(parse_item("\"text\"")->value), "text");
  EXPECT_EQ(std::get<Bytes>(parse_item(":AP8=:")->value), (Bytes{0x00, 0xff}));
  EXPECT_EQ(std::get<Date>(parse_item("@5")->value).unix_s, 5);
  EXPECT_EQ(std::get<DisplayString>(parse_item("%\"%c3%bc\"")->value).utf8, "\xc3\xbc");
}

}  // namespace
}  // namespace hansom::upload::sf
