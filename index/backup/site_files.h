// The files of a site beside its data: which are public, which are secrets.
#pragma once

#include <filesystem>
#include <vector>

#include "index/site/site_config.h"

namespace hansom::backup {

struct SiteFiles {
  std::vector<std::filesystem::path> open;     // relative to the site's folder
  std::vector<std::filesystem::path> secrets;  // the same; only their owner may read them
  std::vector<std::filesystem::path>
      outside;  // absolute: what the configuration names elsewhere, and the data where it is there
};

// Walks the folder of `config_file`, without the data and without `except`; files over 1 MiB are
// none of the site's. A secret is a file that neither group nor others may read, or whose text is a
// private key, an identity or a token, however open it lies; never the configuration, certificates
// and public keys, however strict the umask was.
// Error: kStorage.
[[nodiscard]] Result<SiteFiles> list_site_files(const std::filesystem::path& config_file,
                                                const site::SiteConfig& config,
                                                const std::vector<std::filesystem::path>& except);

}  // namespace hansom::backup
