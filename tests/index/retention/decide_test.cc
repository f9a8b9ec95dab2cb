// What is due and why the rest stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/retention/retention.h"
#include "tests/support/memory_index.h"

namespace hansom::retention {
namespace {

using std::chrono::days;
using test::kDayUs;
using test::kStartUs;

const Policy& policy() {
  static const Policy periods{
      {{evidence::Purpose::EVENT, days(31)}, {evidence::Purpose::REQUEST, days(90)}}};
  return periods;
}

catalogue::ClipRow clip(evidence::Purpose::Kind purpose, bool inspected, bool held) {
  catalogue::ClipRow row;
  row.set_accepted_us(kStartUs);
  row.mutable_manifest()->mutable_purpose()->set_kind(purpose);
  row.mutable_manifest()->set_start_us(kStartUs +
                                       1000 * kDayUs);  // what the unit says is no matter
  if (inspected) row.set_inspected_leaf(7);
  if (held) row.add_hold_ids("h1");
  return row;
}

TEST(Decide, CountsFromAcceptance) {
  const auto row = clip(evidence::Purpose::EVENT, true, false);
  const UtcTime due = from_unix_us(kStartUs) + days(31);
  EXPECT_FALSE(decide(row, policy(), due - std::chrono::microseconds(1)).due);
  const Decision decision = decide(row, policy(), due);
  EXPECT_TRUE(decision.due);
  EXPECT_EQ(decision.due_at, due);
  EXPECT_EQ(decision.rule, "event:31d");
  EXPECT_EQ(decision.kept, "");
}

TEST(Decide, SaysWhyAClipStays) {
  const UtcTime late = from_unix_us(kStartUs) + days(3650);
  const UtcTime early = from_unix_us(kStartUs) + days(1);
  using P = evidence::Purpose;
  EXPECT_EQ(decide(clip(P::EVENT, true, true), policy(), late).kept, "held");
  EXPECT_EQ(decide(clip(P::EVENT, true, true), policy(), early).kept, "held");
  EXPECT_EQ(decide(clip(P::EVENT, false, false), policy(), early).kept, "not_due");
  EXPECT_EQ(decide(clip(P::EVENT, false, false), policy(), late).kept, "inspection_pending");
  EXPECT_EQ(decide(clip(P::REQUEST, true, false), policy(), late).rule, "request:90d");
  EXPECT_EQ(decide(clip(P::COMPLIANCE_CHECK, true, false), policy(), late).kept, "no_period");
  EXPECT_EQ(decide(clip(P::KIND_UNKNOWN, true, true), policy(), late).kept, "held");
}

TEST(Plan, ListsByClipAndCountsTheRest) {
  test::MemoryIndex index;
  const auto add = [&](const evidence::Record& record) {
    ASSERT_TRUE(index.submit(record).has_value());
  };
  add(test::site_opened());
  add(test::unit_enrolled("unit-1"));
  std::vector<std::string> due;
  for (int n = 0; n < 20; ++n) {
    test::ClipSpec spec;
    spec.name = "clip " + std::to_string(n);
    add(test::clip_accepted(spec));
    if (n % 4 != 0) add(test::clip_inspected(spec.name));
    if (n % 4 == 1) add(test::hold_placed("hold " + std::to_string(n), spec.name));
    if (n % 4 > 1) due.push_back(test::digest_text(spec.name));
  }
  std::sort(due.begin(), due.end());
  const UtcTime late = from_unix_us(kStartUs) + days(32);
  const auto planned = plan(index.reader(), policy(), late).value();
  std::vector<std::string> listed;
  for (const auto& item : planned.items()) listed.push_back(item.clip());
  EXPECT_EQ(listed, due);
  ASSERT_EQ(planned.kept_size(), 2);
  EXPECT_EQ(planned.kept(0).why(), "held");
  EXPECT_EQ(planned.kept(0).clips(), 5U);
  EXPECT_EQ(planned.kept(1).why(), "inspection_pending");
  EXPECT_EQ(planned.kept(1).clips(), 5U);
  EXPECT_EQ(plan_digest(planned), plan_digest(plan(index.reader(), policy(), late).value()));
  const auto later = plan(index.reader(), policy(), late + days(1)).value();
  EXPECT_NE(plan_digest(planned), plan_digest(later));

  EXPECT_EQ(find_plan(index.reader(), plan_digest(planned)).error().token, "plan_not_found");
  add(test::sweep_planned(planned));
  const auto found = find_plan(index.reader(), plan_digest(planned)).value();
  EXPECT_EQ(found.SerializeAsString(), planned.SerializeAsString());
}

}  // namespace
}  // namespace hansom::retention
