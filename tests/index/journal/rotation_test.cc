// Rotating the journal's key: who signs which head, what a restart finds, what the verifier
// accepts.
#include "index/journal/rows.h"
#include "index/journal/verify.h"
#include "proto/tlog/ed25519.h"
#include "tests/index/journal/failing_store.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

// A key that signs until its token is taken away.
class TakenKey final : public SigningKey {
 public:
  explicit TakenKey(tlog::Ed25519Key key) : key_(std::move(key)) {}
  [[nodiscard]] Bytes public_key() const override {
    return {key_.public_key().begin(), key_.public_key().end()};
  }
  [[nodiscard]] Result<Bytes> sign(ByteSpan message) const override {
    if (away) return fail(ErrorKind::kUnavailable, "key_unavailable", "the token is away");
    return key_.sign(as_text(message));
  }
  std::atomic<bool> away = false;

 private:
  tlog::Ed25519Key key_;
};

class RotationTest : public JournalTest {
 protected:
  RotationTest() {
    for (Secret& pem : pems_) pem = tlog::Signer::generate_pem();
  }
  tlog::Signer key(std::size_t number) const {
    if (number == 0) return signer();
    return tlog::Signer::from_pem(kOrigin, pems_.at(number - 1)).value();
  }
  // As a restart with these keys in the configuration.
  Status open(const std::vector<std::size_t>& numbers) {
    close();
    store_ = open_store();
    std::vector<tlog::Signer> keys;
    keys.reserve(numbers.size());
    for (const std::size_t number : numbers) keys.push_back(key(number));
    KeyRing ring(std::move(keys));
    auto journal = open_embedded(*store_, rules_, ring, clock_, *random_);
    if (!journal) return fail(std::move(journal).error());
    journal_ = *std::move(journal);
    if (journal_->head().size > 0) return {};
    evidence::Record opened;
    const auto founding = journal_->key();
    opened.mutable_site_opened()->set_journal_key(founding.key.data(), founding.key.size());
    if (const auto done = commit(*journal_, opened); !done) return fail(done.error());
    return {};
  }
  evidence::Record rotation(std::size_t number) const {
    evidence::Record record;
    const auto verifier = key(number).verifier();
    record.mutable_journal_key_rotated()->set_new_key(verifier.key.data(), verifier.key.size());
    record.mutable_journal_key_rotated()->set_reason("test");
    return record;
  }
  bool signed_by(const Head& head, std::size_t number) const {
    return tlog::verify_checkpoint(head.checkpoint, key(number).verifier()).has_value();
  }
  VerifyReport verified_with(std::size_t number,
                             const std::optional<std::string>& old_checkpoint = {}) const {
    VerifyOptions options;
    options.old_checkpoint = old_checkpoint;
    options.store = store_path();
    options.key = key(number).verifier();
    return verify(options).value();
  }

  std::array<Secret, 3> pems_;
};

TEST_F(RotationTest, TheHeadOverTheLeafHasBothSignaturesAndLaterOnesTheNew) {
  ASSERT_TRUE(open({0, 1}));
  ASSERT_TRUE(commit(*journal_, access()));
  const Head before = journal_->head();
  const auto rotated = commit(*journal_, rotation(1));
  ASSERT_TRUE(rotated) << rotated.error().message;
  EXPECT_EQ(rotated->record.journal_key_rotated().old_key(), as_text(key(0).verifier().key));
  const Head over = journal_->head_covering(rotated->leaf).value();
  EXPECT_EQ(journal_->key().key, key(1).verifier().key);
  ASSERT_TRUE(commit(*journal_, access()));
  const Head after = journal_->head();
  EXPECT_TRUE(signed_by(before, 0) && !signed_by(before, 1));
  EXPECT_TRUE(signed_by(over, 0) && signed_by(over, 1));
  EXPECT_TRUE(!signed_by(after, 0) && signed_by(after, 1));
  EXPECT_EQ(journal_->head_covering(LeafIndex{1})->checkpoint, before.checkpoint) << "unchanged";
}

TEST_F(RotationTest, SeveralInOneGroupAreASingleChain) {
  ASSERT_TRUE(open({0, 1, 2}));
  std::promise<void> all;
  std::atomic<int> left = 3;
  const Done done = [&](const Result<Committed>& committed) {
    EXPECT_TRUE(committed.has_value());
    if (--left == 0) all.set_value();
  };
  {
    const HeldWriter held(*journal_);
    journal_->submit(rotation(1), done);
    journal_->submit(rotation(2), done);
    journal_->submit(access(), done);
  }
  all.get_future().wait();
  ASSERT_TRUE(commit(*journal_, access()));
  EXPECT_TRUE(signed_by(journal_->head(), 2) && !signed_by(journal_->head(), 1));
  close();
  for (const std::size_t number : {0U, 1U, 2U}) {
    const VerifyReport report = verified_with(number);
    EXPECT_TRUE(report.clean()) << report.problems.front().what << report.problems.front().detail;
  }
}

TEST_F(RotationTest, ARestartGoesOnWithTheKeyThatSignedLast) {
  ASSERT_TRUE(open({0, 1}));
  ASSERT_TRUE(commit(*journal_, rotation(1)));
  for (const std::vector<std::size_t>& configured :
       {std::vector<std::size_t>{0, 1}, {1, 0}, {1}, {1, 0, 2}}) {
    ASSERT_TRUE(open(configured));
    EXPECT_EQ(journal_->key().key, key(1).verifier().key);
    ASSERT_TRUE(commit(*journal_, access()));
    EXPECT_TRUE(signed_by(journal_->head(), 1) && !signed_by(journal_->head(), 0));
  }
  const Status refused = open({0, 2});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().token, "journal_corrupt");
}

TEST_F(RotationTest, AKeyThatIsNotLoadedIsRefusedAndNothingChanges) {
  ASSERT_TRUE(open({0}));
  ASSERT_TRUE(commit(*journal_, access()));
  const Head before = journal_->head();
  EXPECT_EQ(commit(*journal_, rotation(1)).error().token, "key_not_loaded");
  EXPECT_EQ(journal_->head().checkpoint, before.checkpoint);
  EXPECT_TRUE(journal_->healthy());
}

TEST_F(RotationTest, AFailedCommitLeavesTheOldKeyOrTheNewOneNeverBoth) {
  for (const Failure failure : {Failure::kBeforeWrite, Failure::kAfterWrite}) {
    ASSERT_TRUE(open({0, 1, 2}));
    const std::size_t next = failure == Failure::kBeforeWrite ? 1 : 2;
    const auto present = journal_->key();
    close();
    store_ = open_store();
    FailingStore failing(*store_);
    std::vector<tlog::Signer> keys;
    for (const std::size_t number : {0U, 1U, 2U}) keys.push_back(key(number));
    auto journal = open_embedded(failing, rules_, KeyRing(std::move(keys)), clock_, *random_);
    ASSERT_TRUE(journal);
    failing.fail_next(failure);
    EXPECT_EQ(commit(**journal, rotation(next)).error().token, "journal_failed");
    EXPECT_EQ((*journal)->key().key, present.key) << "what is shown did not move";
    journal->reset();
    ASSERT_TRUE(open({0, 1, 2}));
    const bool written = failure == Failure::kAfterWrite;
    EXPECT_EQ(journal_->key().key, written ? key(next).verifier().key : present.key);
    ASSERT_TRUE(commit(*journal_, access()));
    close();
    EXPECT_TRUE(verified_with(0).clean());
  }
}

TEST_F(RotationTest, AHeadThatCannotBeSignedIsAFailedCommit) {
  const auto token = std::make_shared<TakenKey>(
      tlog::Ed25519Key::from_pem(tlog::Ed25519Key::generate_pem()).value());
  store_ = open_store();
  auto journal = open_embedded(*store_, rules_, tlog::Signer::from_key(kOrigin, token).value(),
                               clock_, *random_);
  ASSERT_TRUE(journal);
  ASSERT_TRUE(commit(**journal, access()));
  const Head before = (*journal)->head();
  token->away = true;
  EXPECT_EQ(commit(**journal, access()).error().token, "journal_failed");
  token->away = false;
  EXPECT_EQ(commit(**journal, access()).error().token, "journal_failed") << "until a restart";
  EXPECT_FALSE((*journal)->healthy());
  EXPECT_EQ((*journal)->head().checkpoint, before.checkpoint);
  journal->reset();
  journal = open_embedded(*store_, rules_, tlog::Signer::from_key(kOrigin, token).value(), clock_,
                          *random_);
  ASSERT_TRUE(journal);
  EXPECT_EQ((*journal)->head().checkpoint, before.checkpoint);
  EXPECT_TRUE(commit(**journal, access()));
}

TEST_F(RotationTest, TheVerifierFollowsTheRecordedChainOnly) {
  ASSERT_TRUE(open({0, 1, 2}));
  std::vector<std::string> heads = {journal_->head().checkpoint};
  for (const evidence::Record& record : {rotation(1), access(), rotation(2), access()}) {
    ASSERT_TRUE(commit(*journal_, record));
    heads.push_back(journal_->head().checkpoint);
  }
  const std::uint64_t size = journal_->head().size;
  // A head of today by the key that was left.
  const tlog::Checkpoint forged{
      kOrigin,
      size,
      tlog::verify_checkpoint(journal_->head().checkpoint, key(2).verifier())->root,
      {}};
  journal_.reset();
  EXPECT_TRUE(verified_with(0).clean());
  EXPECT_TRUE(verified_with(2).clean());
  for (const std::string& head : heads) EXPECT_TRUE(verified_with(2, head).old_size) << head;
  const VerifyReport left = verified_with(0, key(1).sign_note(forged.text()));
  ASSERT_EQ(left.problems_found, 1);
  EXPECT_EQ(left.problems.front().what, "old_checkpoint_damaged");
  const VerifyReport stranger = verified_with(3);
  ASSERT_EQ(stranger.problems_found, 1);
  EXPECT_EQ(stranger.problems.front().what, "key_unknown");
  const auto batch = store_->begin();
  batch->put(store::Family::kHead, number_key(size), as_bytes(key(1).sign_note(forged.text())));
  ASSERT_TRUE(store_->commit(*batch));
  const VerifyReport report = verified_with(0);
  ASSERT_EQ(report.problems_found, 1);
  EXPECT_EQ(report.problems.front().what, "head_damaged");
}

}  // namespace
}  // namespace hansom::journal
