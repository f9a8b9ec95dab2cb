// The first start on a restored site: nothing is signed before a person has said that newer heads
// are lost, and the first leaf says so for ever.
#pragma once

#include <filesystem>

#include "index/evidence_index.h"

namespace hansom::ingest {

// Error: kConflict `restore_unconfirmed`; those of backup::read_restored_mark.
[[nodiscard]] Status check_restoration(const std::filesystem::path& data);
// Records the restoration as the first leaf behind the backup's journal, once, and removes the
// mark. Requires: check_restoration() let it through, nobody else submits yet. Errors: kCorrupt
// `journal_corrupt` when the journal is not the one of the backup; those of submit.
[[nodiscard]] Status record_restoration(EvidenceIndex& index, const std::filesystem::path& data);

}  // namespace hansom::ingest
