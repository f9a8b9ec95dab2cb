// The members of a leaf's proof.
#include "proto/evidence/leaf_proof.h"

#include <boost/json/array.hpp>

#include "proto/evidence/members.h"
#include "proto/tlog/leaf.h"

namespace hansom::evidence {
namespace {

constexpr std::size_t kCheckpointBytesMax = std::size_t{64} * 1024;
constexpr std::size_t kProofHashesMax = 64;  // a tree of 2^64 leaves is no higher

Result<tlog::Proof> read_inclusion(const Members& from) {
  HANSOM_TRY_ASSIGN(const auto* array, from.array("inclusion"));
  if (array->size() > kProofHashesMax) return from.bad("inclusion", "has more than 64 hashes");
  tlog::Proof proof;
  for (const auto& value : *array) {
    const auto* text = value.if_string();
    const auto bytes = text == nullptr ? Result<Bytes>(fail(Error{})) : from_base64(*text);
    const auto digest = bytes ? Digest::from_span(*bytes) : Result<Digest>(fail(Error{}));
    if (!digest) return from.bad("inclusion", "must be hashes of 32 bytes in base64");
    proof.push_back(*digest);
  }
  return proof;
}

}  // namespace

void write_leaf_proof(const LeafProof& proof, boost::json::object& json) {
  boost::json::array inclusion;
  for (const Digest& digest : proof.inclusion) inclusion.emplace_back(to_base64(digest.span()));
  json["leaf_index"] = to_u64(proof.leaf_index);
  json["leaf"] = to_base64(proof.leaf);
  json["salt"] = to_base64(proof.salt);
  json["record"] = to_base64(proof.record);
  json["tree_size"] = proof.tree_size;
  json["inclusion"] = std::move(inclusion);
  json["checkpoint"] = proof.checkpoint;
}

Status read_leaf_proof(const Members& from, std::size_t record_bytes_max, LeafProof& proof) {
  HANSOM_TRY_ASSIGN(const auto index, from.integer("leaf_index"));
  proof.leaf_index = LeafIndex{index};
  HANSOM_TRY_ASSIGN(proof.leaf, from.base64("leaf", tlog::kLeafBytes));
  HANSOM_TRY_ASSIGN(proof.salt, from.base64("salt", tlog::kSaltBytes));
  HANSOM_TRY_ASSIGN(proof.record, from.base64("record", record_bytes_max));
  HANSOM_TRY_ASSIGN(proof.tree_size, from.integer("tree_size"));
  HANSOM_TRY_ASSIGN(proof.inclusion, read_inclusion(from));
  HANSOM_TRY_ASSIGN(proof.checkpoint, from.note("checkpoint", kCheckpointBytesMax));
  return {};
}

}  // namespace hansom::evidence
