// Makes a site: folder, keys, authorities, certificates, configuration, an opened journal, first
// tokens.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/random.h"

namespace hansom::cli {

struct NewSite {
  std::filesystem::path folder;
  std::string origin = "hansom.localhost/site";
  std::string controller = "unnamed controller";
  std::vector<std::string> names;  // of the server, beside localhost, 127.0.0.1 and ::1
  std::string address;             // both TLS listeners; empty: the default
  std::uint16_t units_port = 8443;
  std::uint16_t people_port = 9443;
  std::uint16_t local_port = 9480;
  std::string person = "operator";  // whom the first token is issued to
  bool demo = false;                // also an investigator's token, investigator.token
};

// What lies where in a site, relative to its folder.
namespace site_files {
inline constexpr const char* kConfig = "hansomd.toml";
inline constexpr const char* kOperatorToken = "operator.token";
inline constexpr const char* kInvestigatorToken = "investigator.token";
inline constexpr const char* kUnitAuthority = "ca/unit-ca.pem";
inline constexpr const char* kUnitAuthorityKey = "ca/unit-ca-key.pem";
inline constexpr const char* kServerAuthority = "ca/server-ca.pem";
inline constexpr const char* kServerAuthorityKey = "ca/server-ca-key.pem";
inline constexpr const char* kServerCertificate = "tls/server.pem";
inline constexpr const char* kServerKey = "tls/server-key.pem";
inline constexpr const char* kJournalKey = "keys/journal.pem";
inline constexpr const char* kJournalVerifier = "keys/journal.vkey";
inline constexpr const char* kVaultIdentity = "keys/vault-identity.txt";
inline constexpr const char* kVaultRecipient = "keys/vault-recipient.txt";
}  // namespace site_files

// Builds everything in a folder beside `folder` and renames it into place: afterwards there is a
// whole site or none. Blocks. Errors: kConflict `already_exists` when the folder is there (an empty
// one is taken); kInvalid `bad_config`, `bad_certificate_request`; kStorage.
[[nodiscard]] Status make_site(const NewSite& site, Clock& clock, Random& random);

}  // namespace hansom::cli
