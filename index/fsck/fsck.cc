// Runs the parts and sorts what they say into findings and notes.
#include "index/fsck/fsck.h"

#include <algorithm>
#include <unordered_set>

#include "index/catalogue/clip_rows.h"
#include "index/catalogue/keys.h"
#include "index/catalogue/row_io.h"
#include "index/catalogue/rows.pb.h"
#include "index/fsck/checks.h"
#include "index/inspections/inspections.h"
#include "index/retention/keys.h"
#include "index/retrieval/playback.h"
#include "index/vault/vault.h"
#include "proto/base/durable_file.h"
#include "proto/base/hash_file.h"
#include "proto/upload/upload_facts.h"

namespace hansom::fsck {
namespace {

using journal::Problem;

// What the store says now about objects that looked wrong while a server went on.
struct Now {
  std::unique_ptr<store::Reader> reader;
  std::unique_ptr<vault::Vault> vault;
  std::unordered_set<Digest> to_remove;  // by a sweep that has not finished
  // Of what an inspection that waits may have put already; 0 where none waits.
  std::uint64_t derived_bytes_max = 0;

  [[nodiscard]] bool is_there(const Digest& name) const { return vault->open(name).has_value(); }
  // As thumbnails and repaired copies are.
  [[nodiscard]] bool may_be_derived(const Digest& name) const {
    const auto object = vault->open(name);
    return object && (*object)->size() <= derived_bytes_max;
  }
  // As a clip, or as something derived from one.
  [[nodiscard]] bool is_known(const Digest& name) const {
    const auto clip = reader->get(store::Family::kClip, name.span());
    const auto owners = catalogue::keys_with_prefix(*reader, store::Family::kIndex,
                                                    catalogue::clips_of_object(name.span()));
    return (clip && *clip) || (owners && !owners->empty());
  }
};

Result<Now> look_again(const Options& options) {
  Now now;
  HANSOM_TRY_ASSIGN(now.reader, read_store(options));
  HANSOM_TRY_ASSIGN(now.vault, vault::open_file_vault(options.vault, vault::VaultMode::kReadOnly));
  HANSOM_TRY_ASSIGN(const auto removals,
                    catalogue::list_rows<catalogue::VaultRemoval>(
                        *now.reader, store::Family::kRetention, retention::all_removals()));
  for (const catalogue::VaultRemoval& removal : removals) {
    for (const std::string& object : removal.objects()) {
      if (const auto name = Digest::from_span(as_bytes(object))) now.to_remove.insert(*name);
    }
  }
  HANSOM_TRY_ASSIGN(const auto waiting, inspections::pending(*now.reader, SIZE_MAX));
  for (const inspections::Pending& pending : waiting) {
    HANSOM_TRY_ASSIGN(const auto clip, catalogue::get_clip(*now.reader, pending.clip.span()));
    if (!clip) continue;
    now.derived_bytes_max =
        std::max({now.derived_bytes_max, std::uint64_t{retrieval::kThumbnailBytesMax},
                  clip->sealed_bytes() + retrieval::kRepairedMoreBytesMax});
  }
  return now;
}

// The clip of a file without facts that the vault has as well: it came in one request, and a crash
// may have come between vault and journal. Nothing where it has gone or cannot be read.
std::optional<Digest> clip_of_lone_file(const std::filesystem::path& file) {
  std::filesystem::path facts_file = file;
  facts_file.replace_extension(".json");
  std::error_code failed;
  if (std::filesystem::exists(facts_file, failed) || failed) return std::nullopt;
  const auto names = std::filesystem::hard_link_count(file, failed);
  if (failed || names < 2) return std::nullopt;
  const auto facts = hash_file(file);
  return facts ? std::optional(facts->sha256) : std::nullopt;
}

// Clips that the spool is about to hand over: in the vault, not yet in the journal.
std::unordered_set<Digest> objects_to_accept(const Options& options) {
  std::unordered_set<Digest> objects;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(options.spool, failed), end;
       !failed && entry != end; entry.increment(failed)) {
    if (entry->path().extension() == ".clip") {
      if (const auto clip = clip_of_lone_file(entry->path())) objects.insert(*clip);
    }
    if (entry->path().extension() != ".json") continue;
    const auto bytes = durable::read_file(entry->path(), upload::kFactsBytesMax);
    const auto facts = bytes ? upload::parse_facts(as_text(*bytes))
                             : Result<upload::UploadFacts>(fail(bytes.error()));
    if (facts) objects.insert(facts->clip);
  }
  return objects;
}

enum class Verdict { kFinding, kNote, kNothing };

// Of one object. `token` becomes the note's.
Verdict judge(const Problem& problem, const Now& now, const std::unordered_set<Digest>& accepting,
              std::string& token) {
  const Digest& object = *problem.object;
  if (problem.what == "destroyed_object_survives") {
    if (!now.is_there(object)) return Verdict::kNothing;
    if (!now.to_remove.contains(object)) return Verdict::kFinding;
    token = "removal_pending";
    return Verdict::kNote;
  }
  if (problem.what == "object_unknown") {
    if (now.is_known(object) || !now.is_there(object)) return Verdict::kNothing;
    const bool accepted_soon = accepting.contains(object);
    const bool inspected_soon = now.may_be_derived(object);
    if (!accepted_soon && !inspected_soon) return Verdict::kFinding;
    token = accepted_soon ? "acceptance_pending" : "inspection_pending";
    return Verdict::kNote;
  }
  return Verdict::kFinding;
}

// The journal's problems; what a restart mends becomes a note. The spool is read before the store:
// an upload that is finished in between is in the store.
void sort_problems(const Options& options, Report& report) {
  const std::unordered_set<Digest> accepting = objects_to_accept(options);
  const auto now = look_again(options);
  for (Problem& problem : report.journal.problems) {
    std::string token = problem.what;
    const Verdict verdict =
        problem.object && now ? judge(problem, *now, accepting, token) : Verdict::kFinding;
    Finding finding{std::move(token), std::move(problem.where), std::move(problem.detail)};
    if (verdict == Verdict::kFinding) {
      report.find(std::move(finding));
    } else if (verdict == Verdict::kNote) {
      report.note(std::move(finding));
    }
  }
  // Those beyond its bound are not in its list.
  report.findings_found += report.journal.problems_found - report.journal.problems.size();
  report.journal.problems.clear();
}

void check_vault_files(const Options& options, Report& report) {
  const auto files = vault::list_foreign_files(options.vault);
  if (!files) {
    report.find({"vault_unreadable", options.vault.string(), files.error().message});
    return;
  }
  for (const vault::ForeignFile& file : *files) {
    std::error_code unknown;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file.path, unknown))) continue;
    const std::string where = "vault " + file.path.string();
    if (file.leftover) {
      report.note({"vault_leftover", where,
                   "a write that was cut short; the next start of hansomd removes it"});
    } else {
      report.find({"vault_foreign_file", where, "it is no object of the vault"});
    }
  }
}

}  // namespace

void Report::find(Finding finding) {
  ++findings_found;
  if (findings.size() < kFindingsMax) findings.push_back(std::move(finding));
}

void Report::note(Finding finding) {
  ++notes_found;
  if (notes.size() < kFindingsMax) notes.push_back(std::move(finding));
}

Result<std::unique_ptr<store::Reader>> read_store(const Options& options) {
  HANSOM_TRY_ASSIGN(const auto store, store::Store::open(options.store, store::Mode::kReadOnly));
  return store->snapshot();  // keeps open what it reads
}

Result<Report> fsck(const Options& options) {
  Report report;
  journal::VerifyOptions verify;
  verify.store = options.store;
  verify.vault = options.vault;
  verify.key = options.key;
  verify.vault_sample = options.sample;
  verify.progress = options.progress;
  HANSOM_TRY_ASSIGN(report.journal, journal::verify(verify));
  sort_problems(options, report);
  check_vault_files(options, report);
  check_spool(options, report);
  const auto reader = read_store(options);
  // A store too damaged to open is a finding already.
  if (!reader && reader.error().kind == ErrorKind::kCorrupt) return report;
  if (!reader) return fail(reader.error());
  HANSOM_TRY(compare_views(**reader, options, report));
  return report;
}

}  // namespace hansom::fsck
