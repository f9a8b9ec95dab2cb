// Restoring: verify and copy into a folder beside the target, mark, rename.
#include "index/backup/restore.h"

#include <system_error>

#include "index/backup/files.h"
#include "index/backup/restored_mark.h"
#include "index/site/edit_config.h"
#include "proto/base/durable_file.h"
#include "proto/base/hash_file.h"

namespace hansom::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kManifestBytesMax = std::size_t{64} << 20;
constexpr std::size_t kListBytesMax = std::size_t{4} << 30;
constexpr std::size_t kSecretBytesMax = std::size_t{1} << 20;
constexpr unsigned kFolderMode = 0750;
constexpr unsigned kFileMode = 0640;
constexpr unsigned kObjectMode = 0440;
constexpr const char* kConfigName = "hansomd.toml";

// Where a file of the backup goes, relative to the site; empty: nowhere.
fs::path place_of(const std::string& path, const Manifest& manifest) {
  const auto under = [&](const std::string& folder) -> std::string {
    const std::string start = folder + "/";
    return path.starts_with(start) ? path.substr(start.size()) : "";
  };
  if (const std::string name = under(manifest.site_folder()); !name.empty()) return name;
  if (const std::string name = under(manifest.store_folder()); !name.empty()) {
    return fs::path("data/store") / name;
  }
  if (const std::string name = under("vault"); !name.empty()) return fs::path("data/vault") / name;
  return {};
}

class Restorer {
 public:
  explicit Restorer(const RestoreOptions& options) : options_(options) {}
  ~Restorer() {
    std::error_code unread;  // what cannot be removed stays under its temporary name
    if (!build_.empty()) fs::remove_all(build_, unread);
  }
  Restorer(const Restorer&) = delete;
  Restorer& operator=(const Restorer&) = delete;

  Result<RestoreReport> run() {
    HANSOM_TRY(open_target());
    HANSOM_TRY(read_backup());
    for (std::uint64_t done = 0; const ListedFile& file : files_) {
      HANSOM_TRY(bring(file));
      if (options_.progress && (++done % 64 == 0 || done == files_.size())) {
        options_.progress("files", done, files_.size());
      }
    }
    HANSOM_TRY(bring_secrets());
    HANSOM_TRY(finish_site());
    HANSOM_TRY(sync_all_under(build_));
    HANSOM_TRY(durable::publish_by_rename(build_, to_));
    // From here the site exists; it starts only when its mark is confirmed.
    build_.clear();
    return std::move(report_);
  }

 private:
  Status open_target() {
    std::error_code failed;
    to_ = fs::absolute(options_.to, failed).lexically_normal();
    if (!to_.has_filename()) to_ = to_.parent_path();
    if (fs::exists(to_, failed)) {
      if (!fs::is_directory(to_, failed) || !fs::is_empty(to_, failed)) {
        return fail(ErrorKind::kConflict, "already_exists",
                    to_.string() + " exists and is not empty; it is left as it is");
      }
      if (fs::remove(to_, failed); failed) {
        return fail(durable::storage_error(failed.value(), "remove", to_));
      }
    }
    build_ = to_.parent_path() / ("." + to_.filename().string() + ".restoring");
    fs::remove_all(build_, failed);  // of a run that was stopped
    return make_folder(build_, kFolderMode);
  }

  Status read_backup() {
    HANSOM_TRY_ASSIGN(const Bytes text,
                      durable::read_file(options_.from / kManifestName, kManifestBytesMax));
    HANSOM_TRY_ASSIGN(report_.manifest, parse_manifest(as_text(text)));
    manifest_sha256_ = sha256(as_text(text));
    const fs::path list = options_.from / report_.manifest.list;
    HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(list, kListBytesMax));
    if (sha256(as_text(bytes)) != report_.manifest.list_sha256) {
      return fail(ErrorKind::kCorrupt, "digest_mismatch",
                  list.string() + " is not the list the manifest names");
    }
    HANSOM_TRY_ASSIGN(files_, parse_list(as_text(bytes)));
    return {};
  }

  Status bring(const ListedFile& file) {
    const fs::path place = place_of(file.path, report_.manifest);
    if (place.empty()) {
      return fail(ErrorKind::kInvalid, "bad_backup", "the list names a stranger: " + file.path);
    }
    const bool is_object = file.path.starts_with("vault/");
    if (is_object && report_.manifest.vault == VaultForm::kListed) return {};
    const fs::path to = build_ / place;
    HANSOM_TRY(make_folder(to.parent_path(), kFolderMode));
    const auto facts =
        copy_file(options_.from / file.path, to, is_object ? kObjectMode : kFileMode);
    if (facts && facts->sha256 == file.sha256) {
      if (is_object) ++report_.objects;
      return {};
    }
    if (!is_object) {
      if (!facts) return fail(facts.error());
      return fail(ErrorKind::kCorrupt, "digest_mismatch",
                  file.path + " hashes to " + facts->sha256.hex() + ", not as listed");
    }
    if (!facts && facts.error().kind == ErrorKind::kStorage && facts.error().token == "disk_full") {
      return fail(facts.error());
    }
    report_.damaged.push_back(file.sha256.hex());
    return durable::remove_synced(to);
  }

  Status bring_secrets() {
    if (!options_.keys) return {};
    std::error_code failed;
    for (fs::recursive_directory_iterator entry(*options_.keys, failed), end;
         !failed && entry != end; entry.increment(failed)) {
      if (!entry->is_regular_file()) continue;
      const fs::path to = build_ / entry->path().lexically_relative(*options_.keys);
      HANSOM_TRY(make_folder(to.parent_path(), kFolderMode));
      HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(entry->path(), kSecretBytesMax));
      HANSOM_TRY(durable::create_once(to, bytes, 0600));
    }
    if (failed) return fail(durable::storage_error(failed.value(), "list", *options_.keys));
    return {};
  }

  Status finish_site() {
    for (const char* name : {"data/store", "data/vault", "data/spool"}) {
      HANSOM_TRY(make_folder(build_ / name, kFolderMode));
    }
    // The data may have lain elsewhere; here they lie beside the configuration.
    HANSOM_TRY(site::edit_setting(build_ / kConfigName, "data", "\"data\""));
    RestoredMark mark;
    mark.backup_id = report_.manifest.backup_id;
    mark.tree_size = report_.manifest.tree_size;
    mark.root = report_.manifest.root;
    mark.manifest_sha256 = manifest_sha256_;
    mark.taken = report_.manifest.taken;
    mark.reason = options_.reason;
    mark.confirmed = options_.clock->now();
    return write_restored_mark(build_ / "data", mark);
  }

  const RestoreOptions& options_;
  fs::path to_;
  fs::path build_;
  std::vector<ListedFile> files_;
  Digest manifest_sha256_;
  RestoreReport report_;
};

}  // namespace

Result<RestoreReport> restore(const RestoreOptions& options) {
  return Restorer(options).run();
}

}  // namespace hansom::backup
