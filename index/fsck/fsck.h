// The verifier that ships: everything a site keeps, held against itself. README.md lists its words.
#pragma once

#include <array>
#include <filesystem>

#include "index/journal/verify.h"
#include "index/store/store.h"

namespace hansom::fsck {

struct Finding {
  std::string token;    // stable: README.md
  std::string where;    // "leaf 17", "vault 3f2a...", "clip 61..", "spool <name>"
  std::string message;  // for people
};

struct Options {
  std::filesystem::path store;
  std::filesystem::path vault;
  std::filesystem::path spool;
  tlog::VerifierKey key;
  std::optional<journal::VaultSample> sample;  // nullopt: every object is hashed
  std::filesystem::path scratch;  // folder for the replayed views; needs as much space as the views
  journal::VerifyProgress progress;  // may be empty
};

struct Report {
  std::vector<Finding> findings;     // the first kFindingsMax
  std::uint64_t findings_found = 0;  // all
  std::vector<Finding> notes;        // the first kFindingsMax
  std::uint64_t notes_found = 0;     // all
  // What was looked at.
  journal::VerifyReport journal;  // its counts; its problems are among the findings
  bool views_compared = false;
  std::array<std::uint64_t, store::kFamilies> view_rows{};  // of the store, by Family
  std::uint64_t uploads = 0;

  [[nodiscard]] bool clean() const { return findings_found == 0; }
  void find(Finding finding);
  void note(Finding finding);
};
inline constexpr std::size_t kFindingsMax = 1000;

// Changes nothing of the site and never stops at a finding. Blocks. Errors, where it could not
// look: kNotFound `not_found` (no store), kStorage `storage_failed`, kUnavailable `store_busy`.
[[nodiscard]] Result<Report> fsck(const Options& options);

}  // namespace hansom::fsck
