// Random clips and events, asked in random ways, page by page, against a search that looks at every
// row.
#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "index/catalogue/catalogue.h"
#include "index/catalogue/clip_rows.h"
#include "index/catalogue/event_rows.h"
#include "index/catalogue/keys.h"
#include "index/catalogue/row_io.h"
#include "index/retention/retention.h"
#include "proto/evidence/manifest.h"
#include "tests/support/rules_test.h"

namespace hansom::catalogue {
namespace {

using store::Order;
using test::kDayUs;
using test::kSecondUs;
using test::kStartUs;

class SearchOracle : public test::RulesTest {
 protected:
  void SetUp() override {
    seed_ = std::random_device()();
    random_.seed(seed_);
    RulesTest::SetUp();
    for (const char* unit : {"unit-0", "unit-2"}) accept(test::unit_enrolled(unit));
    for (int n = 0; n < 250; ++n) accept(test::clip_accepted(random_clip(n)));
    for (int n = 0; n < 60; ++n) add_event(static_cast<std::uint64_t>(n));
    for (int n = 0; n < 250; ++n) time_clip(n);
    destroy_some();
  }

  std::uint64_t pick(std::uint64_t bound) { return random_() % bound; }
  std::string word(const char* stem, std::uint64_t bound) {
    return stem + std::to_string(pick(bound));
  }

  // Times on a coarse grid, so that edges meet; lengths in every class and beyond.
  std::int64_t random_time() {
    return kStartUs + static_cast<std::int64_t>(pick(240)) * 1800 * kSecondUs;
  }
  std::int64_t random_length_ms() {
    static constexpr std::array<std::int64_t, 8> kLengths{
        0, 60'000, 300'000, 300'001, 1'800'000, 3'600'000, 86'400'000, 200'000'000};
    return kLengths[pick(pick(3) == 0 ? kLengths.size() : 5)];
  }
  test::ClipSpec random_clip(int number) {
    test::ClipSpec spec;
    spec.name = "clip " + std::to_string(number);
    spec.unit = word("unit-", 3);
    spec.registration = word("REG ", 4);
    spec.vehicle_licence = word("plate", 4);
    spec.driver_licence = pick(3) == 0 ? "" : word("badge", 4);
    spec.start_us = random_time();
    spec.duration_ms = random_length_ms();
    if (pick(20) == 0) spec.clock = evidence::CLOCK_STATE_UNSET;
    if (pick(30) == 0) spec.start_us = pick(2) == 0 ? 0 : 9'000'000'000'000'000'000;
    return spec;
  }
  void add_event(std::uint64_t number) {
    evidence::Event event = test::event(number, word("type", 3), random_time());
    if (pick(6) != 0) event.set_registration(word("reg", 4));
    if (pick(2) == 0) event.set_end_us(event.time_us() + random_length_ms() * 1000);
    if (pick(15) == 0) event.set_clock_state(evidence::CLOCK_STATE_UNSET);
    accept(test::events_reported("unit-" + std::to_string(number % 3), {event}));
  }
  // States the true time of some clips, of some twice: near what was told, far from it, hardly
  // known.
  void time_clip(int number) {
    static constexpr std::array<std::int64_t, 7> kWidthsS{0,     3,      240,       3600,
                                                          9'000, 90'000, 50'000'000};
    for (std::uint64_t times = pick(3); times > 0; --times) {
      const std::int64_t start = random_time();
      const std::int64_t width = kWidthsS[pick(pick(3) == 0 ? kWidthsS.size() : 4)] * kSecondUs;
      const std::int64_t length = random_length_ms() * 1000;
      evidence::TrueTime time;
      time.set_earliest_start_us(start);
      time.set_latest_start_us(start + width);
      time.set_earliest_end_us(start + length);
      time.set_latest_end_us(start + width + length);
      time.set_method("told");
      accept(test::clip_timed("clip " + std::to_string(number), time, 1));
    }
  }
  void destroy_some() {
    evidence::SweepPlan plan;
    for (const ClipRow& row : clips()) {
      if (pick(6) == 0) plan.add_items()->set_clip(row.id());
    }
    const Digest digest = retention::plan_digest(plan);
    accept(test::sweep_planned(plan));
    accept(test::sweep_started(digest));
    for (const auto& item : plan.items()) accept(test::clip_destroyed(digest, item.clip()));
  }

  std::vector<ClipRow> clips() {
    return list_rows<ClipRow>(index_.reader(), store::Family::kClip, {}).value();
  }
  std::vector<StoredEvent> events() {
    return list_rows<StoredEvent>(index_.reader(), store::Family::kEvent, Bytes{'s'}).value();
  }

  template <typename Query>
  void random_interval(Query& query) {
    if (pick(2) == 0) query.from = from_unix_us(random_time());
    if (pick(2) == 0) query.to = from_unix_us(random_time() + static_cast<std::int64_t>(pick(2)));
    if (query.from && query.to && *query.from >= *query.to) query.to.reset();
    query.order = pick(2) == 0 ? Order::kAscending : Order::kDescending;
    query.limit = 1 + pick(40);
  }
  ClipQuery random_clip_query() {
    ClipQuery query;
    if (pick(3) == 0) query.registration = word("r-e-g ", 4);
    if (pick(5) == 0) query.vehicle_licence = word("Plate", 4);
    if (pick(5) == 0) query.driver_licence = word(" badge", 4);
    if (pick(3) == 0) query.event_type = word("type", 3);
    if (pick(4) == 0) query.unit = UnitId::parse(word("unit-", 3)).value();
    if (query.unit && pick(2) == 0) query.event_sequence = pick(70);
    random_interval(query);
    if (pick(4) == 0) {
      query.from.reset();
      query.to.reset();
      for (std::uint64_t n = 1 + pick(2); n > 0; --n) {
        const std::int64_t start = random_time();
        query.spans.push_back({start, start + 1 + static_cast<std::int64_t>(pick(2)) * kDayUs});
      }
    }
    const bool nothing = !query.registration && !query.vehicle_licence && !query.driver_licence &&
                         !query.event_type && !query.unit && !query.from && !query.to &&
                         query.spans.empty();
    if (nothing) query.from = from_unix_us(kStartUs);
    return query;
  }

  // The oracle: looks at every clip and, where asked, at every event.
  bool fits(const ClipRow& row, const ClipQuery& query) {
    const ClipNames names = names_of(row);
    const auto is = [](const auto& asked, const std::string& has, auto normalise) {
      return !asked || normalise(*asked) == has;
    };
    if (!is(query.registration, names.registration, evidence::normalise_registration) ||
        !is(query.vehicle_licence, names.vehicle_licence, evidence::normalise_licence) ||
        !is(query.driver_licence, names.driver_licence, evidence::normalise_licence)) {
      return false;
    }
    if (query.unit && !query.event_sequence && query.unit->text() != names.unit) return false;
    if (!may_be_within(row, query)) return false;
    if (!query.event_type && !query.event_sequence) return true;
    const std::vector<StoredEvent> all = events();
    return std::ranges::any_of(all, [&](const StoredEvent& event) {
      return (!query.event_type || event.event().type() == *query.event_type) &&
             (!query.event_sequence || (event.event().sequence() == *query.event_sequence &&
                                        event.unit() == query.unit->text())) &&
             !names.registration.empty() && event.event().registration() == names.registration &&
             overlap(interval_of(event), told_interval(row));
    });
  }
  static bool may_be_within(const ClipRow& row, const ClipQuery& query) {
    const auto within = [&](const Interval& span) { return overlap(possible_interval(row), span); };
    return query.spans.empty() ? within(asked_interval(query))
                               : std::ranges::any_of(query.spans, within);
  }
  static Interval asked_interval(const ClipQuery& query) {
    if (query.spans.empty()) return asked_interval<ClipQuery>(query);
    Interval all = query.spans.front();
    for (const Interval& span : query.spans) {
      all.start_us = std::min(all.start_us, span.start_us);
      all.end_us = std::max(all.end_us, span.end_us);
    }
    return all;
  }
  template <typename Query>
  static Interval asked_interval(const Query& query) {
    Interval interval;
    if (query.from) interval.start_us = to_unix_us(*query.from);
    if (query.to) interval.end_us = to_unix_us(*query.to);
    return interval;
  }
  std::vector<std::string> expected(const ClipQuery& query) {
    std::vector<std::pair<Position, std::string>> found;
    for (const ClipRow& row : clips()) {
      if (!fits(row, query)) continue;
      const auto start = listed_at(interval_of(row), asked_interval(query), query.order);
      found.push_back({{start, to_bytes(row.id())}, row.id()});
    }
    std::ranges::sort(found);
    if (query.order == Order::kDescending) std::ranges::reverse(found);
    std::vector<std::string> ids;
    ids.reserve(found.size());
    for (const auto& [position, id] : found) ids.push_back(id);
    return ids;
  }

  std::vector<std::string> all_pages(ClipQuery query) {
    std::vector<std::string> ids;
    do {
      const auto page = find_clips(index_.reader(), query);
      EXPECT_TRUE(page.has_value()) << page.error().message;
      if (!page) return ids;
      EXPECT_LE(page->clips.size(), query.limit);
      if (!page->next_cursor.empty()) {
        EXPECT_EQ(page->clips.size(), query.limit);
      }
      for (const ClipRow& row : page->clips) ids.push_back(row.id());
      query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    return ids;
  }

  std::uint64_t seed_ = 0;
  std::mt19937_64 random_;
};

TEST_F(SearchOracle, ClipsAreFoundAsIfEveryRowWereLookedAt) {
  std::size_t found = 0;
  for (int n = 0; n < 600; ++n) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", query " + std::to_string(n));
    const ClipQuery query = random_clip_query();
    const std::vector<std::string> ids = all_pages(query);
    ASSERT_EQ(ids, expected(query));
    found += ids.size();
  }
  EXPECT_GT(found, 1000U) << "seed " << seed_;
}

TEST_F(SearchOracle, EveryPageSizeGivesTheSameClips) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  for (const Order order : {Order::kAscending, Order::kDescending}) {
    for (const bool by_event : {false, true}) {
      ClipQuery query;
      query.order = order;
      if (by_event) query.event_type = "type1";
      if (!by_event) query.registration = "REG1";
      const auto whole = expected(query);
      for (query.limit = 1; query.limit <= whole.size() + 1; ++query.limit) {
        ASSERT_EQ(all_pages(query), whole) << query.limit;
      }
    }
  }
}

TEST_F(SearchOracle, WhatComesMeanwhileNeitherRepeatsNorHidesWhatWasThere) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  ClipQuery query;
  query.registration = "REG2";
  query.limit = 3;
  for (const Order order : {Order::kAscending, Order::kDescending}) {
    query.order = order;
    query.cursor.clear();
    const auto before = expected(query);
    std::vector<std::string> seen;
    int number = order == Order::kAscending ? 1000 : 2000;
    do {
      const ClipPage page = find_clips(index_.reader(), query).value();
      for (const ClipRow& row : page.clips) seen.push_back(row.id());
      query.cursor = page.next_cursor;
      for (int n = 0; n < 3; ++n) accept(test::clip_accepted(random_clip(number++)));
    } while (!query.cursor.empty());
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
    EXPECT_TRUE(std::ranges::all_of(
        before, [&](const std::string& id) { return std::ranges::find(seen, id) != seen.end(); }));
  }
}

TEST_F(SearchOracle, EventsAreFoundAsIfEveryRowWereLookedAt) {
  for (int n = 0; n < 400; ++n) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", query " + std::to_string(n));
    EventQuery query;
    if (pick(2) == 0) query.registration = word("Reg ", 4);
    if (pick(3) == 0) query.type = word("type", 3);
    if (pick(3) == 0) query.unit = UnitId::parse(word("unit-", 3)).value();
    random_interval(query);
    if (!query.from && !query.to) query.from = from_unix_us(kStartUs - kDayUs);
    query.limit = 1 + pick(20);

    std::vector<std::pair<Position, std::uint64_t>> wanted;
    for (const StoredEvent& row : events()) {
      const evidence::Event& event = row.event();
      if (query.registration &&
          evidence::normalise_registration(*query.registration) != event.registration()) {
        continue;
      }
      if (query.type && *query.type != event.type()) continue;
      if (query.unit && query.unit->text() != row.unit()) continue;
      if (!overlap(interval_of(row), asked_interval(query))) continue;
      wanted.push_back({{listed_at(interval_of(row), asked_interval(query), query.order),
                         event_suffix(row.unit(), event.sequence())},
                        event.sequence()});
    }
    std::ranges::sort(wanted);
    if (query.order == Order::kDescending) std::ranges::reverse(wanted);
    std::vector<std::uint64_t> numbers;
    numbers.reserve(wanted.size());
    for (const auto& [position, number] : wanted) numbers.push_back(number);

    std::vector<std::uint64_t> found;
    do {
      const auto page = find_events(index_.reader(), query);
      ASSERT_TRUE(page.has_value()) << page.error().message;
      for (const EventRow& row : page->events) found.push_back(row.event.sequence());
      query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    ASSERT_EQ(found, numbers);
  }
}

}  // namespace
}  // namespace hansom::catalogue
