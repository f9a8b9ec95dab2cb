// Rules of the acts of backup and restore: recorded, and no view follows.
#pragma once

#include "proto/base/result.h"
#include "proto/evidence/journal.pb.h"

namespace hansom::backup {

// Errors: kInvalid `bad_backup` (an id or a digest that is none).
[[nodiscard]] Status validate_backup_started(const evidence::BackupStarted& act);
[[nodiscard]] Status validate_backup_taken(const evidence::BackupTaken& act);
// Also kInvalid `reason_required`.
[[nodiscard]] Status validate_site_restored(const evidence::SiteRestored& act);

}  // namespace hansom::backup
