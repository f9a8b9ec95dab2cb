// The vectors of index/FORMAT.md, made by a program that is not ours (vectors/make_vectors.py): the
// same commands give the same leaves, rows, tiles, heads and proofs, byte for byte.
#include <fstream>
#include <sstream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "index/journal/rows.h"
#include "index/journal/verify.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}
Bytes bytes_of(const json::value& value) {
  return from_hex(text_of(value)).value();
}
std::uint64_t number_of(const json::value& value) {
  return value.to_number<std::uint64_t>();
}

// Gives the salts of the vectors as one stream, however much is drawn at once, and the time of each
// command as it is taken.
class VectorSource final : public Random, public Clock {
 public:
  explicit VectorSource(const json::array& rows) : rows_(rows) {}
  void fill(MutableByteSpan out) override {
    for (std::uint8_t& byte : out) {
      const std::size_t row = drawn_ / tlog::kSaltBytes;
      if (drawn_ % tlog::kSaltBytes == 0 && row < rows_.size()) {
        salt_ = bytes_of(rows_.at(row).at("salt"));
      }
      byte = salt_.at(drawn_++ % tlog::kSaltBytes);
    }
  }
  [[nodiscard]] UtcTime now() const override {
    return from_unix_us(rows_.at(taken_++).at("time_us").to_number<std::int64_t>());
  }

 private:
  const json::array& rows_;
  Bytes salt_;
  std::size_t drawn_ = 0;          // bytes
  mutable std::size_t taken_ = 0;  // commands; one thread asks
};

class VectorsTest : public JournalTest {
 protected:
  VectorsTest() {
    std::ifstream file(HANSOM_JOURNAL_VECTORS);
    std::ostringstream text;
    text << file.rdbuf();
    vectors_ = json::parse(text.str()).as_object();
  }
  const json::array& rows() const { return vectors_.at("rows").as_array(); }
  tlog::Proof proof_of(const json::value& entry) const {
    tlog::Proof proof;
    for (const json::value& hash : entry.at("hashes").as_array()) {
      proof.push_back(Digest::from_hex(text_of(hash)).value());
    }
    return proof;
  }
  evidence::Record record_at(std::size_t index) const {
    const Bytes bytes = bytes_of(rows().at(index).at("record"));
    evidence::Record record;
    EXPECT_TRUE(record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return record;
  }
  // Commits every row, one a group, so that there is a head of every size.
  void commit_rows() {
    tlog::Signer signer = tlog::Signer::from_pem(text_of(vectors_.at("origin")),
                                                 Secret(text_of(vectors_.at("private_key"))))
                              .value();
    EXPECT_EQ(signer.verifier().text(), text_of(vectors_.at("verifier_key")));
    source_ = std::make_unique<VectorSource>(rows());
    store_ = open_store();
    journal_ =
        open_embedded(*store_, rules_, std::move(signer), *source_, *source_, {.group_max = 1})
            .value();
    for (std::size_t i = 0; i < rows().size(); ++i) {
      evidence::Record record = record_at(i);
      record.clear_time_us();
      const auto committed = commit(*journal_, record);
      ASSERT_TRUE(committed) << committed.error().message;
      ASSERT_EQ(to_u64(committed->leaf), i);
    }
  }

  json::object vectors_;
  std::unique_ptr<VectorSource> source_;
};

TEST_F(VectorsTest, TheSameCommandsGiveTheSameLeavesRecordsAndHeads) {
  commit_rows();
  const json::object& erased = vectors_.at("erased").as_object();
  EXPECT_EQ(erased.size(), 2U);
  for (std::size_t i = 0; i < rows().size(); ++i) {
    SCOPED_TRACE("leaf " + std::to_string(i));
    const Stored stored = journal_->read(LeafIndex{i}).value();
    EXPECT_EQ(stored.leaf, bytes_of(rows().at(i).at("leaf")));
    const tlog::Leaf leaf = tlog::Leaf::decode(stored.leaf).value();
    EXPECT_EQ(leaf.type, rows().at(i).at("type").to_number<std::uint16_t>());
    const Bytes salt = bytes_of(rows().at(i).at("salt"));
    const Bytes record = bytes_of(rows().at(i).at("record"));
    EXPECT_EQ(tlog::commit(salt, record), leaf.commitment);
    if (erased.contains(std::to_string(i))) {
      EXPECT_EQ(stored.record, std::nullopt);
      EXPECT_EQ(stored.salt, std::nullopt);
    } else {
      EXPECT_EQ(stored.record, record);
      EXPECT_EQ(stored.salt, salt);
    }
  }
  const auto reader = store_->snapshot();
  for (const auto& [size, note] : vectors_.at("heads").as_object()) {
    const auto row = reader->get(store::Family::kHead, number_key(std::stoull(size))).value();
    ASSERT_TRUE(row) << "head " << size;
    EXPECT_EQ(to_text(*row), text_of(note));
  }
  EXPECT_EQ(reader->get(store::Family::kTile, tile_key({0, 0})).value(),
            bytes_of(vectors_.at("tile_0_000")));
}

TEST_F(VectorsTest, ProofsAreThoseOfTheVectorsAlsoOfErasedRecords) {
  commit_rows();
  for (const json::value& entry : vectors_.at("inclusion").as_array()) {
    EXPECT_EQ(journal_->prove_inclusion(LeafIndex{number_of(entry.at("leaf"))},
                                        number_of(entry.at("size"))),
              proof_of(entry))
        << json::serialize(entry.at("leaf"));
  }
  for (const json::value& entry : vectors_.at("consistency").as_array()) {
    EXPECT_EQ(journal_->prove_consistency(number_of(entry.at("old")), number_of(entry.at("new"))),
              proof_of(entry))
        << json::serialize(entry.at("old"));
  }
}

// Erasure takes a record and its salt; every proof stays what it was, and the verifier is content.
TEST_F(VectorsTest, ErasureLeavesEveryProofValidAndTheRestVerifiable) {
  commit_rows();
  const auto key = tlog::VerifierKey::parse(text_of(vectors_.at("verifier_key"))).value();
  const Head head = journal_->head();
  const auto checkpoint = tlog::verify_checkpoint(head.checkpoint, key).value();
  std::uint64_t erased = 0;
  for (std::uint64_t i = 0; i < head.size; ++i) {
    const Stored stored = journal_->read(LeafIndex{i}).value();
    erased += stored.record ? 0 : 1;
    const auto proof = journal_->prove_inclusion(LeafIndex{i}, head.size).value();
    EXPECT_TRUE(
        tlog::verify_inclusion(tlog::leaf_hash(stored.leaf), i, head.size, proof, checkpoint.root))
        << i;
  }
  EXPECT_EQ(erased, 2U);
  const auto report =
      verify({.store = store_path(), .vault = std::nullopt, .key = key, .progress = {}});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->clean());
  EXPECT_EQ(report->records_erased, 2U);
  EXPECT_EQ(report->records_checked, head.size - 2);
  EXPECT_EQ(report->heads, head.size + 1);
}

}  // namespace
}  // namespace hansom::journal
