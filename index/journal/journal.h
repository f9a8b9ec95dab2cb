// The journal: the append-only, Merkle-hashed record of every fact and act. One of the two seams.
//
// What every implementation guarantees; tests/index/journal/conformance.cc has a check a clause,
// for any implementation:
//  Order        Commands are taken in one total order, which keeps the order of each submitting
//               thread. A command that validates gets the next leaf index: no gap, no second leaf.
//  State        Each is validated against the state that all commands before it made, and applied
//               on top. Rules are deterministic: every replay ends at the same views.
//  Durability   Leaf, salt, record, tree nodes and view rows become durable together: after a power
//               cut all of them are there or none. Only then is the waiter answered, in the order
//               of the leaves; a refusal too, since it may lean on a command before it.
//  Refusal      A refused command leaves nothing: no leaf, no row.
//  Identity     Leaf, salt and record at an index never change; a record and its salt may be erased
//               by a recorded destruction alone. The head over a leaf is the same for ever.
//  Heads        A signed checkpoint is durable before it is shown. Two of one size are never
//               different. Its root is that of the leaves.
//  Time         Leaf times never run backwards, whatever the clock does.
//  Failure      Of a commit that failed nobody is told success; it is never tried again; every
//               later command is refused until a restart, which finds all of it or nothing.
//               Reading goes on.
//  End          stop() commits and answers what was queued; later commands are refused.
//
// A JournalKeyRotated names its new key; the writer fills in the old one. The head over that leaf
// is signed by both, in their order, every later one by the new key alone. Errors beside those of
// the rules: kConflict `key_not_loaded` when the ring lacks the new key. A head that its key cannot
// sign (its token is away) is a failed commit: `journal_failed` until a restart.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "index/journal/key_ring.h"
#include "index/store/store.h"
#include "proto/base/clock.h"
#include "proto/base/ids.h"
#include "proto/base/random.h"
#include "proto/evidence/journal.pb.h"
#include "proto/tlog/checkpoint.h"
#include "proto/tlog/leaf.h"
#include "proto/tlog/tile.h"

namespace hansom::journal {

struct Committed {
  LeafIndex leaf{};
  UtcTime time;
  evidence::Record record;  // as recorded: validation may have completed it
};
using Done = std::function<void(Result<Committed>)>;

// The state machine: deterministic functions of (state, record). Called by one thread at a time.
class Rules {
 public:
  virtual ~Rules() = default;
  // Refuses the record or completes it (drops repeats, fills in what the state knows). Reads
  // nothing but `state`.
  [[nodiscard]] virtual Status validate(evidence::Record& record,
                                        const store::Reader& state) const = 0;
  // Writes the view rows of a record that was validated. Also what a replay calls; must not fail
  // for any record that validate() let through. Errors are storage errors.
  [[nodiscard]] virtual Status apply(const evidence::Record& record, LeafIndex leaf,
                                     store::Batch& batch) const = 0;
};

struct Stored {
  Bytes leaf;
  std::optional<Bytes> salt;    // erased together with the record
  std::optional<Bytes> record;  // serialized evidence::Record
};

struct Head {
  std::uint64_t size = 0;
  std::string checkpoint;  // signed note
};

class Journal {
 public:
  virtual ~Journal() = default;
  // Queues a command; `done` is called once, when its group is durable, also with a refusal (which
  // may lean on a command before it): it must be quick and must not block. It is called on one
  // of the journal's threads, or, if never queued, within submit(). Errors: what Rules::validate
  // says; kUnavailable `journal_busy` (queue full) or `draining`; kStorage `journal_failed` (a
  // commit failed: every later command fails until restart). Requires: the record has an act. Any
  // thread.
  virtual void submit(evidence::Record record, Done done) = 0;
  // The key of the newest durable head: of two that signed it, the later. Any thread.
  [[nodiscard]] virtual tlog::VerifierKey key() const = 0;
  // The newest durable head. Any thread.
  [[nodiscard]] virtual Head head() const = 0;
  // The oldest durable head that covers `leaf` (the one of its commit group). Error: kNotFound
  // `leaf_not_found`.
  [[nodiscard]] virtual Result<Head> head_covering(LeafIndex leaf) const = 0;
  // Error: kNotFound `leaf_not_found`.
  [[nodiscard]] virtual Result<Stored> read(LeafIndex leaf) const = 0;
  // Errors: kNotFound `leaf_not_found`, kInvalid `bad_tree_size` (0, or beyond the head).
  [[nodiscard]] virtual Result<tlog::Proof> prove_inclusion(LeafIndex leaf,
                                                            std::uint64_t tree_size) const = 0;
  [[nodiscard]] virtual Result<tlog::Proof> prove_consistency(std::uint64_t old_size,
                                                              std::uint64_t new_size) const = 0;
  // The public tree (c2sp.org/tlog-tiles), as far as the newest head covers it: the hashes of a
  // tile, and an entry bundle of leaves; the first `width` of each. What was once answered never
  // changes. Error: kNotFound `tile_not_found` when the tree does not reach there yet. Requires: 1
  // <= width <= 256.
  [[nodiscard]] virtual Result<Bytes> tile(tlog::TileId id, std::uint64_t width) const = 0;
  [[nodiscard]] virtual Result<Bytes> entries(std::uint64_t number, std::uint64_t width) const = 0;
  // False once a commit has failed.
  [[nodiscard]] virtual bool healthy() const = 0;
  struct Counters {
    std::uint64_t commands = 0, refused = 0, groups = 0, sync_us = 0, queued = 0;
  };
  [[nodiscard]] virtual Counters counters() const = 0;
  // Takes no more commands, commits what is queued, joins the writer. Idempotent.
  virtual void stop() = 0;
};

struct EmbeddedOptions {
  std::size_t queue_max = 4096;  // commands waiting; beyond: journal_busy
  std::size_t queue_bytes_max = std::size_t{64} * 1024 * 1024;
  std::size_t group_max = 512;  // commands in one synced batch
  std::size_t group_bytes_max = std::size_t{8} * 1024 * 1024;
};

// The embedded journal on RocksDB. Requires: everything outlives it. Errors: kCorrupt
// `journal_corrupt` when leaves, tiles and the last signed head do not agree, or no key of the ring
// signed it; those of bring_views_up (views.h), which runs first.
[[nodiscard]] Result<std::unique_ptr<Journal>> open_embedded(store::Store& store,
                                                             const Rules& rules, KeyRing keys,
                                                             Clock& clock, Random& random,
                                                             EmbeddedOptions options = {});

}  // namespace hansom::journal
