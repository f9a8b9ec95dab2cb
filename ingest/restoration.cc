// Holds the mark of a restored site against its journal.
#include "ingest/restoration.h"

#include "index/backup/restored_mark.h"
#include "proto/base/log.h"

namespace hansom::ingest {
namespace {

// Whether an earlier start recorded it and was stopped before it removed the mark.
Result<bool> is_recorded(EvidenceIndex& index, const backup::RestoredMark& mark) {
  const auto stored = index.journal().read(LeafIndex{mark.tree_size});
  if (!stored && stored.error().kind == ErrorKind::kNotFound) return false;
  if (!stored) return fail(stored.error());
  evidence::Record record;
  return stored->record &&
         record.ParseFromArray(stored->record->data(), static_cast<int>(stored->record->size())) &&
         record.has_site_restored() && record.site_restored().backup_id() == mark.backup_id;
}

}  // namespace

Status check_restoration(const std::filesystem::path& data) {
  HANSOM_TRY_ASSIGN(const auto mark, backup::read_restored_mark(data));
  if (!mark || !mark->reason.empty()) return {};
  return fail(ErrorKind::kConflict, "restore_unconfirmed",
              "this site was restored from a backup of " + to_rfc3339(mark->taken) +
                  ": heads over more than " + std::to_string(mark->tree_size) +
                  " leaves may have been given out and would be contradicted. If they are lost, "
                  "say so: hansom restore-confirm --newer-heads-lost \"why\"");
}

Status record_restoration(EvidenceIndex& index, const std::filesystem::path& data) {
  HANSOM_TRY_ASSIGN(const auto mark, backup::read_restored_mark(data));
  if (!mark) return {};
  HANSOM_TRY_ASSIGN(const bool recorded, is_recorded(index, *mark));
  if (!recorded) {
    const journal::Head head = index.journal().head();
    HANSOM_TRY_ASSIGN(const tlog::SignedNote note, tlog::SignedNote::parse(head.checkpoint));
    HANSOM_TRY_ASSIGN(const tlog::Checkpoint checkpoint, tlog::Checkpoint::parse(note.text));
    if (checkpoint.size != mark->tree_size || checkpoint.root != mark->root) {
      return fail(ErrorKind::kCorrupt, "journal_corrupt",
                  "the journal is not the one the mark of the restored site names");
    }
    evidence::Record record = record_by_server();
    evidence::SiteRestored& act = *record.mutable_site_restored();
    act.set_backup_id(mark->backup_id);
    act.set_tree_size(mark->tree_size);
    act.set_root(to_text(mark->root.span()));
    act.set_manifest_sha256(to_text(mark->manifest_sha256.span()));
    act.set_reason(mark->reason);
    act.set_confirmed_us(to_unix_us(mark->confirmed));
    HANSOM_TRY(index.submit_and_wait(std::move(record)));
    log(LogLevel::kWarning, "site_restored",
        {{"backup", mark->backup_id}, {"tree_size", mark->tree_size}});
  }
  // From here the journal says it; the mark has done its work.
  return backup::remove_restored_mark(data);
}

}  // namespace hansom::ingest
