// The front door of the index: submit a command, read a view at a journal position.
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>

#include "index/journal/journal.h"
#include "index/store/store.h"
#include "proto/evidence/key_chain.h"

namespace hansom {

struct EvidenceIndexOptions {
  std::filesystem::path directory;  // of the store
  Clock* clock = nullptr;           // required
  Random* random = nullptr;         // required
  journal::EmbeddedOptions journal;
};

// A consistent state of all views and the journal position it stands at: leaves [0, position) are
// applied.
class View {
 public:
  View(std::unique_ptr<store::Reader> reader, std::uint64_t position)
      : reader_(std::move(reader)), position_(position) {}
  [[nodiscard]] const store::Reader& reader() const { return *reader_; }
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  std::unique_ptr<store::Reader> reader_;
  std::uint64_t position_;
};

// Owns store, rules and journal. Any thread.
class EvidenceIndex {
 public:
  // Errors: those of Store::open and journal::open_embedded.
  [[nodiscard]] static Result<std::unique_ptr<EvidenceIndex>> open(
      journal::KeyRing keys, const EvidenceIndexOptions& options,
      store::Mode mode = store::Mode::kOpen);
  ~EvidenceIndex();
  EvidenceIndex(const EvidenceIndex&) = delete;
  EvidenceIndex& operator=(const EvidenceIndex&) = delete;

  // Called with every record once it is durable, before its waiter is answered, on the journal's
  // threads: quick. Requires: set before the first submit; what it needs outlives stop().
  void watch(std::function<void(const evidence::Record&)> watcher) {
    watcher_ = std::move(watcher);
  }
  // See journal::Journal::submit.
  void submit(evidence::Record record, journal::Done done);
  // submit() for callers that may block: tools, background workers, tests. Never on an I/O or
  // writer thread.
  [[nodiscard]] std::future<Result<journal::Committed>> submit(evidence::Record record);
  [[nodiscard]] Result<journal::Committed> submit_and_wait(evidence::Record record);
  // Error: kStorage, kCorrupt.
  [[nodiscard]] Result<View> view() const;
  // The receipt of the ClipAccepted at `leaf`: the same bytes every time it is asked for.
  // Errors: kNotFound `leaf_not_found`, kGone `destroyed` when its record is erased.
  [[nodiscard]] Result<evidence::Receipt> receipt(LeafIndex leaf) const;
  // Every rotation of the journal's key with its proof, under the head of its own commit group.
  [[nodiscard]] Result<evidence::KeyChain> key_chain() const;
  // Keys that are added here can be rotated to. Any thread.
  [[nodiscard]] journal::KeyRing& keys() { return keys_; }
  // Copies the store at one commit into a new folder (store::Store::copy_to) and tells the head of
  // the copy. Blocks for as long as flushing takes. Errors: those of copy_to, kCorrupt.
  [[nodiscard]] Result<journal::Head> copy_store(const std::filesystem::path& directory) const;
  [[nodiscard]] journal::Journal& journal() { return *journal_; }
  [[nodiscard]] const store::Store& store() const { return *store_; }
  void stop();

 private:
  explicit EvidenceIndex(journal::KeyRing keys) : keys_(std::move(keys)) {}
  // Requires: `stored` has its record and salt.
  [[nodiscard]] Status prove(LeafIndex leaf, journal::Stored stored,
                             evidence::LeafProof& proof) const;
  std::function<void(const evidence::Record&)> watcher_;  // may be empty
  journal::KeyRing keys_;                                 // shares its keys with the journal
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<journal::Rules> rules_;
  std::unique_ptr<journal::Journal> journal_;
};

// Records with actor set, as every caller needs them.
[[nodiscard]] evidence::Record record_by_unit(std::string_view unit);
[[nodiscard]] evidence::Record record_by_server();

}  // namespace hansom
