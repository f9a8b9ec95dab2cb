// A receipt verifies as the server made it, and every single change to it is found.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/evidence/journal.pb.h"
#include "proto/evidence/receipt.h"
#include "proto/tlog/leaf.h"

namespace hansom::evidence {
namespace {

using ::testing::HasSubstr;

const std::string kOrigin = "journal.example/site";
constexpr UtcTime kAccepted = from_unix_us(1'772'359'300'123'456);

// A tree of leaves in memory.
class Tree {
 public:
  void add(const Bytes& leaf) { hashes_.push_back(tlog::leaf_hash(leaf)); }
  [[nodiscard]] std::uint64_t size() const { return hashes_.size(); }
  [[nodiscard]] tlog::NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t index) { return node(level, index); };
  }

 private:
  [[nodiscard]] Result<Digest> node(unsigned level, std::uint64_t index) const {
    if (level == 0) return hashes_.at(index);
    HANSOM_TRY_ASSIGN(const Digest left, node(level - 1, 2 * index));
    HANSOM_TRY_ASSIGN(const Digest right, node(level - 1, 2 * index + 1));
    return tlog::node_hash(left, right);
  }
  std::vector<Digest> hashes_;
};

struct Made {
  tlog::Signer signer;
  Receipt receipt;
};

Record accepted_record() {
  Record record;
  record.set_time_us(to_unix_us(kAccepted));
  auto& accepted = *record.mutable_clip_accepted();
  accepted.set_sealed_sha256(std::string(32, 'c'));
  accepted.set_sealed_bytes(12345);
  accepted.set_upload(std::string(32, 'a'));
  accepted.set_unit("demo-1");
  return record;
}

Made make_receipt(const Record& record, std::uint64_t index = 5, std::uint64_t size = 11) {
  Made made{tlog::Signer::from_pem(kOrigin, tlog::Signer::generate_pem()).value(), {}};
  Receipt& receipt = made.receipt;
  receipt.clip = Digest::from_span(as_bytes(std::string(32, 'c'))).value();
  receipt.sealed_bytes = 12345;
  receipt.unit = "demo-1";
  receipt.upload = std::string(32, 'a');
  receipt.accepted = kAccepted;
  receipt.leaf_index = LeafIndex{index};
  receipt.salt = Bytes(tlog::kSaltBytes, 9);
  receipt.record = to_bytes(record.SerializeAsString());
  tlog::Leaf leaf;
  leaf.type = static_cast<std::uint16_t>(record.act_case());
  leaf.time = kAccepted;
  leaf.commitment = tlog::commit(receipt.salt, receipt.record);
  receipt.leaf = leaf.encode();
  Tree tree;
  for (std::uint64_t i = 0; i < size; ++i) {
    tree.add(i == index ? receipt.leaf : Bytes(tlog::kLeafBytes, static_cast<std::uint8_t>(i)));
  }
  receipt.tree_size = size;
  receipt.inclusion = tlog::inclusion_proof(index, size, tree.nodes()).value();
  tlog::Checkpoint checkpoint;
  checkpoint.origin = kOrigin;
  checkpoint.size = size;
  checkpoint.root = tlog::root(size, tree.nodes()).value();
  receipt.checkpoint = made.signer.sign_note(checkpoint.text());
  return made;
}

TEST(Receipt, VerifiesAsMadeAndAfterItsJson) {
  for (const std::uint64_t size : {1U, 2U, 3U, 8U, 11U, 64U}) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const Made made = make_receipt(accepted_record(), index, size);
      const auto verified = verify_receipt(made.receipt, made.signer.verifier());
      ASSERT_TRUE(verified) << verified.error().message;
      const auto again = parse_receipt(receipt_json(made.receipt));
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_TRUE(verify_receipt(*again, made.signer.verifier()));
      EXPECT_EQ(receipt_json(*again), receipt_json(made.receipt));
    }
  }
}

TEST(Receipt, EveryChangeIsFound) {
  struct Change {
    std::string why;
    std::function<void(Receipt&)> apply;
  };
  const std::vector<Change> changes = {
      {"another clip", [](Receipt& r) { r.clip.bytes[0] ^= 1; }},
      {"another size", [](Receipt& r) { ++r.sealed_bytes; }},
      {"another unit", [](Receipt& r) { r.unit = "demo-2"; }},
      {"another upload", [](Receipt& r) { r.upload[0] = 'b'; }},
      {"times", [](Receipt& r) { r.accepted += std::chrono::microseconds(1); }},
      {"inclusion proof", [](Receipt& r) { r.leaf_index = LeafIndex{4}; }},
      {"outside the tree", [](Receipt& r) { r.leaf_index = LeafIndex{11}; }},
      {"leaf", [](Receipt& r) { r.leaf.pop_back(); }},
      {"commits to", [](Receipt& r) { r.leaf.back() ^= 1; }},
      {"commits to", [](Receipt& r) { r.salt[0] ^= 1; }},
      {"salt", [](Receipt& r) { r.salt.clear(); }},
      {"commits to", [](Receipt& r) { r.record[0] ^= 1; }},
      {"size", [](Receipt& r) { ++r.tree_size; }},
      {"inclusion proof", [](Receipt& r) { r.inclusion[0].bytes[0] ^= 1; }},
      {"inclusion proof", [](Receipt& r) { r.inclusion.pop_back(); }},
      {"inclusion proof", [](Receipt& r) { r.inclusion.emplace_back(); }},
      {"inclusion proof", [](Receipt& r) { r.inclusion.clear(); }},
      {"checkpoint", [](Receipt& r) { r.checkpoint[0] ^= 1; }},
      {"checkpoint", [](Receipt& r) { r.checkpoint[r.checkpoint.size() - 10] ^= 1; }},
      {"checkpoint", [](Receipt& r) { r.checkpoint.clear(); }},
  };
  for (const Change& change : changes) {
    Made made = make_receipt(accepted_record());
    change.apply(made.receipt);
    const auto verified = verify_receipt(made.receipt, made.signer.verifier());
    ASSERT_FALSE(verified) << change.why;
    EXPECT_EQ(verified.error().token, "receipt_invalid");
    EXPECT_THAT(verified.error().message, HasSubstr(change.why));
  }
}

TEST(Receipt, AnotherJournalsKeyDoesNotVerify) {
  const Made made = make_receipt(accepted_record());
  const Made other = make_receipt(accepted_record());
  const auto verified = verify_receipt(made.receipt, other.signer.verifier());
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.error().message, HasSubstr("checkpoint"));
}

TEST(Receipt, ARecordOfAnotherActIsNoReceipt) {
  Record record;
  record.set_time_us(to_unix_us(kAccepted));
  record.mutable_clip_inspected()->set_sealed_sha256(std::string(32, 'c'));
  const Made made = make_receipt(record);
  const auto verified = verify_receipt(made.receipt, made.signer.verifier());
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.error().message, HasSubstr("not of an accepted clip"));
}

TEST(Receipt, EveryMissingMemberIsNamed) {
  const std::string json = receipt_json(make_receipt(accepted_record()).receipt);
  for (const std::string name :
       {"format", "clip", "sealed_bytes", "unit", "upload", "accepted", "leaf_index", "leaf",
        "salt", "record", "tree_size", "inclusion", "checkpoint"}) {
    std::string changed = json;
    changed.replace(changed.find("\"" + name + "\""), name.size() + 2, "\"x\"");
    const auto receipt = parse_receipt(changed);
    ASSERT_FALSE(receipt) << name;
    EXPECT_EQ(receipt.error().token, "bad_receipt");
    EXPECT_THAT(receipt.error().message, HasSubstr("member " + name));
  }
  EXPECT_FALSE(parse_receipt(""));
  EXPECT_FALSE(parse_receipt("[]"));
}

}  // namespace
}  // namespace hansom::evidence
