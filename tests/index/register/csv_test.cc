// CSV as RFC 4180 has it, and what damaged files say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/register/csv.h"

namespace hansom::registry {
namespace {

using Fields = std::vector<std::string>;

std::vector<Fields> read(std::string_view text) {
  std::vector<Fields> all;
  const auto records = parse_csv(text);
  EXPECT_TRUE(records.has_value()) << records.error().message;
  if (records) {
    for (const CsvRecord& record : *records) all.push_back(record.fields);
  }
  return all;
}

TEST(Csv, ReadsWhatTheRfcAllows) {
  const std::vector<std::pair<std::string_view, std::vector<Fields>>> table = {
      {"", {}},
      {"a", {{"a"}}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}},
      {"a,b\nc,d", {{"a", "b"}, {"c", "d"}}},
      {"a,\n", {{"a", ""}}},
      {",", {{"", ""}}},
      {"\n\na\n\n", {{"a"}}},
      {"\"a,b\",c", {{"a,b", "c"}}},
      {"\"say \"\"hi\"\"\"", {{"say \"hi\""}}},
      {"\"two\r\nlines\",x", {{"two\r\nlines", "x"}}},
      {"\"\",b", {{"", "b"}}},
  };
  for (const auto& [text, expected] : table) EXPECT_EQ(read(text), expected) << text;
}

TEST(Csv, CountsLinesAlsoInsideQuotes) {
  const auto records = parse_csv("\"a\nb\"\nc\n").value();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].line, 1U);
  EXPECT_EQ(records[1].line, 3U);
}

TEST(Csv, NamesThePlaceOfDamage) {
  const std::vector<std::pair<std::string_view, std::string_view>> table = {
      {"a\nb\"c\n", "line 2, column 2: a quote inside"},
      {"\"a\"b\n", "line 1, column 4: a comma or the end"},
      {"x\n\"a\n", "the quote opened in line 2 is never closed"},
      {"a\rb\n", "line 1, column 3: a comma or the end"},
      {"\"", "never closed"},
  };
  for (const auto& [text, said] : table) {
    const auto records = parse_csv(text);
    ASSERT_FALSE(records.has_value()) << text;
    EXPECT_EQ(records.error().token, "bad_register");
    EXPECT_THAT(records.error().message, testing::HasSubstr(said)) << text;
  }
}

}  // namespace
}  // namespace hansom::registry
