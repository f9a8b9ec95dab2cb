// The front door with the real rules: views at their position, receipts that never change.
#include "index/evidence_index.h"

#include "proto/evidence/receipt.h"
#include "tests/index/journal/fixture.h"

namespace hansom {
namespace {

class EvidenceIndexTest : public journal::JournalTest {
 protected:
  EvidenceIndexTest() { reopen(); }
  void reopen(store::Mode mode = store::Mode::kCreate) {
    index_.reset();
    EvidenceIndexOptions options;
    options.directory = store_path();
    options.clock = &clock_;
    options.random = random_.get();
    auto index = EvidenceIndex::open(signer(), options, mode);
    ASSERT_TRUE(index) << index.error().message;
    index_ = *std::move(index);
  }
  LeafIndex enrol_unit() {
    auto record = record_by_server();
    record.mutable_unit_enrolled()->set_unit("unit-1");
    record.mutable_unit_enrolled()->set_certificate_der("certificate");
    return index_->submit_and_wait(record)->leaf;
  }
  LeafIndex accept_clip(const Digest& clip, const std::string& upload) {
    auto record = record_by_unit("unit-1");
    auto& act = *record.mutable_clip_accepted();
    act.set_sealed_sha256(to_text(clip.bytes));
    act.set_sealed_bytes(1000);
    act.set_unit("unit-1");
    act.set_upload(upload);
    const auto committed = index_->submit_and_wait(record);
    EXPECT_TRUE(committed) << committed.error().message;
    return committed->leaf;
  }

  std::unique_ptr<EvidenceIndex> index_;
};

TEST_F(EvidenceIndexTest, AViewStandsAtThePositionItWasReadAt) {
  EXPECT_EQ(index_->view()->position(), 0U);
  enrol_unit();
  const auto view = index_->view();
  accept_clip(sha256(std::string_view("clip")), std::string(32, 'a'));
  EXPECT_EQ(view->position(), 1U);
  EXPECT_EQ(index_->view()->position(), 2U);
}

TEST_F(EvidenceIndexTest, AReceiptVerifiesOfflineAndIsTheSameEveryTime) {
  enrol_unit();
  const Digest clip = sha256(std::string_view("clip"));
  const LeafIndex leaf = accept_clip(clip, std::string(32, 'a'));
  const auto receipt = index_->receipt(leaf);
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(receipt->clip, clip);
  EXPECT_EQ(receipt->unit, "unit-1");
  EXPECT_EQ(receipt->sealed_bytes, 1000U);
  EXPECT_EQ(receipt->accepted, clock_.now());
  const Status verified = evidence::verify_receipt(*receipt, signer().verifier());
  EXPECT_TRUE(verified) << verified.error().message;

  const std::string json = evidence::receipt_json(*receipt);
  for (int i = 0; i < 300; ++i) {
    accept_clip(sha256(std::to_string(i)), sha256(std::to_string(i)).hex().substr(0, 32));
  }
  EXPECT_EQ(evidence::receipt_json(index_->receipt(leaf).value()), json);
  reopen();
  EXPECT_EQ(evidence::receipt_json(index_->receipt(leaf).value()), json);
}

TEST_F(EvidenceIndexTest, ThereIsNoReceiptForOtherLeaves) {
  const LeafIndex enrolled = enrol_unit();
  EXPECT_EQ(index_->receipt(enrolled).error().token, "leaf_not_found");
  EXPECT_EQ(index_->receipt(LeafIndex{9}).error().token, "leaf_not_found");
}

TEST_F(EvidenceIndexTest, ARefusedCommandSaysWhyAndLeavesNoLeaf) {
  auto record = record_by_server();
  record.mutable_unit_revoked()->set_unit("nobody");
  EXPECT_EQ(index_->submit_and_wait(record).error().token, "unit_not_found");
  EXPECT_EQ(index_->journal().head().size, 0U);
}

TEST_F(EvidenceIndexTest, OneServerHasItAndAReaderMayLook) {
  enrol_unit();
  EvidenceIndexOptions options;
  options.directory = store_path();
  options.clock = &clock_;
  options.random = random_.get();
  EXPECT_EQ(EvidenceIndex::open(signer(), options).error().token, "store_locked");
  const auto reader = EvidenceIndex::open(signer(), options, store::Mode::kReadOnly);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->view()->position(), 1U);
}

}  // namespace
}  // namespace hansom
