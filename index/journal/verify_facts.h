// What the records say should lie in the vault, and which records may be gone. Private to the
// verifier.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "index/journal/verify.h"
#include "index/store/store.h"
#include "proto/evidence/journal.pb.h"

namespace hansom::journal {

// Adds to the report; keeps the first kProblemsMax.
void add_problem(VerifyReport& report, Problem problem);

struct ExpectedObject {
  std::uint64_t leaf = 0;   // that names it
  std::uint64_t bytes = 0;  // sealed; 0: not told
};

class VaultFacts {
 public:
  // Takes one record, in the order of the journal.
  void add(std::uint64_t leaf, const evidence::Record& record);

  [[nodiscard]] const std::unordered_map<Digest, ExpectedObject>& expected() const {
    return expected_;
  }
  [[nodiscard]] bool is_destroyed(const Digest& name) const { return destroyed_.contains(name); }
  // Whether a recorded destruction erased the record of `leaf`.
  [[nodiscard]] bool may_be_erased(std::uint64_t leaf) const { return erased_.contains(leaf); }

 private:
  void expect(std::string_view name, ExpectedObject object);
  void destroy(std::string_view name);

  std::unordered_map<Digest, ExpectedObject> expected_;
  std::unordered_set<Digest> destroyed_;
  std::unordered_set<std::uint64_t> erased_;
};

// Holds the vault against the facts. `catch_up` brings the facts up to the journal's present end;
// it is called before anything missing or unknown is reported, because a running server goes on
// meanwhile.
void verify_vault(const VerifyOptions& options, VaultFacts& facts,
                  const std::function<void()>& catch_up, VerifyReport& report);

}  // namespace hansom::journal
