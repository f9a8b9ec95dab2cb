// `hansom journal mirror`.
#pragma once

#include <CLI/CLI.hpp>

#include "index/cli/session.h"

namespace hansom::cli {

struct Mirror {
  std::filesystem::path folder;
  std::filesystem::path key;
};
void declare_mirror(CLI::App& command, Mirror& mirror);
// Errors: those of the server; kCorrupt `journal_forked`, `proof_invalid` when the log is not the
// one that was mirrored before; then the folder's checkpoint stays as it was.
[[nodiscard]] Status run_mirror(const Session& session, const Mirror& mirror);

}  // namespace hansom::cli
