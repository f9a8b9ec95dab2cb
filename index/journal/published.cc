// The published tree: its head, and what is proved and read below it.
#include "index/journal/published.h"

#include "proto/base/check.h"
#include "proto/tlog/entry_bundle.h"

namespace hansom::journal {
namespace {

// How many hashes the public tree has at a tile level.
std::uint64_t hashes_at(const Tree& tree, unsigned level) {
  return level < tlog::kTileHeight ? tree.head.size >> (tlog::kTileHeight * level) : 0;
}
Status reaches(std::uint64_t hashes, std::uint64_t number, std::uint64_t width) {
  HANSOM_CHECK(width >= 1 && width <= tlog::kTileWidth);
  const std::uint64_t full = hashes / tlog::kTileWidth;
  if (number < full || (number == full && width <= hashes % tlog::kTileWidth)) return {};
  return fail(ErrorKind::kNotFound, "tile_not_found", "the tree does not reach there yet");
}
Status covers(const Tree& tree, LeafIndex leaf) {
  if (to_u64(leaf) < tree.head.size) return {};
  return fail(ErrorKind::kNotFound, "leaf_not_found",
              "the journal has " + std::to_string(tree.head.size) + " leaves");
}
Status has_size(const Tree& tree, std::uint64_t size) {
  if (size > 0 && size <= tree.head.size) return {};
  return fail(ErrorKind::kInvalid, "bad_tree_size",
              "a tree size is 1 to " + std::to_string(tree.head.size));
}

}  // namespace

PublishedTree::PublishedTree(const store::Store& store, const Tree& tree)
    : store_(store), tree_(std::make_shared<const Tree>(tree)) {}

void PublishedTree::publish(const Tree& durable) {
  auto next = std::make_shared<const Tree>(durable);
  const std::lock_guard lock(mutex_);
  tree_.swap(next);
}

std::shared_ptr<const Tree> PublishedTree::now() const {
  const std::lock_guard lock(mutex_);
  return tree_;
}

tlog::VerifierKey PublishedTree::key() const {
  return now()->key->verifier();
}

Head PublishedTree::head() const {
  return now()->head;
}

Result<Head> PublishedTree::head_covering(LeafIndex leaf) const {
  const auto tree = now();
  HANSOM_TRY(covers(*tree, leaf));
  const auto reader = store_.snapshot();
  Result<Head> found = fail(ErrorKind::kCorrupt, "journal_corrupt",
                            "no head covers leaf " + std::to_string(to_u64(leaf)));
  HANSOM_TRY(reader->scan(store::Family::kHead, number_key(to_u64(leaf) + 1), {},
                          store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
                            const auto size = parse_number_key(key);
                            if (size) found = Head{*size, to_text(value)};
                            return false;
                          }));
  return found;
}

Result<Stored> PublishedTree::read(LeafIndex leaf) const {
  HANSOM_TRY(covers(*now(), leaf));
  const auto reader = store_.snapshot();
  Stored stored;
  HANSOM_TRY_ASSIGN(stored.leaf, read_leaf(*reader, to_u64(leaf)));
  HANSOM_TRY_ASSIGN(const auto row, reader->get(store::Family::kRecord, number_key(to_u64(leaf))));
  if (!row) return stored;  // erased by retention
  HANSOM_TRY_ASSIGN(SaltedRecord record, split_record(*row));
  stored.salt = std::move(record.salt);
  stored.record = std::move(record.record);
  return stored;
}

Result<tlog::Proof> PublishedTree::prove_inclusion(LeafIndex leaf, std::uint64_t tree_size) const {
  const auto tree = now();
  HANSOM_TRY(covers(*tree, leaf));
  HANSOM_TRY(has_size(*tree, tree_size));
  if (to_u64(leaf) >= tree_size) {
    return fail(ErrorKind::kNotFound, "leaf_not_found", "the leaf is not in a tree of that size");
  }
  const auto reader = store_.snapshot();
  return tlog::inclusion_proof(to_u64(leaf), tree_size, tree_nodes(*reader, tree->edge));
}

Result<tlog::Proof> PublishedTree::prove_consistency(std::uint64_t old_size,
                                                     std::uint64_t new_size) const {
  const auto tree = now();
  HANSOM_TRY(has_size(*tree, old_size));
  HANSOM_TRY(has_size(*tree, new_size));
  if (old_size > new_size) {
    return fail(ErrorKind::kInvalid, "bad_tree_size", "the old size is larger than the new one");
  }
  const auto reader = store_.snapshot();
  return tlog::consistency_proof(old_size, new_size, tree_nodes(*reader, tree->edge));
}

Result<Bytes> PublishedTree::tile(tlog::TileId id, std::uint64_t width) const {
  const auto tree = now();
  HANSOM_TRY(reaches(hashes_at(*tree, id.level), id.number, width));
  if (id.number < hashes_at(*tree, id.level) / tlog::kTileWidth) {
    const auto reader = store_.snapshot();
    HANSOM_TRY_ASSIGN(const auto hashes, read_tile(*reader, id));
    return tlog::encode_tile(std::span(hashes).first(static_cast<std::size_t>(width)));
  }
  std::vector<Digest> hashes;
  for (std::size_t offset = 0; offset < width; ++offset) {
    const auto hash = tree->edge.find({id, offset, 1});
    HANSOM_CHECK(hash.has_value());
    hashes.push_back(*hash);
  }
  return tlog::encode_tile(hashes);
}

Result<Bytes> PublishedTree::entries(std::uint64_t number, std::uint64_t width) const {
  const auto tree = now();
  HANSOM_TRY(reaches(tree->head.size, number, width));
  const auto reader = store_.snapshot();
  std::vector<Bytes> leaves;
  const std::uint64_t first = number * tlog::kTileWidth;
  for (std::uint64_t index = first; index < first + width; ++index) {
    HANSOM_TRY_ASSIGN(Bytes leaf, read_leaf(*reader, index));
    leaves.push_back(std::move(leaf));
  }
  return tlog::encode_entry_bundle(leaves);
}

}  // namespace hansom::journal
