// What a record of a backup must say.
#include "index/backup/backup_rules.h"

#include "proto/base/sha256.h"

namespace hansom::backup {
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kReasonBytesMax = 1024;

tl::unexpected<Error> bad(const char* what) {
  return fail(ErrorKind::kInvalid, "bad_backup", what);
}

Status check_id(const std::string& id) {
  if (id.empty() || id.size() > kIdBytesMax) return bad("a backup has an id of 1 to 64 bytes");
  return {};
}
Status check_digest(const std::string& digest) {
  if (digest.size() != sizeof(Digest::bytes)) return bad("a digest has 32 bytes");
  return {};
}

}  // namespace

Status validate_backup_started(const evidence::BackupStarted& act) {
  HANSOM_TRY(check_id(act.backup_id()));
  return check_digest(act.root());
}

Status validate_backup_taken(const evidence::BackupTaken& act) {
  HANSOM_TRY(check_id(act.backup_id()));
  HANSOM_TRY(check_digest(act.root()));
  return check_digest(act.manifest_sha256());
}

Status validate_site_restored(const evidence::SiteRestored& act) {
  HANSOM_TRY(check_id(act.backup_id()));
  HANSOM_TRY(check_digest(act.root()));
  HANSOM_TRY(check_digest(act.manifest_sha256()));
  if (act.reason().empty() || act.reason().size() > kReasonBytesMax) {
    return fail(ErrorKind::kInvalid, "reason_required",
                "say why newer heads are lost, in 1 to 1024 bytes");
  }
  return {};
}

}  // namespace hansom::backup
