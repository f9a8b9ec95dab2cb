// The newest durable tree, and reading below it.
#pragma once

#include <memory>
#include <mutex>

#include "index/journal/writer.h"

namespace hansom::journal {

// What the journal's readers see. One thread publishes, any may read: they copy one pointer under
// the lock, then work on that tree and on a snapshot of the store, so that a long proof never holds
// up a commit. What each call answers is said at Journal. Requires: `store` outlives it.
class PublishedTree {
 public:
  PublishedTree(const store::Store& store, const Tree& tree);

  // Requires: the tree is durable.
  void publish(const Tree& durable);

  [[nodiscard]] tlog::VerifierKey key() const;
  [[nodiscard]] Head head() const;
  [[nodiscard]] Result<Head> head_covering(LeafIndex leaf) const;
  [[nodiscard]] Result<Stored> read(LeafIndex leaf) const;
  [[nodiscard]] Result<tlog::Proof> prove_inclusion(LeafIndex leaf, std::uint64_t tree_size) const;
  [[nodiscard]] Result<tlog::Proof> prove_consistency(std::uint64_t old_size,
                                                      std::uint64_t new_size) const;
  [[nodiscard]] Result<Bytes> tile(tlog::TileId id, std::uint64_t width) const;
  [[nodiscard]] Result<Bytes> entries(std::uint64_t number, std::uint64_t width) const;

 private:
  [[nodiscard]] std::shared_ptr<const Tree> now() const;

  const store::Store& store_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Tree> tree_;  // shared: a reader keeps its tree while the next is published
};

}  // namespace hansom::journal
