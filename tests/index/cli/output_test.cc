// What people see: aligned tables, no control characters from outside, nothing for what is not
// there.
#include "index/cli/output.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace hansom::cli {
namespace {

boost::json::object object(std::string_view text) {
  return boost::json::parse(text).as_object();
}

TEST(Output, ColumnsAreAsWideAsTheirWidestCellAlsoInUtf8) {
  Table table({"NAME", "NUMBER"});
  table.add({"caf\u00e9", "1"});
  table.add({"longer name", "22"});
  table.add({"short"});
  EXPECT_EQ(table.text(),
            "NAME         NUMBER\n"
            "caf\u00e9         1\n"
            "longer name  22\n"
            "short\n");
}

TEST(Output, ControlCharactersFromOutsideReachNoTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\nc\x7f"), "a?[31mb?c?");
  EXPECT_EQ(member_text(object(R"({"a": "x\u001by"})"), "a"), "x?y");
}

TEST(Output, MembersAreTextAndAbsenceIsEmpty) {
  const auto facts =
      object(R"({"text": "t", "number": 7, "flag": true, "none": null, "list": [1]})");
  EXPECT_EQ(member_text(facts, "text"), "t");
  EXPECT_EQ(member_text(facts, "number"), "7");
  EXPECT_EQ(member_text(facts, "flag"), "true");
  EXPECT_EQ(member_text(facts, "none"), "");
  EXPECT_EQ(member_text(facts, "absent"), "");
  EXPECT_EQ(member_text(facts, "list"), "[1]");
  EXPECT_EQ(fields_of(facts), "text:   t\nnumber: 7\nflag:   true\nlist:   [1]\n");
}

TEST(Output, TablesOfAnswersForgiveWhatIsMissing) {
  EXPECT_EQ(table_of(object(R"({"rows": [{"a": "1", "b": 2}, {"b": 3}, 4]})"), "rows",
                     {{"A", "a"}, {"B", "b"}}),
            "A  B\n1  2\n   3\n");
  EXPECT_EQ(table_of(object("{}"), "rows", {{"A", "a"}}), "A\n");
}

}  // namespace
}  // namespace hansom::cli
