// Makes every view again from the journal. Behind `hansom reindex`.
#pragma once

#include <array>
#include <filesystem>

#include "index/journal/verify.h"
#include "index/store/store.h"

namespace hansom {

struct ReindexOptions {
  std::filesystem::path store;
  tlog::VerifierKey key;             // the journal is verified before a view is dropped
  journal::VerifyProgress progress;  // may be empty
};

struct ReindexReport {
  std::uint64_t leaves = 0;
  std::array<Digest, store::kFamilies> before{};  // of each view, by Family; store/digest.h
  std::array<Digest, store::kFamilies> after{};
};

// Verifies the journal, drops all views, replays. Stopped half-way, also by a power cut, it is
// finished by the next run or the next start of the server. Blocks. Errors: kUnavailable
// `store_locked` (a server has the store), kCorrupt `journal_corrupt` (nothing was dropped; run
// fsck), those of journal::replay, Store::open and commit.
[[nodiscard]] Result<ReindexReport> reindex(const ReindexOptions& options);

}  // namespace hansom
