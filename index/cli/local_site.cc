// The site's own files.
#include "index/cli/local_site.h"

#include <unistd.h>

#include <cstdio>

#include "index/cli/make_site.h"

namespace hansom::cli {

Result<site::SiteConfig> local_config(const Session& session, const std::filesystem::path& file) {
  if (!file.empty()) return site::load_config(file);
  HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
  return site::load_config(site.folder / site_files::kConfig);
}

void show_progress(std::string_view stage, std::uint64_t done, std::uint64_t total) {
  if (::isatty(STDERR_FILENO) != 1) return;
  std::fprintf(stderr, "\r%.*s: %llu of %llu   %s", static_cast<int>(stage.size()), stage.data(),
               static_cast<unsigned long long>(done), static_cast<unsigned long long>(total),
               done == total ? "\n" : "");
}

}  // namespace hansom::cli
