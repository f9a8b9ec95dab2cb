// The chain of a journal's keys between its JSON and its form in memory, and following it.
#include "proto/evidence/key_chain.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "proto/evidence/journal.pb.h"
#include "proto/evidence/members.h"
#include "proto/tlog/leaf.h"

namespace hansom::evidence {
namespace {

constexpr std::string_view kToken = "bad_key_chain";
constexpr std::string_view kFormat = "hansom-key-chain-v1";
constexpr std::size_t kLinksMax = 1000;
constexpr std::size_t kRecordBytesMax = std::size_t{16} * 1024;

tl::unexpected<Error> invalid(const KeyLink& link, const std::string& why) {
  return fail(ErrorKind::kCorrupt, "key_chain_invalid",
              "the rotation at leaf " + std::to_string(to_u64(link.leaf_index)) + ": " + why);
}

struct Rotation {
  tlog::VerifierKey from;
  tlog::VerifierKey to;
};

// The record is what the leaf commits to, and tells of a rotation.
Result<Rotation> read_rotation(const KeyLink& link, const std::string& origin) {
  const auto leaf = tlog::Leaf::decode(link.leaf);
  if (!leaf) return invalid(link, "the leaf cannot be read");
  if (link.salt.size() != tlog::kSaltBytes ||
      tlog::commit(link.salt, link.record) != leaf->commitment) {
    return invalid(link, "the record is not the one that the leaf commits to");
  }
  Record record;
  if (!record.ParseFromArray(link.record.data(), static_cast<int>(link.record.size())) ||
      !record.has_journal_key_rotated() ||
      leaf->type != static_cast<std::uint16_t>(record.act_case())) {
    return invalid(link, "the record is not of a rotation");
  }
  const JournalKeyRotated& act = record.journal_key_rotated();
  std::array<std::uint8_t, 32> old_key{};
  std::array<std::uint8_t, 32> new_key{};
  if (act.old_key().size() != old_key.size() || act.new_key().size() != new_key.size()) {
    return invalid(link, "a key has not 32 bytes");
  }
  std::ranges::copy(as_bytes(act.old_key()), old_key.begin());
  std::ranges::copy(as_bytes(act.new_key()), new_key.begin());
  return Rotation{tlog::VerifierKey::of_journal(origin, old_key),
                  tlog::VerifierKey::of_journal(origin, new_key)};
}

// Both keys signed a tree of that size, and the leaf is in it.
Status check_head(const KeyLink& link, const Rotation& rotation) {
  const auto by_old = tlog::verify_checkpoint(link.checkpoint, rotation.from);
  if (!by_old) return invalid(link, "the key before it: " + by_old.error().message);
  const auto by_new = tlog::verify_checkpoint(link.checkpoint, rotation.to);
  if (!by_new) return invalid(link, "the key after it: " + by_new.error().message);
  if (by_old->size != link.tree_size) return invalid(link, "the head is of another size");
  const auto index = to_u64(link.leaf_index);
  if (index >= link.tree_size) return invalid(link, "the leaf lies outside the tree");
  const auto included = tlog::verify_inclusion(tlog::leaf_hash(link.leaf), index, link.tree_size,
                                               link.inclusion, by_old->root);
  if (!included) return invalid(link, "the proof does not lead to the head's root");
  return {};
}

}  // namespace

std::string key_chain_json(const KeyChain& chain) {
  boost::json::array links;
  for (const KeyLink& link : chain)
    write_leaf_proof(link, links.emplace_back(nullptr).emplace_object());
  boost::json::object json;
  json["format"] = kFormat;
  json["links"] = std::move(links);
  return boost::json::serialize(json);
}

Result<KeyChain> parse_key_chain(std::string_view json) {
  HANSOM_TRY_ASSIGN(const boost::json::value value, parse_json(json, kToken));
  HANSOM_TRY_ASSIGN(const Members from, Members::of(value, "", kToken));
  HANSOM_TRY_ASSIGN(const std::string format, from.text("format"));
  if (format != kFormat) return from.bad("format", "must be " + std::string(kFormat));
  HANSOM_TRY_ASSIGN(const auto* links, from.array("links"));
  if (links->size() > kLinksMax) return from.bad("links", "has more than 1,000 links");
  KeyChain chain;
  for (const boost::json::value& one : *links) {
    if (!one.is_object()) return from.bad("links", "must be objects");
    const Members members(one.get_object(), "links.", kToken);
    HANSOM_TRY(read_leaf_proof(members, kRecordBytesMax, chain.emplace_back()));
  }
  return chain;
}

Result<tlog::KeyHistory> follow_key_chain(const tlog::VerifierKey& from, const KeyChain& chain) {
  tlog::KeyHistory history(from);
  bool met = chain.empty();
  std::uint64_t last_size = 0;
  for (const KeyLink& link : chain) {
    HANSOM_TRY_ASSIGN(const Rotation rotation, read_rotation(link, from.name));
    if (rotation.from.key != history.newest().key) {
      if (history.eras().size() > 1) return invalid(link, "it does not follow the one before it");
      met = met || rotation.to.key == from.key;
      continue;  // before the key we trust
    }
    if (link.tree_size < last_size) return invalid(link, "its tree is smaller than the one before");
    HANSOM_TRY(check_head(link, rotation));
    history.rotate(rotation.to, link.tree_size);
    last_size = link.tree_size;
    met = true;
  }
  if (!met) {
    return fail(ErrorKind::kCorrupt, "key_chain_invalid",
                "the key " + from.text() + " is in no link of the chain");
  }
  return history;
}

Status verify_receipt(const Receipt& receipt, const tlog::KeyHistory& history) {
  const tlog::VerifierKey* key = &history.newest();
  for (const tlog::KeyEra& era : history.eras()) {
    if (receipt.tree_size < era.first_size || receipt.tree_size > era.last_size) continue;
    key = &era.key;
    if (tlog::verify_checkpoint(receipt.checkpoint, era.key)) break;
  }
  return verify_receipt(receipt, *key);
}

}  // namespace hansom::evidence
