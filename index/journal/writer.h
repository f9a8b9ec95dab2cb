// The journal's writer: takes a group of commands through validation into one durable commit.
#pragma once

#include <vector>

#include "index/journal/journal.h"
#include "index/journal/rows.h"

namespace hansom::journal {

struct Command {
  evidence::Record record;
  Done done;
};

// What readers see: one durable state of the tree.
struct Tree {
  Head head;
  tlog::RightEdge edge;
  UtcTime last_time;  // of the last leaf
};

// Reads the state an earlier run left, or founds the journal in an empty store, and holds it
// against the last signed head. Errors: as open_embedded.
[[nodiscard]] Result<Tree> load_tree(store::Store& store, const tlog::Signer& signer);

// Signs the head of a tree, and puts it with the position of the views into a batch.
[[nodiscard]] Head sign_head(const tlog::Signer& signer, const tlog::RightEdge& edge);
void put_head(store::Batch& batch, const Head& head);

struct GroupOutcome {
  std::uint64_t refused = 0;
  std::uint64_t sync_us = 0;
};

// Used by one thread. Requires: everything outlives it.
class Writer {
 public:
  // Makes a durable tree visible to readers.
  using Publish = std::function<void(const Tree&)>;
  using Failed = std::function<void(const Error&)>;

  Writer(store::Store& store, const Rules& rules, tlog::Signer signer, Clock& clock, Random& random,
         Tree tree, Publish publish);

  // Answers every command once. When the commit fails, `failed` is called before any waiter is
  // answered with kStorage `journal_failed`; after that it must not be called again.
  [[nodiscard]] GroupOutcome commit_group(std::vector<Command> commands, const Failed& failed);

 private:
  struct Answer;
  [[nodiscard]] Result<Committed> enter(evidence::Record record, Tree& tree, store::Batch& batch,
                                        std::vector<tlog::FullTile>& tiles);
  [[nodiscard]] ByteSpan next_salt();  // valid until the next call

  store::Store& store_;
  const Rules& rules_;
  tlog::Signer signer_;
  Clock& clock_;
  Random& random_;
  Tree tree_;  // the last durable state
  Publish publish_;
  static constexpr std::size_t kSaltsDrawn = 256;
  Bytes salts_;
  std::size_t salts_used_ = 0;  // bytes
};

}  // namespace hansom::journal
