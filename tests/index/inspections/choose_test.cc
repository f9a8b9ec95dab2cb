// Which clips an order takes, and which inspector is older than which.
#include "index/inspections/choose.h"

#include "tests/index/inspections/inspections_rig.h"

namespace hansom::test {
namespace {

using inspections::Filter;
using inspections::InspectorVersion;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

class Choose : public Inspections {
 protected:
  void SetUp() override {
    Inspections::SetUp();
    evidence::Record another = unit_enrolled("unit-2");
    another.mutable_unit_enrolled()->set_controller("another");
    accept(another);
    ClipSpec spec;
    spec.name = "theirs";
    spec.unit = "unit-2";
    accept(clip_accepted(spec));
    filter_.controller = clip("one").controller();
    ASSERT_NE(filter_.controller, "another");
  }
  [[nodiscard]] std::vector<ClipId> chosen() const {
    return inspections::choose(index_.reader(), filter_).value();
  }
  Filter filter_;
};

TEST_F(Choose, AllStandingClipsOfTheController) {
  EXPECT_THAT(chosen(), UnorderedElementsAreArray(clips({"one", "two", "three"})));
  accept(inspected("two", "v 1"));
  destroy("two");
  EXPECT_THAT(chosen(), UnorderedElementsAreArray(clips({"one", "three"})));
  EXPECT_EQ(inspections::choose(index_.reader(), filter_, 1).error().token, "too_large");
  EXPECT_EQ(inspections::choose(index_.reader(), filter_, 2).value().size(), 2U);
}

TEST_F(Choose, ClipsOfASearch) {
  filter_.ask.emplace();
  filter_.ask->unit = UnitId::parse("unit-2").value();
  EXPECT_THAT(chosen(), IsEmpty());  // another controller's
  filter_.ask->unit = UnitId::parse("unit-1").value();
  EXPECT_THAT(chosen(), UnorderedElementsAreArray(clips({"one", "two", "three"})));
  filter_.ask->from = from_unix_us(kStartUs + kDayUs);
  EXPECT_THAT(chosen(), IsEmpty());
}

TEST_F(Choose, OnlyReportsOfAnOlderInspector) {
  accept(inspected("one", "hansom-inspector 0.1.0 rules 4"));
  accept(inspected("two", ""));  // nobody wrote it
  filter_.before = InspectorVersion::parse("rules 5").value();
  EXPECT_THAT(chosen(), UnorderedElementsAreArray(clips({"one", "two"})));  // "three" has none yet
  filter_.before = InspectorVersion::parse("rules 4").value();
  EXPECT_THAT(chosen(), UnorderedElementsAreArray(clips({"two"})));
  accept(inspected("two", "hansom-inspector 0.2.0 rules 4"));
  filter_.before = InspectorVersion::parse("0.2.0").value();
  EXPECT_THAT(chosen(), UnorderedElementsAreArray(clips({"one"})));
}

TEST_F(Choose, NamedClipsAreLookedAtOneByOne) {
  const auto check = [this](const std::vector<std::string>& names) {
    const Status done = inspections::check_named(index_.reader(), filter_.controller, clips(names));
    return done ? std::string() : std::string(done.error().token);
  };
  EXPECT_EQ(check({"one", "two"}), "");
  EXPECT_EQ(check({"one", "nothing"}), "clip_not_found");
  EXPECT_EQ(check({"theirs"}), "other_controller");
  accept(inspected("two", "v 1"));
  destroy("two");
  EXPECT_EQ(check({"one", "two"}), "destroyed");
}

TEST(InspectorVersions, AreInOrder) {
  const auto before = [](std::string_view told, std::string_view limit) {
    return inspections::is_before(told, InspectorVersion::parse(limit).value());
  };
  constexpr std::string_view kTold = "hansom-inspector 0.9.0 rules 4";
  EXPECT_TRUE(before(kTold, "0.10.0"));
  EXPECT_TRUE(before(kTold, "rules 5"));
  EXPECT_TRUE(before(kTold, "0.9.0 rules 5"));
  EXPECT_TRUE(before(kTold, "hansom-inspector 0.9.1 rules 1"));
  EXPECT_FALSE(before(kTold, "0.9.0"));
  EXPECT_FALSE(before(kTold, "rules 4"));
  EXPECT_FALSE(before(kTold, "0.9.0 rules 4"));
  EXPECT_FALSE(before(kTold, "0.8.99 rules 9"));
  EXPECT_TRUE(before("", "0.0.1"));
  for (const char* const wrong :
       {"", "x", "0.1.", "0..1", "rules", "rules x", "rules 4 5", "0.1.0 4", "-1", "1.2.3.4.5"}) {
    EXPECT_FALSE(InspectorVersion::parse(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hansom::test
