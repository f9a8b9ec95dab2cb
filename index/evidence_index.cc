// The front door of the index: store, rules and journal, opened and closed together.
#include "index/evidence_index.h"

#include <future>

#include "index/journal/rows.h"
#include "index/journal/views.h"
#include "index/keys/site_keys.h"
#include "index/rules.h"

namespace hansom {

Result<std::unique_ptr<EvidenceIndex>> EvidenceIndex::open(journal::KeyRing keys,
                                                           const EvidenceIndexOptions& options,
                                                           store::Mode mode) {
  auto index = std::unique_ptr<EvidenceIndex>(new EvidenceIndex(keys));
  HANSOM_TRY_ASSIGN(index->store_, store::Store::open(options.directory, mode));
  index->rules_ = make_rules();
  HANSOM_TRY_ASSIGN(index->journal_,
                    journal::open_embedded(*index->store_, *index->rules_, std::move(keys),
                                           *options.clock, *options.random, options.journal));
  return index;
}

EvidenceIndex::~EvidenceIndex() {
  if (journal_) journal_->stop();
}

void EvidenceIndex::submit(evidence::Record record, journal::Done done) {
  if (!watcher_) return journal_->submit(std::move(record), std::move(done));
  journal_->submit(std::move(record),
                   [this, done = std::move(done)](Result<journal::Committed> committed) {
                     if (committed) watcher_(committed->record);
                     done(std::move(committed));
                   });
}

std::future<Result<journal::Committed>> EvidenceIndex::submit(evidence::Record record) {
  // Shared: the writer may still be inside set_value() when the waiter has gone on.
  const auto promise = std::make_shared<std::promise<Result<journal::Committed>>>();
  auto answer = promise->get_future();
  submit(std::move(record), [promise](Result<journal::Committed> committed) {
    promise->set_value(std::move(committed));
  });
  return answer;
}

Result<journal::Committed> EvidenceIndex::submit_and_wait(evidence::Record record) {
  return submit(std::move(record)).get();
}

Result<View> EvidenceIndex::view() const {
  auto reader = store_->snapshot();
  HANSOM_TRY_ASSIGN(const auto position, journal::read_views_position(*reader));
  return View(std::move(reader), position);
}

Result<evidence::Receipt> EvidenceIndex::receipt(LeafIndex leaf) const {
  HANSOM_TRY_ASSIGN(journal::Stored stored, journal_->read(leaf));
  HANSOM_TRY_ASSIGN(const tlog::Leaf decoded, tlog::Leaf::decode(stored.leaf));
  if (decoded.type != evidence::Record::kClipAccepted) {
    return fail(ErrorKind::kNotFound, "leaf_not_found", "the leaf is not of an accepted clip");
  }
  if (!stored.record || !stored.salt) {
    return fail(ErrorKind::kGone, "destroyed", "the clip's record was erased with the clip");
  }
  evidence::Record record;
  if (!record.ParseFromArray(stored.record->data(), static_cast<int>(stored.record->size())) ||
      !record.has_clip_accepted()) {
    return fail(ErrorKind::kCorrupt, "journal_corrupt",
                "record " + std::to_string(to_u64(leaf)) + " cannot be read");
  }
  const evidence::ClipAccepted& clip = record.clip_accepted();

  evidence::Receipt receipt;
  HANSOM_TRY_ASSIGN(receipt.clip, Digest::from_span(as_bytes(clip.sealed_sha256())));
  receipt.sealed_bytes = clip.sealed_bytes();
  receipt.unit = clip.unit();
  receipt.upload = clip.upload();
  receipt.accepted = decoded.time;
  HANSOM_TRY(prove(leaf, std::move(stored), receipt));
  return receipt;
}

// By the head of the leaf's own commit group, so that every later reading gives the same bytes.
Status EvidenceIndex::prove(LeafIndex leaf, journal::Stored stored,
                            evidence::LeafProof& proof) const {
  proof.leaf_index = leaf;
  proof.leaf = std::move(stored.leaf);
  proof.salt = *std::move(stored.salt);
  proof.record = *std::move(stored.record);
  HANSOM_TRY_ASSIGN(journal::Head head, journal_->head_covering(leaf));
  proof.tree_size = head.size;
  HANSOM_TRY_ASSIGN(proof.inclusion, journal_->prove_inclusion(leaf, head.size));
  proof.checkpoint = std::move(head.checkpoint);
  return {};
}

Result<evidence::KeyChain> EvidenceIndex::key_chain() const {
  HANSOM_TRY_ASSIGN(const auto rotations, keys::list_rotations(*store_->snapshot()));
  evidence::KeyChain chain;
  for (const catalogue::JournalKeyRow& row : rotations) {
    const LeafIndex leaf{row.leaf()};
    HANSOM_TRY_ASSIGN(journal::Stored stored, journal_->read(leaf));
    if (!stored.record || !stored.salt) {
      return fail(ErrorKind::kCorrupt, "journal_corrupt",
                  "the record of the rotation at leaf " + std::to_string(row.leaf()) + " is gone");
    }
    HANSOM_TRY(prove(leaf, std::move(stored), chain.emplace_back()));
  }
  return chain;
}

Result<journal::Head> EvidenceIndex::copy_store(const std::filesystem::path& directory) const {
  HANSOM_TRY(store_->copy_to(directory));
  HANSOM_TRY_ASSIGN(const auto copy, store::Store::open(directory, store::Mode::kReadOnly));
  return journal::newest_head(*copy->snapshot());
}

void EvidenceIndex::stop() {
  journal_->stop();
}

evidence::Record record_by_unit(std::string_view unit) {
  evidence::Record record;
  record.mutable_actor()->set_kind(evidence::Actor::UNIT);
  record.mutable_actor()->set_id(std::string(unit));
  return record;
}

evidence::Record record_by_server() {
  evidence::Record record;
  record.mutable_actor()->set_kind(evidence::Actor::SERVER);
  record.mutable_actor()->set_id("hansomd");
  return record;
}

}  // namespace hansom
