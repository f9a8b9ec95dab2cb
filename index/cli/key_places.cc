// Places of keys and the setting that names them.
#include "index/cli/key_places.h"

#include <algorithm>

#include "index/cli/make_site.h"
#include "index/site/edit_config.h"
#include "proto/base/durable_file.h"
#include "proto/hsm/token_key.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSecretMode = 0600;
constexpr int kNumberMax = 1000;

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string place_in(const fs::path& folder, const std::string& place) {
  if (hsm::is_pkcs11_uri(place)) return place;
  const fs::path relative = fs::path(place).lexically_relative(folder);
  return relative.empty() || *relative.begin() == ".." ? place : relative.string();
}

Status set_places(const SitePaths& site, std::string_view setting,
                  const std::vector<std::string>& places) {
  std::string value;
  for (const std::string& place : places) {
    value += (value.empty() ? "" : ", ") + quoted(place_in(site.folder, place));
  }
  return site::edit_setting(site.folder / site_files::kConfig, setting, "[" + value + "]");
}

Status add_place(const SitePaths& site, std::string_view setting, std::vector<std::string> places,
                 const std::string& added) {
  const auto is_it = [&](const std::string& place) {
    return place_in(site.folder, place) == place_in(site.folder, added);
  };
  if (std::ranges::none_of(places, is_it)) places.push_back(added);
  return set_places(site, setting, places);
}

Result<fs::path> write_new(const fs::path& folder, const std::string& stem,
                           const std::string& extension, const Secret& secret) {
  for (int number = 2; number < kNumberMax; ++number) {
    fs::path file = folder / stem;
    file += "-";
    file += std::to_string(number);
    file += extension;
    const Status made = durable::create_once(file, secret.span(), kSecretMode);
    if (made) return file;
    if (made.error().kind != ErrorKind::kConflict) return fail(made.error());
  }
  return fail(ErrorKind::kConflict, "already_exists",
              "there are a thousand keys in " + folder.string());
}

}  // namespace hansom::cli
