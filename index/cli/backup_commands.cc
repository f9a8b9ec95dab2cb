// `hansom backup`, `hansom restore`, `hansom restore-confirm`.
#include "index/backup/restore.h"
#include "index/backup/restored_mark.h"
#include "index/backup/take.h"
#include "index/cli/commands.h"
#include "index/cli/local_site.h"
#include "index/cli/make_site.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/verifier_key.h"
#include "index/fsck/fsck.h"

namespace hansom::cli {
namespace {

struct Backup {
  std::filesystem::path config;
  std::filesystem::path out;
  std::filesystem::path keys;
  bool list = false;
};

void declare_backup(CLI::App& command, Backup& backup) {
  command.add_option("--out,-o", backup.out, "A new folder, or one with an earlier backup")
      ->required();
  command.add_option("--config", backup.config, "The site's hansomd.toml [of the site]");
  command.add_option("--keys", backup.keys,
                     "Copy keys and tokens too, into this folder; keep it apart from the backup");
  command.add_flag("--list", backup.list,
                   "Only list the vault's objects: they are copied by other "
                   "means");
}

Result<backup::BackupServer::Begun> begin(PeopleClient& client) {
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client.post("/v1/backups", {}));
  backup::BackupServer::Begun begun;
  begun.backup_id = member_text(answer, "backup");
  begun.checkpoint = member_text(answer, "checkpoint");
  HANSOM_TRY_ASSIGN(begun.root, Digest::from_hex(member_text(answer, "root")));
  const boost::json::value* size = answer.if_contains("tree_size");
  if (size == nullptr || !size->is_int64()) {
    return fail(ErrorKind::kCorrupt, "bad_json", "the answer has no tree_size");
  }
  begun.tree_size = static_cast<std::uint64_t>(size->get_int64());
  return begun;
}

Status finish(PeopleClient& client, const backup::Manifest& manifest, const Digest& digest,
              bool with_keys) {
  boost::json::object body;
  body["manifest_sha256"] = digest.hex();
  body["tree_size"] = manifest.tree_size;
  body["root"] = manifest.root.hex();
  body["vault_objects"] = manifest.vault_objects;
  body["vault_bytes"] = manifest.vault_bytes;
  body["with_keys"] = with_keys;
  const auto answer =
      client.post("/v1/backups/" + path_segment(manifest.backup_id) + "/finish", body);
  if (answer) return {};
  Error error = answer.error();
  return fail(std::move(error).in("the backup stands, but the journal does not say so"));
}

boost::json::object report_json(const backup::TakeReport& report) {
  const backup::Manifest& manifest = report.manifest;
  boost::json::object out;
  out["backup"] = manifest.backup_id;
  out["tree_size"] = manifest.tree_size;
  out["root"] = manifest.root.hex();
  out["manifest_sha256"] = report.manifest_sha256.hex();
  out["vault"] = backup::word_of(manifest.vault);
  out["vault_objects"] = manifest.vault_objects;
  out["vault_bytes"] = manifest.vault_bytes;
  out["objects_new"] = report.objects_new;
  out["objects_removed"] = report.objects_removed;
  out["objects_missing"] = manifest.missing.size();
  out["secret_files"] = report.secrets;
  return out;
}

// Runs beside the server, as the user who may read the site's files.
Status run_backup(const Session& session, const Backup& wanted) {
  std::filesystem::path file = wanted.config;
  if (file.empty()) {
    HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
    file = site.folder / site_files::kConfig;
  }
  backup::TakeOptions options;
  HANSOM_TRY_ASSIGN(options.config, site::load_config(file));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  options.config_file = file;
  options.out = wanted.out;
  if (!wanted.keys.empty()) options.keys = wanted.keys;
  options.list_only = wanted.list;
  options.clock = &system_clock();
  options.progress = show_progress;
  const backup::BackupServer server{
      [&] { return begin(*client); },
      [&](const backup::Manifest& manifest, const Digest& digest, bool with_keys) {
        return finish(*client, manifest, digest, with_keys);
      }};
  HANSOM_TRY_ASSIGN(const backup::TakeReport report, backup::take(options, server));
  if (session.options.json) {
    print_json(report_json(report));
  } else {
    print(fields_of(report_json(report)));
    for (const std::string& path : report.manifest.not_covered) {
      print("NOT in the backup: " + path + " lies outside the site's folder\n");
    }
    if (report.manifest.vault == backup::VaultForm::kLinked) {
      print(
          "The vault is linked: this guards against deletion, not against the loss of the disk.\n");
    }
  }
  if (report.manifest.missing.empty()) return {};
  return fail(ErrorKind::kCorrupt, "vault_missing",
              std::to_string(report.manifest.missing.size()) +
                  " objects that the journal names are damaged or not in the vault; the manifest "
                  "lists them. Run: hansom fsck");
}

struct Restore {
  std::filesystem::path from;
  std::filesystem::path to;
  std::filesystem::path keys;
  std::string reason;
};

void declare_restore(CLI::App& command, Restore& restore) {
  command.add_option("--from", restore.from, "The folder of the backup")->required();
  command.add_option("--to", restore.to, "The new site: a folder that is absent or empty")
      ->required();
  command.add_option("--keys", restore.keys, "The folder that --keys of the backup wrote");
  command.add_option("--newer-heads-lost", restore.reason,
                     "Why everything newer than the backup is lost: confirms the restore at once");
}

// The restored site held against itself, by the verifier key that came with it.
Result<fsck::Report> check_restored(const Session& session, const std::filesystem::path& folder) {
  HANSOM_TRY_ASSIGN(const site::SiteConfig config, site::load_config(folder / site_files::kConfig));
  fsck::Options options;
  HANSOM_TRY_ASSIGN(options.key, verifier_key(session, folder / site_files::kJournalVerifier));
  options.store = config.store();
  options.vault = config.vault();
  options.spool = config.spool();
  options.scratch = folder / "data";
  options.progress = show_progress;
  return fsck::fsck(options);
}

Status run_restore(const Session& session, const Restore& wanted) {
  backup::RestoreOptions options;
  options.from = wanted.from;
  options.to = wanted.to;
  if (!wanted.keys.empty()) options.keys = wanted.keys;
  options.reason = wanted.reason;
  options.clock = &system_clock();
  options.progress = show_progress;
  HANSOM_TRY_ASSIGN(const backup::RestoreReport report, backup::restore(options));
  // A vault that was only listed is not there yet; whoever brings it runs fsck then.
  std::uint64_t findings = 0;
  const bool is_whole = report.manifest.vault != backup::VaultForm::kListed;
  if (is_whole) {
    HANSOM_TRY_ASSIGN(const fsck::Report checked, check_restored(session, wanted.to));
    findings = checked.findings_found;
  }
  const std::string taken = to_rfc3339(report.manifest.taken);
  boost::json::object out;
  out["site"] = wanted.to.string();
  out["backup"] = report.manifest.backup_id;
  out["taken"] = taken;
  out["tree_size"] = report.manifest.tree_size;
  out["vault_objects"] = report.objects;
  out["vault_damaged"] = report.damaged.size();
  out["checked"] = is_whole;
  out["findings"] = findings;
  out["confirmed"] = !wanted.reason.empty();
  if (session.options.json) {
    print_json(out);
  } else {
    print(fields_of(out));
    for (const std::string& name : report.damaged) print("damaged in the backup: " + name + "\n");
    print("What came after " + taken + " is not here: the journal ends at " +
          std::to_string(report.manifest.tree_size) +
          " leaves. Receipts and heads over more leaves may have been given out; this site will "
          "sign other trees of those sizes.\n");
    if (wanted.reason.empty()) {
      print("hansomd does not start on it before somebody has said so: hansom --site " +
            wanted.to.string() + " restore-confirm --newer-heads-lost \"why\"\n");
    }
  }
  if (report.damaged.empty() && findings == 0) return {};
  return fail(ErrorKind::kCorrupt, "digest_mismatch",
              std::to_string(report.damaged.size()) +
                  " objects are damaged in the backup and were left out; fsck has " +
                  std::to_string(findings) + " findings: hansom --site " + wanted.to.string() +
                  " fsck");
}

struct Confirm {
  std::string reason;
};

void declare_confirm(CLI::App& command, Confirm& confirm) {
  command
      .add_option("--newer-heads-lost", confirm.reason,
                  "Why everything newer than the backup is lost; recorded in the journal")
      ->required();
}

Status run_confirm(const Session& session, const Confirm& confirm) {
  HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
  HANSOM_TRY_ASSIGN(const site::SiteConfig config,
                    site::load_config(site.folder / site_files::kConfig));
  HANSOM_TRY_ASSIGN(auto mark, backup::read_restored_mark(config.data));
  if (!mark) {
    return fail(ErrorKind::kNotFound, "not_found",
                site.folder.string() + " is not a restored site that waits to be confirmed");
  }
  if (confirm.reason.empty()) {
    return fail(ErrorKind::kInvalid, "reason_required", "say why newer heads are lost");
  }
  mark->reason = confirm.reason;
  mark->confirmed = system_clock().now();
  HANSOM_TRY(backup::write_restored_mark(config.data, *mark));
  boost::json::object out;
  out["backup"] = mark->backup_id;
  out["tree_size"] = mark->tree_size;
  out["confirmed"] = true;
  if (session.options.json) {
    print_json(out);
  } else {
    print("Confirmed: the next start of hansomd records it as its first leaf.\n");
  }
  return {};
}

}  // namespace

void add_backup_commands(CLI::App& app, Session& session) {
  add_command<Backup>(app, session, "backup", "Take a backup of the running site", declare_backup,
                      run_backup);
  add_command<Restore>(app, session, "restore", "Build a site from a backup", declare_restore,
                       run_restore);
  add_command<Confirm>(app, session, "restore-confirm",
                       "Say that what is newer than a restored site is lost", declare_confirm,
                       run_confirm);
}

}  // namespace hansom::cli
