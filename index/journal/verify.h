// The verifier: reads everything a site keeps and says what does not fit. Behind `hansom journal
// verify`.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/sha256.h"
#include "proto/tlog/checkpoint.h"

namespace hansom::journal {

// One thing that is wrong. `what` is a stable word of the list in index/journal/README.md; `where`
// names the place ("leaf 17", "tile/0/003", "head 512", "vault 3f2a..."); `detail` is for people.
struct Problem {
  std::string what;
  std::string where;
  std::string detail;
  std::optional<Digest> object;  // of the vault, where the problem is about one
};

struct VerifyReport {
  std::uint64_t leaves = 0;               // read and hashed
  std::uint64_t records_checked = 0;      // present, and what their leaf commits to
  std::uint64_t records_erased = 0;       // by a recorded destruction
  std::uint64_t tiles = 0;                // compared with the leaves
  std::uint64_t heads = 0;                // signature and root
  std::uint64_t vault_objects = 0;        // present and named by the journal
  std::uint64_t vault_objects_read = 0;   // hashed
  std::uint64_t vault_bytes_read = 0;     // of those
  std::optional<std::uint64_t> old_size;  // the old checkpoint's, found on the way
  std::vector<Problem> problems;          // the first kProblemsMax
  std::uint64_t problems_found = 0;       // all

  [[nodiscard]] bool clean() const { return problems_found == 0; }
};
inline constexpr std::size_t kProblemsMax = 1000;

// Called now and then: what is being read ("leaves", "vault"), how much is done, of how much.
using VerifyProgress =
    std::function<void(std::string_view stage, std::uint64_t done, std::uint64_t total)>;

// Which objects are hashed: `objects` of them, or `share` of all (0 to 1), by chance from `seed`.
struct VaultSample {
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> objects;
  double share = 1;
};

struct VerifyOptions {
  std::filesystem::path store;
  std::optional<std::filesystem::path> vault;  // nullopt: the vault is not looked at
  tlog::VerifierKey key;          // any that signed the journal; the rotations lead to the others
  std::uint64_t vault_every = 1;  // hash every n-th object; 0: none, only presence and size
  std::optional<VaultSample> vault_sample = {};    // in its place where given
  VerifyProgress progress;                         // may be empty
  std::optional<std::string> old_checkpoint = {};  // a signed note that the tree must hold
};

// Opens the store for reading only: a running server is not disturbed, and what it adds meanwhile
// is not held against it. Never stops at a problem. Blocks, for as long as reading everything
// takes. Needs some 100 bytes of memory a clip. Errors: kNotFound `not_found`, kStorage
// `storage_failed` when there is no store to read; a store too damaged to open is a report with
// that problem.
[[nodiscard]] Result<VerifyReport> verify(const VerifyOptions& options);

}  // namespace hansom::journal
