// Random histories: the same twice gives the same bytes, and so does a replay of what was not
// erased.
#include <random>

#include <gtest/gtest.h>

#include "index/retention/retention.h"
#include "tests/support/memory_index.h"

namespace hansom {
namespace {

using test::ClipSpec;

// Makes records, valid or not, from a seed alone.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  evidence::Record next(const test::MemoryIndex& index) {
    switch (pick(12)) {
      case 0:
        return test::unit_enrolled(unit(), "certificate " + std::to_string(pick(5)));
      case 1:
        return pick(6) == 0 ? test::unit_revoked(unit()) : test::unit_enrolled(unit());
      case 2:
      case 3:
      case 4:
        return test::clip_accepted(clip());
      case 5:
        return test::clip_inspected(name(), {name() + " picture", "picture of many"});
      case 6:
        return events();
      case 7:
        return test::hold_placed("hold " + std::to_string(pick(40)), name());
      case 8:
        return test::hold_released("hold " + std::to_string(pick(40)));
      case 9:
        return load();
      default:
        return sweep(index);
    }
  }

 private:
  std::uint64_t pick(std::uint64_t bound) { return random_() % bound; }
  std::string unit() { return "unit-" + std::to_string(pick(3)); }
  std::string name() { return "clip " + std::to_string(pick(60)); }

  ClipSpec clip() {
    ClipSpec spec;
    spec.name = name();
    spec.upload = test::upload_of(std::to_string(random_()));
    spec.unit = unit();
    spec.registration = "REG" + std::to_string(pick(4));
    spec.start_us = test::kStartUs + static_cast<std::int64_t>(pick(1000)) * test::kSecondUs;
    spec.duration_ms = static_cast<std::int64_t>(pick(4) == 0 ? 200'000'000 : pick(600'000));
    return spec;
  }

  evidence::Record events() {
    std::vector<evidence::Event> all;
    for (std::uint64_t n = pick(4); n > 0; --n) {
      const std::uint64_t sequence = pick(200);
      all.push_back(test::event(sequence, "type" + std::to_string(sequence % 3),
                                test::kStartUs + static_cast<std::int64_t>(sequence)));
    }
    return test::events_reported(unit(), all);
  }

  evidence::Record load() {
    evidence::Record record = record_by_server();
    for (int n = 0; n < 3; ++n) {
      auto& link = *record.mutable_register_loaded()->add_links();
      link.set_unit("unit-" + std::to_string(n));
      link.set_registration("REG" + std::to_string(pick(4)));
    }
    return record;
  }

  evidence::Record sweep(const test::MemoryIndex& index) {
    if (!plan_ || pick(12) == 0) {
      const retention::Policy policy{{{evidence::Purpose::EVENT, std::chrono::days(0)}}};
      plan_ = retention::plan(index.reader(), policy, from_unix_us(test::kStartUs + test::kDayUs))
                  .value();
      digest_ = retention::plan_digest(*plan_);
      return test::sweep_planned(*plan_);
    }
    switch (pick(8)) {
      case 0:
        return test::sweep_finished(digest_);
      case 1:
      case 2:
        return test::sweep_started(digest_);
      default:
        if (plan_->items().empty()) return test::sweep_started(digest_);
        const auto n = static_cast<int>(pick(static_cast<std::uint64_t>(plan_->items_size())));
        return test::clip_destroyed(digest_, plan_->items(n).clip());
    }
  }

  std::mt19937_64 random_;
  std::optional<evidence::SweepPlan> plan_;
  Digest digest_;
};

std::uint64_t seed() {
  return std::random_device()();
}

// Runs a history; returns how many commands were refused.
int run(test::MemoryIndex& index, std::uint64_t seed_of_run, int commands) {
  History history(seed_of_run);
  int refused = 0;
  EXPECT_TRUE(index.submit(test::site_opened()).has_value());
  for (int n = 0; n < commands; ++n) {
    if (!index.submit(history.next(index))) ++refused;
  }
  return refused;
}

TEST(History, TheSameCommandsGiveTheSameBytes) {
  const std::uint64_t start = seed();
  for (std::uint64_t n = 0; n < 5; ++n) {
    SCOPED_TRACE("seed " + std::to_string(start + n));
    test::MemoryIndex one;
    test::MemoryIndex two;
    EXPECT_EQ(run(one, start + n, 1500), run(two, start + n, 1500));
    EXPECT_EQ(one.leaves(), two.leaves());
    EXPECT_EQ(one.differences(two), "");
  }
}

TEST(History, AReplayWithoutTheErasedRecordsGivesTheSameBytes) {
  const std::uint64_t start = seed();
  for (std::uint64_t n = 0; n < 8; ++n) {
    SCOPED_TRACE("seed " + std::to_string(start + n));
    test::MemoryIndex index;
    const int refused = run(index, start + n, 2000);
    EXPECT_GT(refused, 0);
    std::uint64_t erased = 0;
    for (std::uint64_t leaf = 0; leaf < index.leaves(); ++leaf)
      erased += index.record(leaf) ? 0 : 1;
    EXPECT_GT(erased, 0U);
    EXPECT_EQ(index.differences(*index.replay()), "");
  }
}

}  // namespace
}  // namespace hansom
