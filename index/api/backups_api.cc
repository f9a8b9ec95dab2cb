// Backups: begin (the server copies its store), finish (the copy goes, the backup is recorded).
//
// The API never takes a path: the copy appears in a folder of the data folder, under the id the
// answer gives; who takes the backup fetches it there (index/backup). One backup at a time: a newer
// one ends the older, whose copy is then gone.
#include <array>
#include <filesystem>

#include "index/api/body.h"
#include "index/api/route.h"
#include "index/journal/journal.h"
#include "proto/base/durable_file.h"

namespace hansom::api {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIdBytes = 8;

Status drop_copies(const fs::path& folder) {
  std::error_code failed;
  fs::remove_all(folder, failed);
  if (!failed) return {};
  return fail(durable::storage_error(failed.value(), "remove", folder));
}

Result<Answer> begin_backup(const Question& question) {
  const auto& use = question.context.use;
  Bytes random(kIdBytes);
  use.random->fill(random);
  const std::string id = to_hex(random);
  HANSOM_TRY(drop_copies(use.backups));
  HANSOM_TRY(durable::make_directories(use.backups));
  HANSOM_TRY_ASSIGN(const journal::Head head, use.index->copy_store(use.backups / id));
  HANSOM_TRY_ASSIGN(const tlog::SignedNote note, tlog::SignedNote::parse(head.checkpoint));
  HANSOM_TRY_ASSIGN(const tlog::Checkpoint checkpoint, tlog::Checkpoint::parse(note.text));
  Answer answer = acted(question, 201);
  evidence::BackupStarted& act = *answer.record->mutable_backup_started();
  act.set_backup_id(id);
  act.set_tree_size(checkpoint.size);
  act.set_root(to_text(checkpoint.root.span()));
  boost::json::object body;
  body["backup"] = id;
  body["tree_size"] = checkpoint.size;
  body["root"] = checkpoint.root.hex();
  body["checkpoint"] = head.checkpoint;
  answer.body = std::move(body);
  return answer;
}

Result<std::uint64_t> count_member(const boost::json::object& body, std::string_view name) {
  const boost::json::value* value = body.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) {
    return fail(ErrorKind::kInvalid, "bad_parameter",
                std::string(name) + " is a number that is not negative");
  }
  return static_cast<std::uint64_t>(value->get_int64());
}

Result<Digest> digest_member(const boost::json::object& body, std::string_view name) {
  HANSOM_TRY_ASSIGN(const std::string text, text_member(body, name, 64));
  return Digest::from_hex(text);
}

Result<Answer> finish_backup(const Question& question) {
  HANSOM_TRY_ASSIGN(const std::string id, question.path_id("id"));
  HANSOM_TRY_ASSIGN(const auto body,
                    json_body(question, {"manifest_sha256", "tree_size", "root", "vault_objects",
                                         "vault_bytes", "with_keys"}));
  HANSOM_TRY_ASSIGN(const Digest manifest, digest_member(body, "manifest_sha256"));
  HANSOM_TRY_ASSIGN(const Digest root, digest_member(body, "root"));
  const fs::path& folder = question.context.use.backups;
  std::error_code failed;
  if (!fs::exists(folder / id, failed)) {
    return fail(ErrorKind::kNotFound, "backup_not_found",
                "no backup " + id + " is in progress; a newer one ended it, or a restart did");
  }
  Answer answer = acted(question, 200);
  evidence::BackupTaken& act = *answer.record->mutable_backup_taken();
  act.set_backup_id(id);
  act.set_manifest_sha256(to_text(manifest.span()));
  act.set_root(to_text(root.span()));
  HANSOM_TRY_ASSIGN(const std::uint64_t tree_size, count_member(body, "tree_size"));
  HANSOM_TRY_ASSIGN(const std::uint64_t objects, count_member(body, "vault_objects"));
  HANSOM_TRY_ASSIGN(const std::uint64_t bytes, count_member(body, "vault_bytes"));
  act.set_tree_size(tree_size);
  act.set_vault_objects(objects);
  act.set_vault_bytes(bytes);
  const boost::json::value* with_keys = body.if_contains("with_keys");
  act.set_with_keys(with_keys != nullptr && with_keys->is_bool() && with_keys->get_bool());
  HANSOM_TRY(drop_copies(folder));
  boost::json::object out;
  out["backup"] = id;
  out["manifest_sha256"] = manifest.hex();
  answer.body = std::move(out);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "POST",
          .pattern = "/v1/backups",
          .right = access::Right::kBackUp,
          .handle = begin_backup,
          .runs_on = RunsOn::kHelper},
    Route{.method = "POST",
          .pattern = "/v1/backups/{id}/finish",
          .right = access::Right::kBackUp,
          .handle = finish_backup,
          .body_bytes_max = kJsonBytesMax,
          .runs_on = RunsOn::kHelper},
};

}  // namespace

std::span<const Route> backups_routes() {
  return kRoutes;
}

}  // namespace hansom::api
