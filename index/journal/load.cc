// What an earlier run left in the store, held against the last signed head.
#include "index/journal/views.h"
#include "index/journal/writer.h"
#include "proto/base/check.h"

namespace hansom::journal {
namespace {

tl::unexpected<Error> corrupt(std::string message) {
  return fail(ErrorKind::kCorrupt, "journal_corrupt", std::move(message));
}

// The last key of a family of numbered rows; nullopt when it is empty.
Result<std::optional<std::uint64_t>> last_number(const store::Reader& reader,
                                                 store::Family family) {
  std::optional<Bytes> last;
  HANSOM_TRY(reader.scan(family, {}, {}, store::Order::kDescending, [&](ByteSpan key, ByteSpan) {
    last = Bytes(key.begin(), key.end());
    return false;
  }));
  if (!last) return std::optional<std::uint64_t>();
  HANSOM_TRY_ASSIGN(const std::uint64_t number, parse_number_key(*last));
  return std::optional<std::uint64_t>(number);
}

// A new journal begins with a signed head of the empty tree, so that there always is one.
Result<Tree> found_journal(store::Store& store, const KeyRing& keys) {
  Tree tree;
  tree.key = keys.first();
  HANSOM_TRY_ASSIGN(tree.head, sign_head(std::span(&tree.key, 1), tree.edge));
  const std::unique_ptr<store::Batch> batch = store.begin();
  batch->put(store::Family::kMeta, as_bytes(kFormatKey), as_bytes(kFormat));
  put_views_format(*batch);
  put_head(*batch, tree.head);
  HANSOM_TRY(store.commit(*batch));
  return tree;
}

// Who signs the next head: the last of those who signed this one (two of them at a rotation).
Result<KeyRing::Key> key_of_head(const Head& head, const KeyRing& keys) {
  const auto note = tlog::SignedNote::parse(head.checkpoint);
  if (!note) return corrupt("the head at " + std::to_string(head.size) + " is damaged");
  const std::string& origin = keys.first()->verifier().name;
  const tlog::NoteSignature* last = nullptr;
  for (const tlog::NoteSignature& signature : note->signatures) {
    if (signature.name == origin) last = &signature;
  }
  KeyRing::Key key = last == nullptr ? nullptr : keys.find_id(last->id);
  if (key) return key;
  std::string known;
  for (const tlog::VerifierKey& one : keys.verifiers()) known += " " + one.text();
  Bytes id;
  append_u32be(id, last == nullptr ? 0 : last->id);
  return corrupt("the head at " + std::to_string(head.size) + " was signed by key " + to_hex(id) +
                 " of " + (last == nullptr ? "another journal" : origin) +
                 "; journal_key names other ones:" + known);
}

}  // namespace

Result<Tree> load_tree(store::Store& store, const KeyRing& keys) {
  const std::unique_ptr<store::Reader> reader = store.snapshot();
  HANSOM_TRY_ASSIGN(const auto position, read_position(*reader));
  HANSOM_TRY_ASSIGN(const auto last_leaf, last_number(*reader, store::Family::kLeaf));
  HANSOM_TRY_ASSIGN(const auto last_head, last_number(*reader, store::Family::kHead));
  if (!position) {
    if (last_leaf || last_head) return corrupt("there are leaves or heads, but no format row");
    return found_journal(store, keys);
  }

  // Position, leaves and heads are written together: they must tell one size.
  const std::uint64_t size = *position;
  if (size != (last_leaf ? *last_leaf + 1 : 0) || last_head != position) {
    return corrupt("the journal stands at " + std::to_string(size) +
                   " leaves, leaves or heads at another size");
  }
  Tree tree;
  HANSOM_TRY_ASSIGN(auto head, reader->get(store::Family::kHead, number_key(size)));
  HANSOM_CHECK(head.has_value());
  tree.head = {size, to_text(*head)};
  HANSOM_TRY_ASSIGN(tree.key, key_of_head(tree.head, keys));
  const auto checkpoint = tlog::verify_checkpoint(tree.head.checkpoint, tree.key->verifier());
  if (!checkpoint) {
    return corrupt("the head at " + std::to_string(size) +
                   " is damaged: " + checkpoint.error().message);
  }
  HANSOM_TRY_ASSIGN(tree.edge, read_edge(*reader, size));
  if (checkpoint->size != size || checkpoint->root != tree.edge.root()) {
    return corrupt("leaves and tiles do not give the root that was signed at " +
                   std::to_string(size) + "; run: hansom journal verify");
  }
  if (size > 0) {
    HANSOM_TRY_ASSIGN(const Bytes bytes, read_leaf(*reader, size - 1));
    HANSOM_TRY_ASSIGN(const tlog::Leaf leaf, tlog::Leaf::decode(bytes));
    tree.last_time = leaf.time;
  }
  return tree;
}

}  // namespace hansom::journal
