// A commit that fails: nothing acknowledged is lost, nothing more is accepted, nothing is tried
// again.
#include "index/journal/rows.h"
#include "tests/index/journal/failing_store.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

class FailureTest : public JournalTest {};
class FailedCommitTest : public JournalTest, public ::testing::WithParamInterface<Failure> {};

TEST_P(FailedCommitTest, MakesTheJournalRefuseUntilARestartAndLosesNothingAcknowledged) {
  {
    const auto inner = open_store();
    FailingStore failing(*inner);
    const auto journal = open_journal(failing).value();
    ASSERT_TRUE(commit(*journal, hold("acknowledged")));
    const Head before = journal->head();

    failing.fail_next(GetParam());
    const auto failed = commit(*journal, hold("failed"));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().token, "journal_failed");
    EXPECT_EQ(failed.error().kind, ErrorKind::kStorage);
    EXPECT_FALSE(journal->healthy());
    EXPECT_EQ(journal->head().checkpoint, before.checkpoint);  // the other head was never shown

    const int tried = failing.commits_tried();
    EXPECT_EQ(commit(*journal, hold("later")).error().token, "journal_failed");
    EXPECT_EQ(failing.commits_tried(), tried);
    EXPECT_TRUE(journal->read(LeafIndex{0}));  // reading goes on
    EXPECT_EQ(journal->read(LeafIndex{1}).error().token, "leaf_not_found");
  }
  restart();
  const std::uint64_t size = journal_->head().size;
  EXPECT_EQ(size, GetParam() == Failure::kAfterWrite ? 2U : 1U);
  for (std::uint64_t i = 0; i < size; ++i) expect_proven(LeafIndex{i});
  EXPECT_TRUE(commit(*journal_, hold("later")));
  EXPECT_EQ(commit(*journal_, hold("acknowledged")).error().token, "already_held");
}

INSTANTIATE_TEST_SUITE_P(WhenNothingOrEverythingWasWritten, FailedCommitTest,
                         ::testing::Values(Failure::kBeforeWrite, Failure::kAfterWrite));

TEST_F(FailureTest, EveryWaiterOfTheGroupAndBehindItIsAnswered) {
  const auto inner = open_store();
  FailingStore failing(*inner);
  const auto journal = open_journal(failing, {.group_max = 4}).value();
  HeldWriter held(*journal);
  int failed = 0;
  for (int i = 0; i < 10; ++i) {
    journal->submit(access(), [&](const Result<Committed>& committed) {
      failed += !committed && committed.error().token == "journal_failed" ? 1 : 0;
    });
  }
  failing.fail_next(Failure::kBeforeWrite);
  held.release();
  journal->stop();
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(failing.commits_tried(), 3);  // founding, the first command, the failed group
}

TEST_F(FailureTest, AStoreOpenedForReadingTakesNoCommand) {
  restart();
  commit_many(3);
  close();
  const auto store = open_store(store::Mode::kReadOnly);
  const auto journal = open_journal(*store).value();
  EXPECT_EQ(journal->head().size, 3U);
  EXPECT_EQ(commit(*journal, access()).error().token, "journal_failed");
}

}  // namespace
}  // namespace hansom::journal
