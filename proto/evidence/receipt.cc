// The receipt between its JSON and its form in memory, and everything that must hold of it.
#include "proto/evidence/receipt.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "proto/evidence/journal.pb.h"
#include "proto/evidence/members.h"
#include "proto/tlog/leaf.h"

namespace hansom::evidence {
namespace {

constexpr std::string_view kToken = "bad_receipt";
constexpr std::string_view kFormat = "hansom-receipt-v1";
constexpr std::size_t kRecordBytesMax = 256 * 1024UL;  // four times the largest manifest

tl::unexpected<Error> invalid(std::string why) {
  return fail(ErrorKind::kCorrupt, "receipt_invalid", std::move(why));
}

// What the record says must be what the receipt says.
Status check_record(const Receipt& receipt, const tlog::Leaf& leaf) {
  Record record;
  if (!record.ParseFromArray(receipt.record.data(), static_cast<int>(receipt.record.size()))) {
    return invalid("the record cannot be read");
  }
  if (!record.has_clip_accepted()) return invalid("the record is not of an accepted clip");
  if (leaf.type != static_cast<std::uint16_t>(record.act_case())) {
    return invalid("the leaf's type is not the record's");
  }
  if (to_unix_us(leaf.time) != record.time_us() || leaf.time != receipt.accepted) {
    return invalid("the times of receipt, leaf and record differ");
  }
  const ClipAccepted& accepted = record.clip_accepted();
  if (accepted.sealed_sha256() != as_text(receipt.clip.span())) {
    return invalid("the record is of another clip");
  }
  if (accepted.sealed_bytes() != receipt.sealed_bytes) {
    return invalid("the record gives the clip another size");
  }
  if (accepted.unit() != receipt.unit) return invalid("the record names another unit");
  if (accepted.upload() != receipt.upload) return invalid("the record names another upload");
  return {};
}

}  // namespace

std::string receipt_json(const Receipt& receipt) {
  boost::json::object json;
  json["format"] = kFormat;
  json["clip"] = receipt.clip.hex();
  json["sealed_bytes"] = receipt.sealed_bytes;
  json["unit"] = receipt.unit;
  json["upload"] = receipt.upload;
  json["accepted"] = to_rfc3339(receipt.accepted);
  write_leaf_proof(receipt, json);
  return boost::json::serialize(json);
}

Result<Receipt> parse_receipt(std::string_view json) {
  HANSOM_TRY_ASSIGN(const boost::json::value value, parse_json(json, kToken));
  HANSOM_TRY_ASSIGN(const Members from, Members::of(value, "", kToken));
  HANSOM_TRY_ASSIGN(const std::string format, from.text("format"));
  if (format != kFormat) return from.bad("format", "must be " + std::string(kFormat));
  Receipt receipt;
  HANSOM_TRY_ASSIGN(const Bytes clip, from.digest("clip"));
  HANSOM_TRY_ASSIGN(receipt.clip, Digest::from_span(clip));
  HANSOM_TRY_ASSIGN(receipt.sealed_bytes, from.integer("sealed_bytes"));
  HANSOM_TRY_ASSIGN(receipt.unit, from.text("unit"));
  HANSOM_TRY_ASSIGN(receipt.upload, from.text("upload"));
  HANSOM_TRY_ASSIGN(receipt.accepted, from.time("accepted"));
  HANSOM_TRY(read_leaf_proof(from, kRecordBytesMax, receipt));
  return receipt;
}

Status verify_receipt(const Receipt& receipt, const tlog::VerifierKey& key) {
  // 1. The record is what the leaf commits to, and says what the receipt says.
  const auto leaf = tlog::Leaf::decode(receipt.leaf);
  if (!leaf) return invalid("the leaf cannot be read");
  if (receipt.salt.size() != tlog::kSaltBytes) return invalid("the salt has not 32 bytes");
  if (tlog::commit(receipt.salt, receipt.record) != leaf->commitment) {
    return invalid("the record is not the one that the leaf commits to");
  }
  HANSOM_TRY(check_record(receipt, *leaf));
  // 2. The journal's key signed a tree of that size.
  const auto checkpoint = tlog::verify_checkpoint(receipt.checkpoint, key);
  if (!checkpoint) return invalid("the checkpoint: " + checkpoint.error().message);
  if (checkpoint->size != receipt.tree_size) return invalid("the checkpoint is of another size");
  // 3. The leaf is in that tree, at that place.
  const auto index = to_u64(receipt.leaf_index);
  if (index >= receipt.tree_size) return invalid("the leaf lies outside the tree");
  const auto included = tlog::verify_inclusion(
      tlog::leaf_hash(receipt.leaf), index, receipt.tree_size, receipt.inclusion, checkpoint->root);
  if (!included) return invalid("the inclusion proof does not lead to the checkpoint's root");
  return {};
}

}  // namespace hansom::evidence
