// unit.toml: what a recorder unit knows of itself and of its site, so that options need not be
// repeated.
#pragma once

#include <filesystem>
#include <string>

#include "proto/base/result.h"

namespace hansom::ingest {

namespace unit_files {
inline constexpr const char* kConfig = "unit.toml";  // the unit's own, written by `enrol`
inline constexpr const char* kSite = "site.toml";    // what the site told at enrolment; same keys
inline constexpr const char* kKey = "unit.key";
inline constexpr const char* kRequest = "unit.csr";
inline constexpr const char* kCertificate = "unit.pem";
inline constexpr const char* kServerAuthority = "server-ca.pem";
inline constexpr const char* kQueue = "queue";
}  // namespace unit_files

// Empty texts are not known. Paths are as given when absolute, else under the folder.
struct UnitConfig {
  std::string unit;
  std::string server;  // "https://host:8443"
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::filesystem::path server_ca;
  std::string vault_recipient;  // age1...
  std::string journal_key;      // the journal's verifier key
};

// The defaults, with `unit` and the like empty: the files of unit_files in `folder`.
[[nodiscard]] UnitConfig default_config(const std::filesystem::path& folder);

// Defaults, then site.toml, then unit.toml; either file may be missing. Error: kInvalid
// `bad_config` naming file, line and key (unknown keys are errors).
[[nodiscard]] Result<UnitConfig> load_unit_config(const std::filesystem::path& folder);

// A commented unit.toml; what is not known stands as a comment. load_unit_config reads it back
// equal.
[[nodiscard]] std::string unit_toml(const UnitConfig& config, const std::filesystem::path& folder);

}  // namespace hansom::ingest
