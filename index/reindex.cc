// Verify, drop, replay.
#include "index/reindex.h"

#include "index/journal/rows.h"
#include "index/journal/views.h"
#include "index/rules.h"
#include "index/store/digest.h"

namespace hansom {
namespace {

Result<std::array<Digest, store::kFamilies>> digests(const store::Store& store) {
  std::array<Digest, store::kFamilies> all{};
  const auto reader = store.snapshot();
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    HANSOM_TRY_ASSIGN(all.at(static_cast<std::size_t>(facts.family)),
                      store::digest_of(*reader, facts.family));
  }
  return all;
}

Status verify_journal(const ReindexOptions& options) {
  journal::VerifyOptions verify;
  verify.store = options.store;
  verify.key = options.key;
  verify.progress = options.progress;
  HANSOM_TRY_ASSIGN(const journal::VerifyReport report, journal::verify(verify));
  if (report.clean()) return {};
  const journal::Problem& first = report.problems.front();
  return fail(ErrorKind::kCorrupt, "journal_corrupt",
              "the journal has " + std::to_string(report.problems_found) +
                  " problems, the views stay as they are; the first: " + first.what + " " +
                  first.where + "; run hansom fsck");
}

}  // namespace

Result<ReindexReport> reindex(const ReindexOptions& options) {
  // Held from here to the end: no server starts in between.
  HANSOM_TRY_ASSIGN(const auto store, store::Store::open(options.store, store::Mode::kOpen));
  HANSOM_TRY(verify_journal(options));
  ReindexReport report;
  HANSOM_TRY_ASSIGN(report.before, digests(*store));
  const auto rules = make_rules();
  HANSOM_TRY(journal::rebuild_views(*store, *rules, [&](std::uint64_t done, std::uint64_t total) {
    report.leaves = total;
    if (options.progress) options.progress("views", done, total);
  }));
  HANSOM_TRY_ASSIGN(report.after, digests(*store));
  return report;
}

}  // namespace hansom
