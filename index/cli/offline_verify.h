// `hansom journal verify` without the site: a mirrored log, a proof or a bundle that somebody
// carried here.
#pragma once

#include "index/cli/session.h"

namespace hansom::cli {

struct OfflineVerify {
  std::filesystem::path key;     // the journal's; empty: the site's
  std::filesystem::path chain;   // of its keys; empty: the copy's, or the site's, where it has one
  std::filesystem::path policy;  // c2sp.org/tlog-policy; empty: no witnesses are asked for
  // One of:
  std::filesystem::path mirror;  // a folder that `journal mirror` made
  std::filesystem::path proof;   // a .tlog-proof
  std::filesystem::path bundle;  // a folder that `export` made
  std::filesystem::path old_checkpoint;
};
// Prints what was checked, in words or as JSON. Errors: kInvalid for files that are not what they
// should be, kCorrupt `journal_corrupt` and others when something does not hold.
[[nodiscard]] Status verify_offline(const Session& session, const OfflineVerify& verify);

}  // namespace hansom::cli
