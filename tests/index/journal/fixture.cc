// The journal's test bench.
#include "tests/index/journal/fixture.h"

#include <condition_variable>
#include <mutex>

#include "index/journal/rows.h"
#include "proto/base/check.h"

namespace hansom::journal {

Status TestRules::validate(evidence::Record& record, const store::Reader& state) const {
  if (!record.has_hold_placed()) return {};
  HANSOM_TRY_ASSIGN(const auto row,
                    state.get(store::Family::kRetention, as_bytes(record.hold_placed().hold_id())));
  if (row) return fail(ErrorKind::kConflict, "already_held", "that hold is placed");
  return {};
}

Status TestRules::apply(const evidence::Record& record, LeafIndex leaf, store::Batch& batch) const {
  if (record.has_hold_placed()) {
    batch.put(store::Family::kRetention, as_bytes(record.hold_placed().hold_id()),
              number_key(to_u64(leaf)));
    if (record.hold_placed().reason() == "apply fails") {
      return fail(ErrorKind::kStorage, "storage_failed", "injected");
    }
  }
  for (const std::uint64_t erased : record.clip_destroyed().erased_leaves()) {
    batch.del(store::Family::kRecord, number_key(erased));
  }
  return {};
}

evidence::Record hold(const std::string& id, const std::string& reason) {
  evidence::Record record;
  record.mutable_hold_placed()->set_hold_id(id);
  record.mutable_hold_placed()->set_reason(reason);
  return record;
}

evidence::Record access(const std::string& query) {
  evidence::Record record;
  record.mutable_access()->set_kind(evidence::Access::SEARCH);
  record.mutable_access()->set_query(query);
  return record;
}

evidence::Record clip_accepted(const Digest& clip, std::uint64_t bytes) {
  evidence::Record record;
  record.mutable_clip_accepted()->set_sealed_sha256(to_text(clip.bytes));
  record.mutable_clip_accepted()->set_sealed_bytes(bytes);
  return record;
}

evidence::Record clip_destroyed(const Digest& clip, const std::vector<std::uint64_t>& erased) {
  evidence::Record record;
  record.mutable_clip_destroyed()->set_clip(to_text(clip.bytes));
  for (const std::uint64_t leaf : erased) {
    record.mutable_clip_destroyed()->add_erased_leaves(leaf);
  }
  return record;
}

Result<Committed> commit(Journal& journal, evidence::Record record) {
  const auto promise = std::make_shared<std::promise<Result<Committed>>>();
  auto answer = promise->get_future();
  journal.submit(std::move(record), [promise](Result<Committed> committed) {
    promise->set_value(std::move(committed));
  });
  return answer.get();
}

void flip_bit(store::Store& store, store::Family family, const Bytes& key, std::size_t bit) {
  const auto batch = store.begin();
  Bytes value = batch->get(family, key).value().value();
  HANSOM_CHECK(bit / 8 < value.size());
  value[bit / 8] = static_cast<std::uint8_t>(value[bit / 8] ^ (1U << (bit % 8)));
  batch->put(family, key, value);
  HANSOM_CHECK(store.commit(*batch).has_value());
}

HeldWriter::HeldWriter(Journal& journal) : gate_(std::make_shared<Gate>()) {
  journal.submit(access("holds the writer"), [gate = gate_](const Result<Committed>&) {
    gate->entered.set_value();
    gate->released.get_future().wait();
  });
  gate_->entered.get_future().wait();
}

void HeldWriter::release() {
  if (!std::exchange(released_, true)) gate_->released.set_value();
}

JournalTest::JournalTest() = default;

tlog::Signer JournalTest::signer() const {
  return tlog::Signer::from_pem(kOrigin, pem_).value();
}

std::unique_ptr<store::Store> JournalTest::open_store(store::Mode mode) const {
  auto store = store::Store::open(store_path(), mode);
  HANSOM_CHECK(store.has_value());
  return *std::move(store);
}

Result<std::unique_ptr<Journal>> JournalTest::open_journal(store::Store& store,
                                                           EmbeddedOptions options) {
  return open_embedded(store, rules_, signer(), clock_, *random_, options);
}

void JournalTest::close() {
  journal_.reset();
  store_.reset();
}

void JournalTest::restart(EmbeddedOptions options) {
  close();
  store_ = open_store();
  auto journal = open_journal(*store_, options);
  ASSERT_TRUE(journal) << journal.error().message;
  journal_ = *std::move(journal);
}

void JournalTest::commit_many(std::uint64_t count) {
  // Not more in flight than the queue holds.
  constexpr std::uint64_t kInFlight = 2048;
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t in_flight = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return in_flight < kInFlight; });
      ++in_flight;
    }
    journal_->submit(access(), [&](const Result<Committed>& committed) {
      HANSOM_CHECK(committed.has_value());
      const std::lock_guard lock(mutex);
      --in_flight;
      changed.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return in_flight == 0; });
}

void JournalTest::expect_proven(LeafIndex leaf) {
  const Stored stored = journal_->read(leaf).value();
  const Head head = journal_->head_covering(leaf).value();
  const auto checkpoint = tlog::verify_checkpoint(head.checkpoint, signer().verifier());
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  EXPECT_EQ(checkpoint->size, head.size);
  const auto proof = journal_->prove_inclusion(leaf, head.size);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_TRUE(tlog::verify_inclusion(tlog::leaf_hash(stored.leaf), to_u64(leaf), head.size, *proof,
                                     checkpoint->root));
}

}  // namespace hansom::journal
