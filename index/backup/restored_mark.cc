// Codec of the mark of a restored site.
#include "index/backup/restored_mark.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "proto/base/durable_file.h"

namespace hansom::backup {
namespace {

constexpr std::size_t kMarkBytesMax = 16384;

tl::unexpected<Error> damaged(const std::filesystem::path& file) {
  return fail(ErrorKind::kInvalid, "bad_backup", file.string() + " is damaged");
}

std::string member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

}  // namespace

Result<std::optional<RestoredMark>> read_restored_mark(const std::filesystem::path& data) {
  const std::filesystem::path file = data / kRestoredMarkName;
  const auto bytes = durable::read_file(file, kMarkBytesMax);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) return std::optional<RestoredMark>();
  if (!bytes) return fail(bytes.error());
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(as_text(*bytes), error);
  if (error || !value.is_object()) return damaged(file);
  const boost::json::object& object = value.get_object();
  const boost::json::value* size = object.if_contains("tree_size");
  const auto root = Digest::from_hex(member(object, "root"));
  const auto manifest = Digest::from_hex(member(object, "manifest_sha256"));
  const auto taken = from_rfc3339(member(object, "taken"));
  const auto confirmed = from_rfc3339(member(object, "confirmed"));
  if (size == nullptr || !size->is_int64() || !root || !manifest || !taken) return damaged(file);
  RestoredMark mark;
  mark.backup_id = member(object, "backup");
  mark.tree_size = static_cast<std::uint64_t>(size->get_int64());
  mark.root = *root;
  mark.manifest_sha256 = *manifest;
  mark.taken = *taken;
  mark.reason = member(object, "reason");
  if (confirmed) mark.confirmed = *confirmed;
  return std::optional<RestoredMark>(std::move(mark));
}

Status write_restored_mark(const std::filesystem::path& data, const RestoredMark& mark) {
  boost::json::object out;
  out["backup"] = mark.backup_id;
  out["tree_size"] = mark.tree_size;
  out["root"] = mark.root.hex();
  out["manifest_sha256"] = mark.manifest_sha256.hex();
  out["taken"] = to_rfc3339(mark.taken);
  if (!mark.reason.empty()) {
    out["reason"] = mark.reason;
    out["confirmed"] = to_rfc3339(mark.confirmed);
  }
  return durable::replace(data / kRestoredMarkName, as_bytes(boost::json::serialize(out) + "\n"));
}

Status remove_restored_mark(const std::filesystem::path& data) {
  return durable::remove_synced(data / kRestoredMarkName);
}

}  // namespace hansom::backup
