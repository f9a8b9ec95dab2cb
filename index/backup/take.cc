// THE LIFE OF A BACKUP. Read Taker::run() from top to bottom.
//
// The vault goes first and the journal last: what the copied journal names was there when it was
// copied, so it can be in the backup already or be fetched now; what a sweep destroyed before the
// copy is named as destroyed there and leaves the backup.
#include "index/backup/take.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>

#include "index/backup/files.h"
#include "index/backup/site_files.h"
#include "index/journal/rows.h"
#include "index/journal/verify_facts.h"
#include "index/vault/vault.h"
#include "proto/base/durable_file.h"
#include "proto/base/hash_file.h"

namespace hansom::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".hansom-backup";  // an unfinished backup is known by it
constexpr std::size_t kSecretBytesMax = std::size_t{1} << 20;
constexpr int kRoundsMax = 3;  // copies of the journal, where objects vanish under a backup
constexpr std::uint64_t kProgressEvery = 64;
constexpr unsigned kFolderMode = 0750;
constexpr unsigned kFileMode = 0640;
constexpr unsigned kObjectMode = 0440;

bool is_under(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::string object_path(const Digest& name) {
  const std::string hex = name.hex();
  return "vault/" + hex.substr(0, 2) + "/" + hex + ".age";
}

class Taker {
 public:
  Taker(const TakeOptions& options, const BackupServer& server)
      : options_(options), server_(server) {}
  Result<TakeReport> run();

 private:
  [[nodiscard]] Status open_folder();
  [[nodiscard]] Status fetch_vault();
  [[nodiscard]] Status fetch_object(const Digest& name, std::uint64_t bytes);
  [[nodiscard]] Status put_object(const Digest& name, const fs::path& to);
  [[nodiscard]] Status settle();
  [[nodiscard]] Result<std::vector<std::string>> fetch_named(const fs::path& store);
  [[nodiscard]] Status fetch_store();
  [[nodiscard]] Status fetch_site();
  [[nodiscard]] Status fetch_secrets();
  [[nodiscard]] Status publish();
  [[nodiscard]] Status drop_what_is_left();
  void tell(std::string_view stage, std::uint64_t done, std::uint64_t total) const {
    if (options_.progress && (done % kProgressEvery == 0 || done == total)) {
      options_.progress(stage, done, total);
    }
  }

  const TakeOptions& options_;
  const BackupServer& server_;
  fs::path out_;
  FileDescriptor lock_;
  std::unique_ptr<vault::Vault> vault_;
  std::map<Digest, std::uint64_t> objects_;  // in the backup, with their sizes
  std::vector<ListedFile> files_;            // store and site
  bool links_ = true;
  TakeReport report_;
};

Result<TakeReport> Taker::run() {
  // 1. A folder of our own: new, or with the backup before this one.
  HANSOM_TRY(open_folder());

  // 2. The vault as it stands; hours, where it is large and elsewhere. What is there already stays.
  if (!options_.list_only) HANSOM_TRY(fetch_vault());

  // 3. The server copies its journal. From here the moment the backup speaks for is fixed. What the
  //    copy names and step 2 did not meet is fetched now.
  HANSOM_TRY(settle());

  // 4. The copy of the store, and the site's files; secrets to a folder of their own.
  HANSOM_TRY(fetch_store());
  HANSOM_TRY(fetch_site());
  if (options_.keys) HANSOM_TRY(fetch_secrets());

  // 5. Sync everything; then the manifest, in one rename. From here this backup is the one.
  HANSOM_TRY(publish());

  // 6. What only the backup before it had goes: destroyed clips do not stay behind.
  HANSOM_TRY(drop_what_is_left());

  // 7. The journal says that it was taken.
  HANSOM_TRY(server_.finish(report_.manifest, report_.manifest_sha256, options_.keys.has_value()));
  return std::move(report_);
}

Status Taker::open_folder() {
  std::error_code failed;
  out_ = fs::absolute(options_.out, failed).lexically_normal();
  if (!out_.has_filename()) out_ = out_.parent_path();
  if (options_.keys) {
    const fs::path keys = fs::absolute(*options_.keys, failed).lexically_normal();
    if (keys == out_ || is_under(keys, out_) || is_under(out_, keys)) {
      return fail(ErrorKind::kConflict, "already_exists",
                  "keys and backup lie in two folders, neither inside the other: who has one must "
                  "not have the other");
    }
  }
  if (is_under(out_, options_.config.data)) {
    return fail(ErrorKind::kConflict, "already_exists",
                out_.string() + " lies in the data folder, which is what is backed up");
  }
  const bool is_new = !fs::exists(out_, failed) || fs::is_empty(out_, failed);
  if (!is_new && !fs::exists(out_ / kMark, failed)) {
    return fail(ErrorKind::kConflict, "already_exists",
                out_.string() + " is not empty and is no backup; choose another folder");
  }
  HANSOM_TRY(make_folder(out_, kFolderMode));
  lock_ = FileDescriptor(::open(out_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_.valid()) return fail(durable::storage_error(errno, "open", out_));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::kUnavailable, "store_locked",
                out_.string() + ": another backup is being taken into it");
  }
  if (fs::exists(out_ / kManifestName, failed)) {
    HANSOM_TRY_ASSIGN(const Bytes text, durable::read_file(out_ / kManifestName, 64U << 20U));
    HANSOM_TRY_ASSIGN(const Manifest before, parse_manifest(as_text(text)));
    if (before.origin != options_.config.origin) {
      return fail(ErrorKind::kConflict, "already_exists",
                  out_.string() + " has a backup of " + before.origin + ", another site");
    }
  }
  HANSOM_TRY(durable::replace(out_ / kMark, as_bytes(options_.config.origin + "\n"), kFileMode));
  HANSOM_TRY_ASSIGN(vault_,
                    vault::open_file_vault(options_.config.vault(), vault::VaultMode::kReadOnly));
  return {};
}

Status Taker::fetch_vault() {
  std::vector<std::pair<Digest, std::uint64_t>> present;
  HANSOM_TRY(vault_->for_each([&](const Digest& name, std::uint64_t bytes) {
    present.emplace_back(name, bytes);
    return true;
  }));
  std::uint64_t done = 0;
  for (const auto& [name, bytes] : present) {
    if (Status fetched = fetch_object(name, bytes); !fetched) {
      // Gone since the listing: a sweep, or damage. Step 3 knows which.
      if (fetched.error().kind != ErrorKind::kNotFound &&
          fetched.error().kind != ErrorKind::kCorrupt) {
        return fetched;
      }
    }
    tell("vault", ++done, present.size());
  }
  return {};
}

Status Taker::fetch_object(const Digest& name, std::uint64_t bytes) {
  if (objects_.contains(name)) return {};
  const fs::path to = out_ / object_path(name);
  const auto there = file_bytes(to);
  if (!there || *there != bytes) {
    HANSOM_TRY(make_folder(to.parent_path(), kFolderMode));
    if (there) HANSOM_TRY(durable::remove_synced(to));  // cut short by a stop
    HANSOM_TRY(put_object(name, to));
    ++report_.objects_new;
  }
  objects_.emplace(name, bytes);
  return {};
}

Status Taker::put_object(const Digest& name, const fs::path& to) {
  const fs::path from =
      options_.config.vault() / fs::path(object_path(name)).lexically_relative("vault");
  if (links_) {
    HANSOM_TRY_ASSIGN(const bool linked, link_file(from, to));
    if (linked) return {};
    links_ = false;  // from here everything is copied
  }
  const fs::path part = to.string() + ".part";
  std::error_code failed;
  fs::remove(part, failed);  // of a backup that was stopped
  HANSOM_TRY_ASSIGN(const FileFacts copied, copy_file(from, part, kObjectMode));
  if (copied.sha256 != name) {
    HANSOM_TRY(durable::remove_synced(part));
    return fail(ErrorKind::kCorrupt, "vault_corrupt",
                from.string() + ": its bytes hash to " + copied.sha256.hex());
  }
  fs::rename(part, to, failed);  // synced with everything else in step 5
  if (failed) return fail(durable::storage_error(failed.value(), "rename", to));
  return {};
}

// Asks for copies of the journal until one names nothing that is gone. Objects that stay missing
// are the vault's damage, not a sweep's work: the manifest names them.
Status Taker::settle() {
  Manifest& manifest = report_.manifest;
  for (int round = 1;; ++round) {
    HANSOM_TRY_ASSIGN(const BackupServer::Begun begun, server_.begin());
    manifest.backup_id = begun.backup_id;
    manifest.tree_size = begun.tree_size;
    manifest.root = begun.root;
    manifest.checkpoint = begun.checkpoint;
    HANSOM_TRY_ASSIGN(manifest.missing, fetch_named(options_.config.backups() / begun.backup_id));
    if (manifest.missing.empty() || round == kRoundsMax) break;
  }
  manifest.origin = options_.config.origin;
  manifest.version = HANSOM_VERSION;
  manifest.taken = options_.clock->now();
  manifest.vault = options_.list_only ? VaultForm::kListed
                   : links_           ? VaultForm::kLinked
                                      : VaultForm::kCopied;
  return {};
}

// Brings the objects in line with what the copied journal names; returns those that cannot be had.
Result<std::vector<std::string>> Taker::fetch_named(const fs::path& copy) {
  HANSOM_TRY_ASSIGN(const auto store, store::Store::open(copy, store::Mode::kReadOnly));
  journal::VaultFacts facts;
  Status parsed;
  HANSOM_TRY(store->snapshot()->scan(
      store::Family::kRecord, {}, {}, store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
        const auto leaf = journal::parse_number_key(key);
        const auto parts = journal::split_record(value);
        evidence::Record record;
        const bool whole =
            leaf && parts &&
            record.ParseFromArray(parts->record.data(), static_cast<int>(parts->record.size()));
        if (!whole) {
          parsed = fail(ErrorKind::kCorrupt, "journal_corrupt",
                        "record " + to_hex(key) + " cannot be read; run: hansom journal verify");
          return false;
        }
        facts.add(*leaf, record);
        return true;
      }));
  HANSOM_TRY(parsed);

  std::vector<std::string> missing;
  for (const auto& [name, expected] : facts.expected()) {
    const auto object = vault_->open(name);
    if (options_.list_only && object) objects_.emplace(name, (*object)->size());
    if (objects_.contains(name)) continue;
    if (!object || !fetch_object(name, (*object)->size())) missing.push_back(name.hex());
  }
  std::erase_if(objects_, [&](const auto& one) { return !facts.expected().contains(one.first); });
  std::ranges::sort(missing);
  return missing;
}

Status Taker::fetch_store() {
  const fs::path from = options_.config.backups() / report_.manifest.backup_id;
  const fs::path to = out_ / report_.manifest.store_folder();
  HANSOM_TRY(make_folder(to, kFolderMode));
  std::vector<fs::path> names;
  std::error_code failed;
  for (fs::directory_iterator entry(from, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    names.push_back(entry->path().filename());
  }
  if (failed) return fail(durable::storage_error(failed.value(), "list", from));
  std::ranges::sort(names);
  std::uint64_t done = 0;
  for (const fs::path& name : names) {
    // Copied, not linked: the backup of the truth shares no block with it.
    HANSOM_TRY_ASSIGN(const FileFacts facts, copy_file(from / name, to / name, kFileMode));
    files_.push_back({facts.sha256, report_.manifest.store_folder() + "/" + name.string()});
    tell("store", ++done, names.size());
  }
  return {};
}

Status Taker::fetch_site() {
  std::vector<fs::path> except{out_};
  if (options_.keys) except.push_back(*options_.keys);
  HANSOM_TRY_ASSIGN(const SiteFiles site,
                    list_site_files(options_.config_file, options_.config, except));
  std::error_code failed;
  const fs::path folder = fs::absolute(options_.config_file, failed).parent_path();
  for (const fs::path& name : site.open) {
    const fs::path to = out_ / report_.manifest.site_folder() / name;
    HANSOM_TRY(make_folder(to.parent_path(), kFolderMode));
    HANSOM_TRY_ASSIGN(const FileFacts facts, copy_file(folder / name, to, kFileMode));
    files_.push_back({facts.sha256, report_.manifest.site_folder() + "/" + name.string()});
  }
  for (const fs::path& path : site.outside) {
    report_.manifest.not_covered.push_back(path.string());
  }
  return {};
}

Status Taker::fetch_secrets() {
  HANSOM_TRY_ASSIGN(const SiteFiles site,
                    list_site_files(options_.config_file, options_.config, {out_, *options_.keys}));
  std::error_code failed;
  const fs::path folder = fs::absolute(options_.config_file, failed).parent_path();
  HANSOM_TRY(make_folder(*options_.keys, 0700));
  for (const fs::path& name : site.secrets) {
    const fs::path to = *options_.keys / name;
    HANSOM_TRY(make_folder(to.parent_path(), 0700));
    HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(folder / name, kSecretBytesMax));
    HANSOM_TRY(durable::replace(to, bytes, 0600));
    ++report_.secrets;
  }
  return {};
}

Status Taker::publish() {
  Manifest& manifest = report_.manifest;
  std::vector<ListedFile> all = files_;
  for (const auto& [name, bytes] : objects_) {
    all.push_back({name, object_path(name)});
    ++manifest.vault_objects;
    manifest.vault_bytes += bytes;
  }
  const std::string list = list_text(all);
  manifest.list = "SHA256SUMS-" + manifest.backup_id;
  manifest.list_sha256 = sha256(list);
  HANSOM_TRY(sync_all_under(out_));
  HANSOM_TRY(durable::replace(out_ / manifest.list, as_bytes(list), kFileMode));
  const std::string text = manifest_json(manifest);
  report_.manifest_sha256 = sha256(text);
  return durable::replace(out_ / kManifestName, as_bytes(text), kFileMode);
}

Status Taker::drop_what_is_left() {
  const Manifest& manifest = report_.manifest;
  std::vector<fs::path> stale;
  std::error_code failed;
  for (fs::directory_iterator entry(out_, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const bool ours = name == kMark || name == kManifestName || name == manifest.list ||
                      name == "vault" || name == manifest.store_folder() ||
                      name == manifest.site_folder();
    if (!ours) stale.push_back(entry->path());
  }
  const fs::path vault = out_ / "vault";
  if (!options_.list_only && fs::exists(vault, failed)) {
    for (fs::recursive_directory_iterator entry(vault, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      if (entry->is_directory()) continue;
      const auto name = Digest::from_hex(entry->path().stem().string());
      if (name && objects_.contains(*name) && entry->path() == out_ / object_path(*name)) continue;
      stale.push_back(entry->path());
      ++report_.objects_removed;
    }
  }
  if (failed) return fail(durable::storage_error(failed.value(), "list", out_));
  for (const fs::path& path : stale) {
    fs::remove_all(path, failed);
    if (failed) return fail(durable::storage_error(failed.value(), "remove", path));
  }
  return sync_all_under(out_);
}

}  // namespace

Result<TakeReport> take(const TakeOptions& options, const BackupServer& server) {
  return Taker(options, server).run();
}

}  // namespace hansom::backup
