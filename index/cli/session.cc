// Finds the site, its token and its settings.
#include "index/cli/session.h"

#include <sys/stat.h>

#include <array>
#include <utility>

#include <toml++/toml.h>

#include "index/cli/make_site.h"
#include "index/site/site_config.h"
#include "proto/base/durable_file.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTokenFileBytesMax = 4096;

tl::unexpected<Error> bad_config(const fs::path& file, const std::string& what) {
  return fail(ErrorKind::kInvalid, "bad_config", file.string() + ": " + what);
}

fs::path absolute_path(const std::string& text, const fs::path& folder) {
  return text.empty() ? fs::path() : (folder / text).lexically_normal();
}

}  // namespace

Exit exit_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kInvalid:
    case ErrorKind::kTooLarge:
    case ErrorKind::kUnsupported:
      return Exit::kUsage;
    case ErrorKind::kUnauthenticated:
    case ErrorKind::kForbidden:
      return Exit::kNotAllowed;
    case ErrorKind::kNotFound:
    case ErrorKind::kGone:
      return Exit::kNotFound;
    case ErrorKind::kCorrupt:
      return Exit::kNotProven;
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout:
    case ErrorKind::kCancelled:
      return Exit::kUnavailable;
    case ErrorKind::kConflict:
    case ErrorKind::kRefused:
    case ErrorKind::kStorage:
    case ErrorKind::kInternal:
      return Exit::kFailed;
  }
  return Exit::kFailed;
}

std::string exit_codes_help() {
  return "Exit codes: 0 done; 1 refused or failed; 2 wrong arguments, files or configuration; "
         "3 not allowed;\n4 not found or destroyed; 5 a digest, proof, signature or journal does "
         "not hold; 6 the server cannot be\nreached or is busy.";
}

Result<SitePaths> read_site(const fs::path& folder) {
  const fs::path file = folder / kCliFile;
  HANSOM_TRY_ASSIGN(const std::string text, read_text(file));
  toml::table table;
  try {
    table = toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    return bad_config(
        file, std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
  std::error_code failed;
  SitePaths site;
  site.folder = fs::absolute(folder, failed).lexically_normal();
  for (const auto& [key, node] : table) {
    const auto value = node.value_exact<std::string>();
    const std::string name(key.str());
    if (!value) return bad_config(file, name + " must be a string in quotes");
    if (name == "host") {
      site.host = *value;
    } else if (name == "server") {
      site.server = *value;
    } else if (name == "authority") {
      site.authority = absolute_path(*value, site.folder);
    } else if (name == "token_file") {
      site.token_file = absolute_path(*value, site.folder);
    } else if (name == "journal_key") {
      site.journal_key = absolute_path(*value, site.folder);
    } else {
      return bad_config(
          file,
          name + " is not a setting; known are host, server, authority, token_file, journal_key");
    }
  }
  if (site.server.empty() && !site.host.empty()) {
    HANSOM_TRY_ASSIGN(const site::SiteConfig config,
                      site::load_config(site.folder / site_files::kConfig));
    site.server = "https://" + site.host + ":" + std::to_string(config.people.port);
  }
  return site;
}

Result<std::optional<SitePaths>> Session::find_site() const {
  fs::path folder = options.site;
  std::error_code failed;
  if (folder.empty()) {
    if (!fs::exists(kCliFile, failed)) return std::nullopt;
    folder = ".";
  }
  auto site = read_site(folder);
  if (!site && site.error().kind == ErrorKind::kNotFound) {
    return fail(
        ErrorKind::kInvalid, "bad_config",
        folder.string() + " is no site: it has no " + kCliFile + " (`hansom init` makes a site)");
  }
  if (!site) return fail(std::move(site).error());
  return *std::move(site);
}

Result<SitePaths> Session::require_site() const {
  HANSOM_TRY_ASSIGN(std::optional<SitePaths> site, find_site());
  if (!site) {
    return fail(
        ErrorKind::kInvalid, "bad_config",
        "this needs a site: give --site DIR, set HANSOM_SITE, or run it in the site's folder");
  }
  return *std::move(site);
}

Result<Secret> read_token(const fs::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) == 0 && (facts.st_mode & 077U) != 0) {
    return bad_config(file, "others can read this token; make it private: chmod 600");
  }
  HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(file, kTokenFileBytesMax));
  std::string_view text = as_text(bytes);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  const bool plain = text.find_first_of("\r\n \t") == std::string_view::npos;
  if (text.empty() || !plain) return bad_config(file, "must hold one token on one line");
  return Secret(text);
}

Result<std::string> read_text(const fs::path& file, std::size_t bytes_max) {
  HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(file, bytes_max));
  return to_text(bytes);
}

}  // namespace hansom::cli
