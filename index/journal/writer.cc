// THE COMMIT: a group of commands becomes leaves, records, tiles, view rows and one signed head,
// durable in one synced write. Read it from enter() to make_durable(); embedded.cc calls them.
#include "index/journal/writer.h"

#include <algorithm>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "index/journal/views.h"
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

}  // namespace

Result<Head> sign_head(std::span<const KeyRing::Key> keys, const tlog::RightEdge& edge) {
  const tlog::Checkpoint checkpoint{keys.front()->verifier().name, edge.size(), edge.root(), {}};
  const std::string text = checkpoint.text();
  Head head{edge.size(), text + "\n"};
  for (const KeyRing::Key& key : keys) {
    HANSOM_TRY_ASSIGN(const std::string line, key->signature_line(text));
    head.checkpoint += line;
  }
  return head;
}

void put_head(store::Batch& batch, const Head& head) {
  batch.put(store::Family::kHead, number_key(head.size), as_bytes(head.checkpoint));
  batch.put(store::Family::kMeta, as_bytes(kPositionKey), number_key(head.size));
  put_views_position(batch, head.size);
}

Writer::Writer(store::Store& store, const Rules& rules, KeyRing keys, Clock& clock, Random& random)
    : store_(store), rules_(rules), keys_(std::move(keys)), clock_(clock), random_(random) {}

Group Writer::first_group(const Tree& tree) {
  Group group;
  group.tree = tree;
  group.signers = {tree.key};
  group.batch = store_.begin();
  return group;
}

Group Writer::group_behind(const Group& sealed, std::function<void()> settle) {
  Group group;
  group.tree = sealed.tree;
  group.signers = {sealed.tree.key};
  group.batch = store_.begin_behind(*sealed.batch, std::move(settle));
  return group;
}

// 1. Each command in the order it came: validated against the state with everything before it, the
//    group in flight included. A refused one leaves nothing behind. Its answer waits with the
//    others: it may lean on a command before it ("accepted already"), which is not yet true on
//    disk.
void Writer::enter(Command command, Group& group) {
  group.batch->mark();
  auto entered = give_leaf(std::move(command.record), group);
  if (entered) {
    ++group.entered;
    if (group.tree.key != group.signers.back()) group.signers.push_back(group.tree.key);
  } else {
    group.batch->roll_back();
  }
  group.answers.push_back({std::move(command.done), std::move(entered)});
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

// A rotation names its new key; the old one is whichever signs when its turn comes.
Result<KeyRing::Key> Writer::key_after(evidence::Record& record,
                                       const KeyRing::Key& present) const {
  if (!record.has_journal_key_rotated()) return present;
  evidence::JournalKeyRotated& act = *record.mutable_journal_key_rotated();
  act.set_old_key(to_text(present->verifier().key));
  KeyRing::Key next = keys_.find(act.new_key());
  if (next) return next;
  return fail(ErrorKind::kConflict, "key_not_loaded",
              "the server has no such key: name it in journal_key of the configuration");
}

// Gives one command its time, its leaf and its rows. On an error tree and tiles are unchanged; the
// caller rolls the batch back.
Result<Committed> Writer::give_leaf(evidence::Record record, Group& group) {
  Tree& tree = group.tree;
  store::Batch& batch = *group.batch;
  // Time in the journal never runs backwards, whatever the clock does.
  const UtcTime time = std::max(tree.last_time, clock_.now());
  record.set_time_us(to_unix_us(time));
  HANSOM_CHECK(record.act_case() != evidence::Record::ACT_NOT_SET);
  HANSOM_TRY_ASSIGN(KeyRing::Key next_key, key_after(record, tree.key));
  HANSOM_TRY(rules_.validate(record, batch));

  const LeafIndex index{tree.edge.size()};
  const Bytes salted = join_record(next_salt(), serialize(record));
  const Digest commitment = sha256(salted);  // as tlog::commit has it
  const tlog::Leaf leaf{static_cast<std::uint16_t>(record.act_case()), time, commitment};
  const Bytes leaf_bytes = leaf.encode();
  batch.put(store::Family::kLeaf, number_key(to_u64(index)), leaf_bytes);
  batch.put(store::Family::kRecord, number_key(to_u64(index)), salted);
  HANSOM_TRY(rules_.apply(record, index, batch));

  tree.edge.append(tlog::leaf_hash(leaf_bytes), group.tiles);
  tree.last_time = time;
  tree.key = std::move(next_key);
  return Committed{index, time, std::move(record)};
}

// From here the order, the leaf indices and the bytes of the group are fixed; nobody has seen them.
void Writer::seal(Group& group) {
  if (group.entered == 0) return;

  // 2. The tiles that became full.
  for (const tlog::FullTile& tile : group.tiles) {
    group.batch->put(store::Family::kTile, tile_key(tile.id), tile.bytes);
  }

  // 3. One head for the group. It is shown to nobody before it is durable: after a failed commit it
  //    either turns up at the next start together with exactly these leaves, or was never seen.
  auto head = sign_head(group.signers, group.tree.edge);
  if (!head) {  // a token is away: the group must not be written, nor any behind it
    group.sealed = fail(std::move(head).error());
    return;
  }
  group.tree.head = *std::move(head);
  put_head(*group.batch, group.tree.head);
  group.batch->finish();
}

// 4. One synced write. A failure is final: it is never tried again.
Status Writer::make_durable(Group& group) {
  if (group.entered == 0) return {};
  if (!group.sealed) {
    return fail(ErrorKind::kStorage, "journal_failed",
                "the head cannot be signed: " + group.sealed.error().message);
  }
  if (Status committed = store_.commit(*group.batch); !committed) {
    return fail(ErrorKind::kStorage, "journal_failed", std::move(committed).error().message);
  }
  // From here the group exists: every leaf of it survives whatever happens next. Then, in
  // embedded.cc: 5. readers get the new tree, 6. the waiters their answers, in order.
  return {};
}

}  // namespace hansom::journal
