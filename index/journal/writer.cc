// THE COMMIT: a group of commands becomes leaves, records, tiles, view rows and one signed head,
// durable in one synced write. Read commit_group() from top to bottom.
#include "index/journal/writer.h"

#include <algorithm>
#include <chrono>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "proto/base/check.h"

namespace hansom::journal {
namespace {

// One record has one serialization here: what is committed to is what a later reader gets.
Bytes serialize(const evidence::Record& record) {
  Bytes out(record.ByteSizeLong());
  google::protobuf::io::ArrayOutputStream array(out.data(), static_cast<int>(out.size()));
  google::protobuf::io::CodedOutputStream coded(&array);
  coded.SetSerializationDeterministic(true);
  HANSOM_CHECK(record.SerializeToCodedStream(&coded));
  return out;
}

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  const auto elapsed = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());
}

}  // namespace

Head sign_head(const tlog::Signer& signer, const tlog::RightEdge& edge) {
  const tlog::Checkpoint checkpoint{signer.verifier().name, edge.size(), edge.root(), {}};
  return {edge.size(), signer.sign_note(checkpoint.text())};
}

void put_head(store::Batch& batch, const Head& head) {
  batch.put(store::Family::kHead, number_key(head.size), as_bytes(head.checkpoint));
  batch.put(store::Family::kMeta, as_bytes(kPositionKey), number_key(head.size));
}

struct Writer::Answer {
  Done done;
  Result<Committed> result;
};

Writer::Writer(store::Store& store, const Rules& rules, tlog::Signer signer, Clock& clock,
               Random& random, Tree tree, Publish publish)
    : store_(store),
      rules_(rules),
      signer_(std::move(signer)),
      clock_(clock),
      random_(random),
      tree_(std::move(tree)),
      publish_(std::move(publish)) {}

GroupOutcome Writer::commit_group(std::vector<Command> commands, const Failed& failed) {
  GroupOutcome outcome;
  Tree tree = tree_;  // grows with the group; becomes the durable one in step 5, or is dropped
  std::vector<tlog::FullTile> tiles;
  std::vector<Answer> answers;
  const std::unique_ptr<store::Batch> batch = store_.begin();

  // 1. Each command in the order it came: validated against the state with everything before it in
  //    the group. A refused one leaves nothing behind. Its answer waits with the others: it may
  //    lean on a command before it ("accepted already"), which is not yet true on disk.
  for (Command& command : commands) {
    batch->mark();
    auto entered = enter(std::move(command.record), tree, *batch, tiles);
    if (!entered) {
      batch->roll_back();
      ++outcome.refused;
    }
    answers.push_back({std::move(command.done), std::move(entered)});
  }
  // From here the order, the leaf indices and the bytes of the group are fixed; nobody has seen
  // them.

  if (outcome.refused < answers.size()) {
    // 2. The tiles that became full.
    for (const tlog::FullTile& tile : tiles) {
      batch->put(store::Family::kTile, tile_key(tile.id), tile.bytes);
    }

    // 3. One head for the group. It is shown to nobody before it is durable: after a failed commit
    //    it either turns up at the next start together with exactly these leaves, or was never
    //    seen.
    tree.head = sign_head(signer_, tree.edge);
    put_head(*batch, tree.head);

    // 4. One synced write. A failure is final: it is never tried again.
    const auto started = std::chrono::steady_clock::now();
    if (Status committed = store_.commit(*batch); !committed) {
      const Error error{ErrorKind::kStorage, "journal_failed",
                        std::move(committed).error().message};
      failed(error);
      for (const Answer& answer : answers) answer.done(fail(error));
      return outcome;
    }
    outcome.sync_us = microseconds_since(started);
    // From here the group exists: every leaf of it survives whatever happens next.

    // 5. Readers get the new tree before anyone is told to look.
    tree_ = std::move(tree);
    publish_(tree_);
  }

  // 6. The waiters, in order.
  for (Answer& answer : answers) answer.done(std::move(answer.result));
  return outcome;
}

// Drawn for many commands at once: a call costs more than its bytes.
ByteSpan Writer::next_salt() {
  if (salts_used_ == salts_.size()) {
    salts_.resize(kSaltsDrawn * tlog::kSaltBytes);
    random_.fill(salts_);
    salts_used_ = 0;
  }
  const ByteSpan salt = ByteSpan(salts_).subspan(salts_used_, tlog::kSaltBytes);
  salts_used_ += tlog::kSaltBytes;
  return salt;
}

// Gives one command its time, its leaf and its rows. On an error `tree` and `tiles` are unchanged;
// the caller rolls the batch back.
Result<Committed> Writer::enter(evidence::Record record, Tree& tree, store::Batch& batch,
                                std::vector<tlog::FullTile>& tiles) {
  // Time in the journal never runs backwards, whatever the clock does.
  const UtcTime time = std::max(tree.last_time, clock_.now());
  record.set_time_us(to_unix_us(time));
  HANSOM_CHECK(record.act_case() != evidence::Record::ACT_NOT_SET);
  HANSOM_TRY(rules_.validate(record, batch));

  const LeafIndex index{tree.edge.size()};
  const Bytes salted = join_record(next_salt(), serialize(record));
  const tlog::Leaf leaf{static_cast<std::uint16_t>(record.act_case()), time, sha256(salted)};
  const Bytes leaf_bytes = leaf.encode();
  batch.put(store::Family::kLeaf, number_key(to_u64(index)), leaf_bytes);
  batch.put(store::Family::kRecord, number_key(to_u64(index)), salted);
  HANSOM_TRY(rules_.apply(record, index, batch));

  tree.edge.append(tlog::leaf_hash(leaf_bytes), tiles);
  tree.last_time = time;
  return Committed{index, time, std::move(record)};
}

}  // namespace hansom::journal
