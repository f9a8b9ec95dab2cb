// For commands that work on the site's own files, without a server: where they lie, and a line that
// says how far the work is.
#pragma once

#include <filesystem>
#include <string_view>

#include "index/cli/session.h"
#include "index/site/site_config.h"

namespace hansom::cli {

// The configuration in `file`, or the site's where that is empty. Error: kInvalid `bad_config`.
[[nodiscard]] Result<site::SiteConfig> local_config(const Session& session,
                                                    const std::filesystem::path& file);

// One line on stderr, where that is a terminal.
void show_progress(std::string_view stage, std::uint64_t done, std::uint64_t total);

}  // namespace hansom::cli
