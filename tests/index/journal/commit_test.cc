// Order, groups, refusals, bounds and time of the embedded journal.
#include <algorithm>
#include <set>
#include <thread>

#include "index/journal/rows.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

class CommitTest : public JournalTest {
 protected:
  CommitTest() { restart(); }
};

TEST_F(CommitTest, ANewJournalHasASignedHeadOfTheEmptyTree) {
  const Head head = journal_->head();
  EXPECT_EQ(head.size, 0U);
  const auto checkpoint = tlog::verify_checkpoint(head.checkpoint, signer().verifier()).value();
  EXPECT_EQ(checkpoint.root, tlog::empty_root());
  EXPECT_EQ(journal_->read(LeafIndex{0}).error().token, "leaf_not_found");
  EXPECT_EQ(journal_->head_covering(LeafIndex{0}).error().token, "leaf_not_found");
}

TEST_F(CommitTest, ACommandBecomesALeafThatCommitsToItsRecord) {
  const Committed committed = commit(*journal_, hold("h1")).value();
  EXPECT_EQ(to_u64(committed.leaf), 0U);
  EXPECT_EQ(committed.time, clock_.now());
  EXPECT_EQ(committed.record.time_us(), to_unix_us(clock_.now()));

  const Stored stored = journal_->read(committed.leaf).value();
  const tlog::Leaf leaf = tlog::Leaf::decode(stored.leaf).value();
  EXPECT_EQ(leaf.type, evidence::Record::kHoldPlaced);
  EXPECT_EQ(leaf.time, committed.time);
  EXPECT_EQ(leaf.commitment, tlog::commit(*stored.salt, *stored.record));
  EXPECT_EQ(stored.salt->size(), tlog::kSaltBytes);
  evidence::Record record;
  ASSERT_TRUE(record.ParseFromString(to_text(*stored.record)));
  EXPECT_EQ(record.SerializeAsString(), committed.record.SerializeAsString());
  expect_proven(committed.leaf);

  // The view row stands at the same position.
  const auto view = store_->snapshot();
  EXPECT_EQ(view->get(store::Family::kRetention, as_bytes("h1")).value(), number_key(0));
  EXPECT_EQ(read_position(*view).value(), 1U);
}

TEST_F(CommitTest, SaltsDiffer) {
  const auto first = commit(*journal_, access("same")).value();
  const auto second = commit(*journal_, access("same")).value();
  EXPECT_NE(*journal_->read(first.leaf)->salt, *journal_->read(second.leaf)->salt);
}

// In halves, so that one can be prepared while the other is synced: two groups of 50 where both
// threads are quick, 50, 25, 13, 6, 3, 2 and 1 where each finds the one before it committed.
TEST_F(CommitTest, WhatWaitsIsCommittedInHalvesInOrder) {
  HeldWriter held(*journal_);
  std::vector<std::uint64_t> answered;
  std::promise<void> all;
  for (int i = 0; i < 100; ++i) {
    journal_->submit(access(), [&](const Result<Committed>& committed) {
      answered.push_back(to_u64(committed->leaf));
      EXPECT_GT(journal_->head().size, answered.back());  // published before anyone is answered
      if (answered.size() == 100) all.set_value();
    });
  }
  EXPECT_EQ(journal_->counters().queued, 100U);
  held.release();
  all.get_future().wait();
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(answered[i], i + 1);
  std::set<std::uint64_t> heads;
  for (std::uint64_t leaf = 0; leaf <= 100; ++leaf) {
    heads.insert(journal_->head_covering(LeafIndex{leaf})->size);
    expect_proven(LeafIndex{leaf});
  }
  EXPECT_LE(heads.size(), 8U) << "the first leaf, then halves";
  EXPECT_EQ(*heads.begin(), 1U);
  EXPECT_EQ(*heads.rbegin(), 101U);
}

TEST_F(CommitTest, ManySubmittersGetOneTotalOrder) {
  constexpr int kThreads = 8;
  constexpr int kEach = 200;
  std::vector<std::vector<std::uint64_t>> leaves(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, &mine = leaves[static_cast<std::size_t>(t)]] {
      for (int i = 0; i < kEach; ++i) mine.push_back(to_u64(commit(*journal_, access())->leaf));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::uint64_t> all;
  for (const auto& mine : leaves) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  for (std::uint64_t i = 0; i < std::uint64_t{kThreads} * kEach; ++i) ASSERT_EQ(all[i], i);
  // A waiter may be answered before its group is counted; stopping settles it.
  journal_->stop();
  const auto counters = journal_->counters();
  EXPECT_EQ(counters.commands, all.size());
  EXPECT_LE(counters.groups, all.size());
}

TEST_F(CommitTest, ARefusalInsideAGroupLeavesNothingAndTakesNoLeaf) {
  HeldWriter held(*journal_);
  std::vector<std::string> answers;
  std::promise<void> all;
  const auto note = [&](const Result<Committed>& committed) {
    EXPECT_EQ(journal_->head().size, 4U);
    answers.push_back(committed ? std::to_string(to_u64(committed->leaf))
                                : std::string(committed.error().token));
    if (answers.size() == 5) all.set_value();
  };
  journal_->submit(hold("a"), note);
  journal_->submit(hold("a"), note);                 // refused: the one before it stands
  journal_->submit(hold("b", "apply fails"), note);  // its row is rolled back
  journal_->submit(hold("b"), note);
  journal_->submit(hold("c"), note);
  held.release();
  all.get_future().wait();
  // In the order they were asked: a refusal is not told before what it leans on is durable.
  EXPECT_EQ(answers, (std::vector<std::string>{"1", "already_held", "storage_failed", "2", "3"}));
  EXPECT_EQ(store_->snapshot()->get(store::Family::kRetention, as_bytes("b")).value(),
            number_key(2));
  EXPECT_EQ(journal_->head().size, 4U);
  journal_->stop();
  EXPECT_EQ(journal_->counters().refused, 2U);
  restart();
  expect_proven(LeafIndex{3});
}

TEST_F(CommitTest, AGroupOfRefusalsOnlySignsNothing) {
  ASSERT_TRUE(commit(*journal_, hold("a")));
  const Head before = journal_->head();
  EXPECT_EQ(commit(*journal_, hold("a")).error().token, "already_held");
  EXPECT_EQ(journal_->head().checkpoint, before.checkpoint);
}

TEST_F(CommitTest, AFullQueueAnswersBusyAtOnce) {
  restart({.queue_max = 3});
  HeldWriter held(*journal_);
  int done = 0;
  for (int i = 0; i < 3; ++i) journal_->submit(access(), [&](const Result<Committed>&) { ++done; });
  const auto refused = commit(*journal_, access());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().token, "journal_busy");
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  held.release();
  journal_->stop();
  EXPECT_EQ(done, 3);
}

TEST_F(CommitTest, TheQueueIsBoundedInBytesTooAndOneCommandAlwaysFits) {
  restart({.queue_bytes_max = 1000});
  EXPECT_TRUE(commit(*journal_, access(std::string(5000, 'x'))));
  HeldWriter held(*journal_);
  int done = 0;
  journal_->submit(access(std::string(900, 'x')), [&](const Result<Committed>&) { ++done; });
  EXPECT_EQ(commit(*journal_, access(std::string(200, 'x'))).error().token, "journal_busy");
  held.release();
  journal_->stop();
  EXPECT_EQ(done, 1);
}

TEST_F(CommitTest, GroupsKeepToTheirBounds) {
  restart({.group_max = 10, .group_bytes_max = 2000});
  {
    const HeldWriter held(*journal_);
    for (int i = 0; i < 25; ++i) journal_->submit(access(), [](const Result<Committed>&) {});
    for (int i = 0; i < 4; ++i) {
      journal_->submit(access(std::string(900, 'x')), [](const Result<Committed>&) {});
    }
  }
  journal_->stop();
  // 1 | 10 | 10 | 5 and two large ones | two large ones
  std::vector<std::uint64_t> sizes;
  for (std::uint64_t leaf = 0; leaf < 30; leaf = sizes.back()) {
    sizes.push_back(journal_->head_covering(LeafIndex{leaf})->size);
  }
  EXPECT_EQ(sizes, (std::vector<std::uint64_t>{1, 11, 21, 28, 30}));
}

TEST_F(CommitTest, TimeNeverRunsBackwardsWhateverTheClockDoes) {
  const UtcTime first = commit(*journal_, access())->time;
  clock_.advance(std::chrono::seconds(-3600));
  EXPECT_EQ(commit(*journal_, access())->time, first);
  restart();
  const Committed after = commit(*journal_, access()).value();
  EXPECT_EQ(after.time, first);
  EXPECT_EQ(after.record.time_us(), to_unix_us(first));
  clock_.advance(std::chrono::seconds(7200));
  EXPECT_EQ(commit(*journal_, access())->time, clock_.now());
}

TEST_F(CommitTest, StoppingCommitsWhatIsQueuedAndTakesNoMore) {
  int done = 0;
  {
    const HeldWriter held(*journal_);
    for (int i = 0; i < 20; ++i) {
      journal_->submit(access(),
                       [&](const Result<Committed>& committed) { done += committed ? 1 : 0; });
    }
  }
  journal_->stop();
  EXPECT_EQ(done, 20);
  EXPECT_EQ(commit(*journal_, access()).error().token, "draining");
  journal_->stop();  // again is nothing
  restart();
  EXPECT_EQ(journal_->head().size, 21U);
}

TEST_F(CommitTest, SizesAndLeavesThatAreNotThereAreRefused) {
  commit_many(5);
  EXPECT_EQ(journal_->read(LeafIndex{5}).error().token, "leaf_not_found");
  EXPECT_EQ(journal_->prove_inclusion(LeafIndex{5}, 5).error().token, "leaf_not_found");
  EXPECT_EQ(journal_->prove_inclusion(LeafIndex{4}, 4).error().token, "leaf_not_found");
  EXPECT_EQ(journal_->prove_inclusion(LeafIndex{0}, 0).error().token, "bad_tree_size");
  EXPECT_EQ(journal_->prove_inclusion(LeafIndex{0}, 6).error().token, "bad_tree_size");
  EXPECT_EQ(journal_->prove_consistency(0, 5).error().token, "bad_tree_size");
  EXPECT_EQ(journal_->prove_consistency(4, 3).error().token, "bad_tree_size");
  EXPECT_EQ(journal_->prove_consistency(1, 6).error().token, "bad_tree_size");
  EXPECT_TRUE(journal_->prove_consistency(1, 5));
  EXPECT_TRUE(journal_->prove_inclusion(LeafIndex{0}, 1)->empty());
}

TEST_F(CommitTest, AnErasedRecordIsGoneAndItsProofStays) {
  const Digest clip = sha256(std::string_view("clip"));
  ASSERT_TRUE(commit(*journal_, clip_accepted(clip, 4)));
  ASSERT_TRUE(commit(*journal_, clip_destroyed(clip, {0})));
  const Stored stored = journal_->read(LeafIndex{0}).value();
  EXPECT_FALSE(stored.record);
  EXPECT_FALSE(stored.salt);
  expect_proven(LeafIndex{0});
  restart();
  expect_proven(LeafIndex{0});
}

}  // namespace
}  // namespace hansom::journal
