// Which witnesses must have cosigned a checkpoint (c2sp.org/tlog-policy): logs, witnesses, groups
// with a threshold, one quorum. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "proto/tlog/cosignature.h"

namespace hansom::tlog {

inline constexpr std::size_t kPolicyNamesMax = 64;  // of logs, witnesses, groups, each

struct WitnessPolicy {
  struct Witness {
    std::string name;  // within the policy only
    VerifierKey key;
    std::string url;  // where checkpoints are sent to, without "/add-checkpoint"; may be empty
  };
  struct Group {
    std::string name;
    std::size_t threshold = 1;
    std::vector<std::string> members;  // witnesses and groups before this one
  };
  std::vector<VerifierKey> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;
  std::string quorum = "none";  // a witness, a group, or "none"

  // Error: kInvalid `bad_policy`, naming the line.
  [[nodiscard]] static Result<WitnessPolicy> parse(std::string_view text);
  // Whether cosignatures of the witnesses with these names are enough.
  [[nodiscard]] bool met_by(const std::set<std::string>& names) const;
};

struct Witnessed {
  std::string name;
  UtcTime time;
};
// Who of the policy's witnesses cosigned the note, and when. A cosignature that does not verify is
// none. Errors: kInvalid `bad_note`, kCorrupt `policy_unmet` when they are not enough.
[[nodiscard]] Result<std::vector<Witnessed>> verify_witnesses(std::string_view note,
                                                              const WitnessPolicy& policy);

}  // namespace hansom::tlog
