// One leaf of the journal with all that proves it offline: its record, its place in a tree, and the
// signed head of that tree. Receipts and the chain of keys are made of it.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "proto/base/ids.h"
#include "proto/tlog/merkle.h"

namespace hansom::evidence {

class Members;

struct LeafProof {
  LeafIndex leaf_index{};
  Bytes leaf;    // the journal's leaf (version, type, time, commitment)
  Bytes salt;    // 32 bytes
  Bytes record;  // the serialized journal record; SHA-256(salt || record) is the leaf's commitment
  std::uint64_t tree_size = 0;
  tlog::Proof inclusion;
  std::string checkpoint;  // signed note over tree_size
};

// Adds its seven members.
void write_leaf_proof(const LeafProof& proof, boost::json::object& json);
// Reads them, with their bounds. Errors: those of `from`.
[[nodiscard]] Status read_leaf_proof(const Members& from, std::size_t record_bytes_max,
                                     LeafProof& proof);

}  // namespace hansom::evidence
