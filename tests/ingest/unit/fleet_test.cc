// The pure parts of the fleet simulator: links, fairness, the verdict.
#include <gtest/gtest.h>

#include <numeric>

#include "ingest/unit/fleet/fairness.h"
#include "ingest/unit/fleet/link.h"
#include "ingest/unit/fleet/server_watch.h"
#include "ingest/unit/fleet/tally.h"

namespace hansom::ingest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
const Link::Clock::time_point kStart{};

TEST(Links, AreNamedAlone_AndMixedInTurns) {
  const auto all = parse_links("4g", 3);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 3U);
  EXPECT_EQ(all->back().name, "4g");
  const auto mixed = parse_links("4g:2,depot", 7);
  ASSERT_TRUE(mixed);
  std::string names;
  for (const LinkProfile& link : *mixed) names += link.name[0];
  EXPECT_EQ(names, "44d44d4");
  for (const char* wrong : {"", "5g", "4g:0", "4g:x", "4g:", "4g:-1", "4g:2:3", "4g:99999999"}) {
    const auto refused = parse_links(wrong, 3);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().token, "bad_parameter");
  }
}

TEST(Links, CarryTheirRateAndNoMore) {
  const auto random = seeded_random(1);
  Link link({"test", 100'000, milliseconds(0), 0}, *random, kStart);
  auto now = kStart;
  for (int i = 0; i < 100; ++i) now = link.send(link.step_bytes(), now);
  const double took = std::chrono::duration<double>(now - kStart).count();
  EXPECT_NEAR(took, 100.0 * static_cast<double>(link.step_bytes()) / 100'000, 1e-6);
  EXPECT_FALSE(link.cut_by(kStart + std::chrono::hours(1000)));
  // Who has been silent for long gets no more than the rate for it.
  const auto later = now + seconds(100);
  EXPECT_GE(link.send(100'000, later), later + milliseconds(999));
}

TEST(Links, CutsComeAsOftenAsTheirMeanSaysAndAgainByTheSeed) {
  const auto count = [](std::uint64_t seed) {
    const auto random = seeded_random(seed);
    Link link({"test", 1, milliseconds(0), 10}, *random, kStart);
    int cuts = 0;
    for (int second = 0; second < 100'000; ++second) {
      if (link.cut_by(kStart + seconds(second))) ++cuts;
    }
    return cuts;
  };
  const auto random = seeded_random(1);
  Link idle({"test", 1, milliseconds(0), 10}, *random, kStart);
  idle.come_up(kStart + std::chrono::hours(1));
  EXPECT_FALSE(idle.cut_by(kStart + std::chrono::hours(1))) << "it was cut while nobody looked";
  EXPECT_NEAR(count(1), 9'500, 500);  // whole seconds hide the second cut of one
  EXPECT_EQ(count(1), count(1));
  EXPECT_NE(count(1), count(2));
}

TEST(Fairness, JainsIndex) {
  EXPECT_EQ(jain_index({}), 1);
  EXPECT_DOUBLE_EQ(jain_index(std::vector<double>{3, 3, 3}), 1);
  EXPECT_DOUBLE_EQ(jain_index(std::vector<double>{1, 0, 0, 0}), 0.25);
  EXPECT_DOUBLE_EQ(jain_index(std::vector<double>{0, 0}), 1);
}

TEST(Fairness, IsOverTheShareOfWhatEachOffered) {
  Tally even;
  for (int i = 0; i < 100; ++i) even.shares.push_back({"3g", 1'000, 9, 10});
  even.shares.push_back({"depot", 900'000, 9, 10});
  EXPECT_DOUBLE_EQ(even.fairness(), 1) << "the fast one offered more";
  Tally starved;
  for (int i = 0; i < 100; ++i) starved.shares.push_back({"3g", 100, 1, 10});
  starved.shares.push_back({"depot", 1'000'000, 10, 10});
  EXPECT_LT(starved.fairness(), 0.7);
}

TEST(Verdicts, SayWhatIsLostAndDoubled) {
  Tally tally;
  tally.clips_sealed = 2;
  tally.receipt(LeafIndex{7}, 100);
  EXPECT_EQ(judge(tally, {}).lost, 1U);
  EXPECT_FALSE(judge(tally, {}).good);
  tally.receipt(LeafIndex{8}, 100);
  EXPECT_TRUE(judge(tally, {}).good) << "the journal could not be asked";
  EXPECT_FALSE(judge(tally, {}).journal_agrees);
  ServerFigures server;
  server.known = true;
  server.clips_accepted = 2;
  EXPECT_TRUE(judge(tally, server).good && judge(tally, server).journal_agrees);
  server.clips_accepted = 3;
  EXPECT_EQ(judge(tally, server).doubled, 1U);
  EXPECT_FALSE(judge(tally, server).good);
  server.clips_accepted = 1;
  EXPECT_FALSE(judge(tally, server).good) << "receipts without clips";
  server.restarted = true;
  EXPECT_TRUE(judge(tally, server).good) << "its count began anew";
  tally.clips_sealed = 3;
  tally.receipt(LeafIndex{8}, 100);
  EXPECT_FALSE(judge(tally, {}).good) << "one leaf for two clips";
}

TEST(Metrics, AreReadByName) {
  const auto metrics = parse_metrics(
      "# HELP a_total x\n# TYPE a_total counter\na_total 12\nb{x=\"1\"} 5\nc 1.5e3\nbroken\nd x\n");
  EXPECT_EQ(metrics, (std::map<std::string, double>{{"a_total", 12}, {"c", 1500}}));
}

}  // namespace
}  // namespace hansom::ingest
