// The journal's writer: takes commands through validation, in groups, into durable commits.
#pragma once

#include <span>
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
  KeyRing::Key key;   // signs the next head
};

// Reads the state an earlier run left, or founds the journal in an empty store, and holds it
// against the last signed head. Errors: as open_embedded.
[[nodiscard]] Result<Tree> load_tree(store::Store& store, const KeyRing& keys);

// Signs the head of a tree, and puts it with the positions of journal and views into a batch.
// At a rotation several keys sign, in their order. Error: kUnavailable, of a key that cannot sign.
[[nodiscard]] Result<Head> sign_head(std::span<const KeyRing::Key> keys,
                                     const tlog::RightEdge& edge);
void put_head(store::Batch& batch, const Head& head);

// Commands on their way into one durable write.
struct Group {
  struct Answer {
    Done done;
    Result<Committed> result;
  };
  Tree tree;  // as it is once the group is durable
  std::vector<tlog::FullTile> tiles;
  std::vector<KeyRing::Key> signers;  // of its head: more than one where it rotates the key
  Status sealed;                      // why the head could not be signed
  std::unique_ptr<store::Batch> batch;
  std::vector<Answer> answers;  // one a command, in order
  std::size_t entered = 0;      // commands that got a leaf; the others were refused
  std::size_t bytes = 0;        // of the records
};

// The two halves of a commit, which overlap: while one group is being made durable the next is
// prepared. Requires: everything outlives it.
class Writer {
 public:
  Writer(store::Store& store, const Rules& rules, KeyRing keys, Clock& clock, Random& random);

  // The first half; one thread at a time.
  [[nodiscard]] Group first_group(const Tree& tree);
  // `settle` returns once the commit of `sealed` has ended, well or not.
  [[nodiscard]] Group group_behind(const Group& sealed, std::function<void()> settle);
  void enter(Command command, Group& group);
  void seal(Group& group);

  // The second half; one thread at a time, the same or another. Groups in the order they were
  // sealed; after an error no further one. Errors: kStorage `journal_failed`, also where no head
  // could be signed.
  [[nodiscard]] Status make_durable(Group& group);

 private:
  [[nodiscard]] Result<KeyRing::Key> key_after(evidence::Record& record,
                                               const KeyRing::Key& present) const;
  [[nodiscard]] Result<Committed> give_leaf(evidence::Record record, Group& group);
  [[nodiscard]] ByteSpan next_salt();  // valid until the next call

  store::Store& store_;
  const Rules& rules_;
  KeyRing keys_;
  Clock& clock_;
  Random& random_;
  static constexpr std::size_t kSaltsDrawn = 256;
  Bytes salts_;
  std::size_t salts_used_ = 0;  // bytes
};

}  // namespace hansom::journal
