// Sorts a site's files into public ones and secrets.
#include "index/backup/site_files.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "proto/base/durable_file.h"

namespace hansom::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

// What must be in a backup, however strict the umask was under which it was written.
bool is_known_open(const fs::path& relative, const fs::path& path, const fs::path& config_file,
                   const site::SiteConfig& config) {
  static const std::array<fs::path, 5> public_files = {
      "hansom-cli.toml", "keys/journal.vkey", "keys/vault-recipient.txt", "keys/journal-chain.json",
      "ca/server-ca.pem"};
  return std::ranges::find(public_files, relative) != public_files.end() ||
         relative == config_file.filename() || path == config.units.certificate ||
         path == config.people.certificate ||
         std::ranges::find(config.unit_authorities, path) != config.unit_authorities.end();
}

// What must not, however open it lies there. A file that cannot be read is taken for one.
bool holds_secret(const fs::path& path) {
  const auto bytes = durable::read_file(path, kFileBytesMax);
  if (!bytes) return true;
  const std::string_view text = as_text(*bytes);
  return text.find("PRIVATE KEY-----") != std::string_view::npos ||
         text.find("AGE-SECRET-KEY-1") != std::string_view::npos || text.starts_with("hst_");
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

Result<SiteFiles> list_site_files(const fs::path& config_file, const site::SiteConfig& config,
                                  const std::vector<fs::path>& except) {
  std::error_code failed;
  const fs::path folder = fs::absolute(config_file, failed).lexically_normal().parent_path();
  std::vector<fs::path> skipped{config.data.lexically_normal()};
  for (const fs::path& path : except) {
    skipped.push_back(fs::absolute(path, failed).lexically_normal());
  }
  SiteFiles files;
  fs::recursive_directory_iterator entry(folder, failed);
  for (const fs::recursive_directory_iterator end; !failed && entry != end;
       entry.increment(failed)) {
    const fs::path& path = entry->path();
    if (std::ranges::find(skipped, path) != skipped.end()) {
      entry.disable_recursion_pending();
      continue;
    }
    std::error_code unread;
    if (!entry->is_regular_file(unread) || entry->is_symlink(unread)) continue;
    if (entry->file_size(unread) > kFileBytesMax || unread) continue;
    const fs::perms shared = fs::perms::group_all | fs::perms::others_all;
    const fs::path relative = path.lexically_relative(folder);
    const bool is_private = (entry->status(unread).permissions() & shared) == fs::perms::none;
    const bool is_secret =
        (is_private && !is_known_open(relative, path, config_file, config)) || holds_secret(path);
    (is_secret ? files.secrets : files.open).push_back(relative);
  }
  if (failed) return fail(durable::storage_error(failed.value(), "list", folder));
  std::ranges::sort(files.open);
  std::ranges::sort(files.secrets);
  std::vector<fs::path> named{config.units.certificate, config.units.private_key,
                              config.people.certificate, config.people.private_key};
  named.insert(named.end(), config.vault_identities.begin(), config.vault_identities.end());
  named.insert(named.end(), config.unit_authorities.begin(), config.unit_authorities.end());
  for (const std::string& key : config.journal_keys) {
    if (!key.starts_with("pkcs11:")) named.emplace_back(key);
  }
  for (const fs::path& path : named) {
    if (!is_inside(path, folder)) files.outside.push_back(path);
  }
  return files;
}

}  // namespace hansom::backup
