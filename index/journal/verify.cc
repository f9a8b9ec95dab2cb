// The verifier's first half: leaves, records, tiles and heads, in one pass over the leaves.
#include "index/journal/verify.h"

#include <algorithm>
#include <array>

#include "index/journal/rows.h"
#include "index/journal/verify_facts.h"

namespace hansom::journal {
namespace {

constexpr std::uint64_t kProgressEvery = 4096;

std::string leaf_place(std::uint64_t index) {
  return "leaf " + std::to_string(index);
}
std::string head_place(std::uint64_t size) {
  return "head " + std::to_string(size);
}

// One pass over the journal's rows, growing the tree beside it.
class JournalCheck {
 public:
  JournalCheck(const VerifyOptions& options, const store::Store& store, VaultFacts& facts,
               VerifyReport& report)
      : options_(options), reader_(store.snapshot()), facts_(facts), report_(report) {}

  // Returns the number of leaves that were looked at.
  std::uint64_t run() {
    const std::uint64_t size = size_to_check();
    keys_due_.push_back(founding_key());
    meet_key(keys_due_.back());
    read_old_checkpoint();
    check_old_checkpoint();
    check_head();
    while (edge_.size() < size) {
      const std::uint64_t index = edge_.size();
      if (options_.progress && index % kProgressEvery == 0) {
        options_.progress("leaves", index, size);
      }
      std::vector<tlog::FullTile> full;
      edge_.append(check_leaf(index), full);
      for (const tlog::FullTile& tile : full) check_tile(tile);
      check_old_checkpoint();
      check_head();
    }
    if (old_ && old_->size > size) {
      add("old_checkpoint_mismatch", "old checkpoint",
          "it has " + std::to_string(old_->size) + " leaves, the journal only " +
              std::to_string(size));
    }
    if (options_.progress) options_.progress("leaves", size, size);
    if (!met_given_key_) {
      add("key_unknown", "journal", "the key " + options_.key.text() + " never signed here");
    }
    if (last_head_ != size) {
      add("head_missing", head_place(size), "the last head covers " + last_head_text() + " leaves");
    }
    check_rest(size);
    for (const std::uint64_t leaf : absent_records_) {
      if (facts_.may_be_erased(leaf)) {
        ++report_.records_erased;
      } else {
        add("record_missing", "record " + std::to_string(leaf),
            "it is gone, and no recorded destruction erased it");
      }
    }
    return size;
  }

 private:
  void add(std::string what, std::string where, std::string detail) {
    add_problem(report_, {std::move(what), std::move(where), std::move(detail), {}});
  }
  // A row; a read that fails is a problem at that row, and then as if it were absent.
  std::optional<Bytes> row(store::Family family, ByteSpan key, const std::string& where) {
    auto value = reader_->get(family, key);
    if (value) return *std::move(value);
    add("row_unreadable", where, value.error().message);
    return std::nullopt;
  }
  [[nodiscard]] std::string last_head_text() const {
    return last_head_ ? std::to_string(*last_head_) : "no";
  }

  // The position row, or where the leaves end when that row is damaged.
  std::uint64_t size_to_check() {
    const auto position = read_position(*reader_);
    if (position && *position) return **position;
    add("position_damaged", "meta position",
        position ? "there is no journal here" : position.error().message);
    std::uint64_t size = 0;
    const Status scanned = reader_->scan(store::Family::kLeaf, {}, {}, store::Order::kDescending,
                                         [&](ByteSpan key, ByteSpan) {
                                           if (const auto index = parse_number_key(key))
                                             size = *index + 1;
                                           return false;
                                         });
    if (!scanned) add("row_unreadable", "the last leaf", scanned.error().message);
    return size;
  }

  // Returns the hash the tree goes on with.
  Digest check_leaf(std::uint64_t index) {
    const Bytes key = number_key(index);
    const auto bytes = row(store::Family::kLeaf, key, leaf_place(index));
    if (!bytes) {
      add("leaf_missing", leaf_place(index), "the tree goes on with the hash its tile has");
      return hash_in_tile(index);
    }
    ++report_.leaves;
    if (const auto leaf = tlog::Leaf::decode(*bytes)) {
      if (leaf->time < last_time_) {
        add("time_backwards", leaf_place(index), "its time is before that of the leaf before it");
      }
      last_time_ = std::max(last_time_, leaf->time);
      check_record(index, *leaf);
    } else {
      add("leaf_damaged", leaf_place(index), leaf.error().message);
    }
    return tlog::leaf_hash(*bytes);
  }

  Digest hash_in_tile(std::uint64_t index) {
    const tlog::TileSlice slice = tlog::slice_of_node(0, index);
    const auto tile = read_tile(*reader_, slice.tile);
    return tile ? (*tile)[slice.offset] : Digest();
  }

  void check_record(std::uint64_t index, const tlog::Leaf& leaf) {
    const std::string where = "record " + std::to_string(index);
    const auto value = row(store::Family::kRecord, number_key(index), where);
    if (!value) {
      absent_records_.push_back(index);
      return;
    }
    const auto parts = split_record(*value);
    if (!parts) {
      add("record_damaged", where, parts.error().message);
      return;
    }
    if (tlog::commit(parts->salt, parts->record) != leaf.commitment) {
      add("record_damaged", where,
          "record and salt are not what " + leaf_place(index) + " commits to");
      return;
    }
    evidence::Record record;
    if (!record.ParseFromArray(parts->record.data(), static_cast<int>(parts->record.size())) ||
        static_cast<std::uint16_t>(record.act_case()) != leaf.type ||
        record.time_us() != to_unix_us(leaf.time)) {
      add("record_damaged", where, "its act or its time is not that of " + leaf_place(index));
      return;
    }
    ++report_.records_checked;
    facts_.add(index, record);
    if (record.has_journal_key_rotated()) follow_rotation(where, record.journal_key_rotated());
  }

  void check_tile(const tlog::FullTile& tile) {
    const std::string where = tlog::tile_path(tile.id);
    const auto stored = row(store::Family::kTile, tile_key(tile.id), where);
    if (!stored) {
      add("tile_missing", where, "the tile is full and not stored");
      return;
    }
    ++report_.tiles;
    if (*stored == tile.bytes) return;
    const auto differ =
        std::mismatch(stored->begin(), stored->end(), tile.bytes.begin(), tile.bytes.end());
    const auto hash = static_cast<std::uint64_t>(differ.first - stored->begin()) / 32;
    const std::uint64_t child = tile.id.number * tlog::kTileWidth + hash;
    add("tile_mismatch", where,
        "its hash " + std::to_string(hash) + " is not that of " +
            (tile.id.level == 0 ? leaf_place(child) : tlog::tile_path({tile.id.level - 1, child})));
  }

  // Taken apart only: which key must have signed it is known once the tree has its size.
  void read_old_checkpoint() {
    if (!options_.old_checkpoint) return;
    const auto note = tlog::SignedNote::parse(*options_.old_checkpoint);
    const auto old =
        note ? tlog::Checkpoint::parse(note->text) : Result<tlog::Checkpoint>(fail(note.error()));
    if (old) {
      old_ = *old;
    } else {
      add("old_checkpoint_damaged", "old checkpoint", old.error().message);
    }
  }

  // Requires: called before check_head(), which forgets the keys that were left.
  void check_old_checkpoint() {
    if (!old_ || old_->size != edge_.size()) return;
    const auto signed_by = [this](const tlog::VerifierKey& key) {
      return tlog::verify_checkpoint(*options_.old_checkpoint, key).has_value();
    };
    if (std::ranges::none_of(keys_due_, signed_by)) {
      add("old_checkpoint_damaged", "old checkpoint",
          "no key that was in force over " + std::to_string(old_->size) + " leaves signed it");
    } else if (old_->root != edge_.root()) {
      add("old_checkpoint_mismatch", "old checkpoint",
          "the journal's first " + std::to_string(old_->size) + " leaves have another root");
    } else {
      report_.old_size = old_->size;
    }
  }

  // Looks at the head of the tree as it stands, if one was signed at this size.
  void check_head() {
    const std::uint64_t size = edge_.size();
    const auto note = row(store::Family::kHead, number_key(size), head_place(size));
    if (!note) return;
    last_head_ = size;
    ++report_.heads;
    // Over a rotation every key from the old to the new one signs; later only the newest.
    Result<tlog::Checkpoint> checkpoint = fail(Error{});
    for (const tlog::VerifierKey& key : keys_due_) {
      checkpoint = tlog::verify_checkpoint(as_text(*note), key);
      if (!checkpoint) break;
    }
    keys_due_.erase(keys_due_.begin(), keys_due_.end() - 1);
    if (!checkpoint) {
      add("head_damaged", head_place(size), checkpoint.error().message);
    } else if (checkpoint->size != size) {
      add("head_damaged", head_place(size), "it speaks of another size");
    } else if (checkpoint->root != edge_.root()) {
      add("head_mismatch", head_place(size), "the leaves do not give the root that was signed");
    }
  }

  // The key the journal began with: what its first leaf says, where that opened the site. That it
  // leads to the key we were given, the rotations must show.
  tlog::VerifierKey founding_key() {
    const auto stored = reader_->get(store::Family::kRecord, number_key(0));
    if (!stored || !*stored) return options_.key;
    const auto parts = split_record(**stored);
    evidence::Record record;
    if (!parts ||
        !record.ParseFromArray(parts->record.data(), static_cast<int>(parts->record.size())) ||
        !record.has_site_opened()) {
      return options_.key;
    }
    const auto key = key_of(record.site_opened().journal_key());
    return key ? *key : options_.key;
  }
  [[nodiscard]] std::optional<tlog::VerifierKey> key_of(const std::string& bytes) const {
    std::array<std::uint8_t, 32> key{};
    if (bytes.size() != key.size()) return std::nullopt;
    std::ranges::copy(as_bytes(bytes), key.begin());
    return tlog::VerifierKey::of_journal(options_.key.name, key);
  }
  void meet_key(const tlog::VerifierKey& key) {
    met_given_key_ = met_given_key_ || key.key == options_.key.key;
  }
  void follow_rotation(const std::string& where, const evidence::JournalKeyRotated& act) {
    const auto old_key = key_of(act.old_key());
    const auto new_key = key_of(act.new_key());
    if (!old_key || !new_key || old_key->key != keys_due_.back().key) {
      add("record_damaged", where, "it rotates a key that does not sign here");
      return;
    }
    keys_due_.push_back(*new_key);
    meet_key(*new_key);
  }

  // Rows beyond the end, which nothing covers, and blocks no row was read from.
  void check_rest(std::uint64_t size) {
    beyond(store::Family::kLeaf, size, "leaf");
    beyond(store::Family::kRecord, size, "record");
    beyond(store::Family::kHead, size + 1, "head");
    const Status scanned = reader_->scan(
        store::Family::kTile, {}, {}, store::Order::kAscending, [&](ByteSpan key, ByteSpan) {
          const auto tile = parse_tile_key(key);
          const bool full = tile && tile->level + 1 < tlog::kTileHeight &&
                            tile->number < size >> (tlog::kTileHeight * (tile->level + 1));
          if (!full) add("row_unknown", "tile " + to_hex(key), "the tree has no such full tile");
          return true;
        });
    if (!scanned) add("row_unreadable", "tiles", scanned.error().message);
  }

  void beyond(store::Family family, std::uint64_t first, const std::string& name) {
    const Status scanned = reader_->scan(
        family, number_key(first), {}, store::Order::kAscending, [&](ByteSpan key, ByteSpan) {
          add("row_unknown", name + " " + to_hex(key), "it lies beyond the end of the journal");
          return true;
        });
    if (!scanned) add("row_unreadable", name + " rows", scanned.error().message);
  }

  const VerifyOptions& options_;
  std::unique_ptr<store::Reader> reader_;
  VaultFacts& facts_;
  VerifyReport& report_;
  tlog::RightEdge edge_;
  UtcTime last_time_ = from_unix_us(0);
  std::optional<std::uint64_t> last_head_;
  std::vector<std::uint64_t> absent_records_;
  std::vector<tlog::VerifierKey> keys_due_;  // sign the next head; several over a rotation
  bool met_given_key_ = false;
  std::optional<tlog::Checkpoint> old_;
};

// Takes into the facts what a running server recorded since. What it finds is not verified: the
// next run does.
void catch_up_facts(const std::filesystem::path& path, std::uint64_t from, VaultFacts& facts) {
  const auto store = store::Store::open(path, store::Mode::kReadOnly);
  if (!store) return;
  const auto reader = (*store)->snapshot();
  const Status scanned = reader->scan(
      store::Family::kRecord, number_key(from), {}, store::Order::kAscending,
      [&](ByteSpan key, ByteSpan value) {
        const auto index = parse_number_key(key);
        const auto parts = split_record(value);
        evidence::Record record;
        if (index && parts &&
            record.ParseFromArray(parts->record.data(), static_cast<int>(parts->record.size()))) {
          facts.add(*index, record);
        }
        return true;
      });
  ignore(scanned, "a row that cannot be read was reported, or will be by the next run");
}

}  // namespace

Result<VerifyReport> verify(const VerifyOptions& options) {
  VerifyReport report;
  VaultFacts facts;
  auto store = store::Store::open(options.store, store::Mode::kReadOnly);
  if (!store && store.error().kind != ErrorKind::kCorrupt) {
    return fail(std::move(store).error());
  }
  if (!store) {
    add_problem(report, {"store_damaged", options.store.string(), store.error().message, {}});
    return report;
  }
  const std::uint64_t size = JournalCheck(options, **store, facts, report).run();
  if (const Status checksums = (*store)->verify_checksums(); !checksums) {
    add_problem(report, {"store_damaged", options.store.string(), checksums.error().message, {}});
  }
  if (options.vault) {
    verify_vault(
        options, facts, [&] { catch_up_facts(options.store, size, facts); }, report);
  }
  return report;
}

}  // namespace hansom::journal
