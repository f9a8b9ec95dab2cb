// Reads and writes unit.toml.
#include "ingest/unit/unit_config.h"

#include <array>

#include <toml++/toml.h>

#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kConfigBytesMax = 64 * 1024UL;

struct TextKey {
  std::string_view name;
  std::string UnitConfig::*member;
  std::string_view comment;
};
constexpr std::array kTextKeys = {
    TextKey{"unit", &UnitConfig::unit, "The unit's name, as its certificate has it."},
    TextKey{"server", &UnitConfig::server, "The site's listener for units: \"https://host:8443\"."},
    TextKey{"vault_recipient", &UnitConfig::vault_recipient,
            "Whom clips are sealed to: the vault's \"age1...\"."},
    TextKey{"journal_key", &UnitConfig::journal_key,
            "The journal's verifier key; receipts are checked with it."},
};

struct PathKey {
  std::string_view name;
  std::filesystem::path UnitConfig::*member;
  std::string_view comment;
};
constexpr std::array kPathKeys = {
    PathKey{"certificate", &UnitConfig::certificate, "The unit's certificate, signed by the site."},
    PathKey{"key", &UnitConfig::key, "The unit's private key; signs manifests, too."},
    PathKey{"server_ca", &UnitConfig::server_ca, "The authority of the server's certificate."},
};

tl::unexpected<Error> bad(const std::filesystem::path& file, const toml::source_position& at,
                          std::string_view why) {
  return fail(ErrorKind::kInvalid, "bad_config",
              file.string() + ":" + std::to_string(at.line) + ": " + std::string(why));
}

Status read_key(const std::filesystem::path& file, std::string_view name, const toml::node& node,
                UnitConfig& config) {
  const auto text = node.value<std::string>();
  if (!text || !node.is_string()) {
    return bad(file, node.source().begin, std::string(name) + " must be a text in quotes");
  }
  for (const TextKey& key : kTextKeys) {
    if (key.name == name) {
      config.*key.member = *text;
      return {};
    }
  }
  for (const PathKey& key : kPathKeys) {
    if (key.name == name) {
      config.*key.member = file.parent_path() / *text;
      return {};
    }
  }
  return bad(file, node.source().begin,
             std::string(name) +
                 " is not a setting; known are unit, server, vault_recipient, journal_key, "
                 "certificate, key and server_ca");
}

Status read_config_file(const std::filesystem::path& file, UnitConfig& config) {
  const auto bytes = durable::read_file(file, kConfigBytesMax);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) return {};
  if (!bytes) return fail(Error(bytes.error()));
  try {
    const toml::table table = toml::parse(as_text(*bytes), file.string());
    for (const auto& [name, node] : table) HANSOM_TRY(read_key(file, name.str(), node, config));
  } catch (const toml::parse_error& error) {
    return bad(file, error.source().begin, error.description());
  }
  return {};
}

// A TOML basic string; what may not stand in one is escaped.
std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

}  // namespace

UnitConfig default_config(const std::filesystem::path& folder) {
  UnitConfig config;
  config.certificate = folder / unit_files::kCertificate;
  config.key = folder / unit_files::kKey;
  config.server_ca = folder / unit_files::kServerAuthority;
  return config;
}

Result<UnitConfig> load_unit_config(const std::filesystem::path& folder) {
  UnitConfig config = default_config(folder);
  HANSOM_TRY(read_config_file(folder / unit_files::kSite, config));
  HANSOM_TRY(read_config_file(folder / unit_files::kConfig, config));
  return config;
}

std::string unit_toml(const UnitConfig& config, const std::filesystem::path& folder) {
  std::string text = "# A Hansom recorder unit. What stands here wins over site.toml beside it.\n";
  for (const TextKey& key : kTextKeys) {
    const std::string& value = config.*key.member;
    text += "\n# " + std::string(key.comment) + "\n";
    text += (value.empty() ? "# " : "") + std::string(key.name) + " = " + quoted(value) + "\n";
  }
  for (const PathKey& key : kPathKeys) {
    const std::filesystem::path& value = config.*key.member;
    const bool inside = value.parent_path() == folder;
    text += "\n# " + std::string(key.comment) + "\n" + std::string(key.name) + " = " +
            quoted((inside ? value.filename() : std::filesystem::absolute(value)).string()) + "\n";
  }
  return text;
}

}  // namespace hansom::ingest
