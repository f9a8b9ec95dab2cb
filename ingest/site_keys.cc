// Keys from files and tokens.
#include "ingest/site_keys.h"

#include <algorithm>

#include "proto/base/key_file.h"
#include "proto/hsm/token_key.h"

namespace hansom::ingest {
namespace {

Result<tlog::Signer> load_journal_key(const std::string& origin, const std::string& place) {
  if (hsm::is_pkcs11_uri(place)) {
    HANSOM_TRY_ASSIGN(std::shared_ptr<const SigningKey> key,
                      hsm::open_token_key(place, hsm::KeyKind::kEd25519));
    return tlog::Signer::from_key(origin, std::move(key));
  }
  HANSOM_TRY_ASSIGN(const Secret pem, read_key_file(place));
  auto signer = tlog::Signer::from_pem(origin, pem);
  if (!signer) return fail(std::move(signer).error().in(place));
  return signer;
}

Result<age::Identity> load_identity(const std::filesystem::path& path) {
  HANSOM_TRY_ASSIGN(const Secret text, read_key_file(path));
  std::string_view line = text.text();
  // The file is what age-keygen writes: comment lines, then the key.
  while (line.starts_with('#')) line.remove_prefix(std::min(line.find('\n'), line.size() - 1) + 1);
  auto identity = age::Identity::parse(line.substr(0, line.find_first_of("\r\n")));
  if (!identity) return fail(std::move(identity).error().in(path.string()));
  return identity;
}

}  // namespace

Result<journal::KeyRing> load_journal_keys(const site::SiteConfig& config) {
  std::vector<tlog::Signer> signers;
  for (const std::string& place : config.journal_keys) {
    HANSOM_TRY_ASSIGN(tlog::Signer signer, load_journal_key(config.origin, place));
    signers.push_back(std::move(signer));
  }
  return journal::KeyRing(std::move(signers));
}

Result<std::unique_ptr<age::IdentitySet>> load_vault_identities(const site::SiteConfig& config) {
  HANSOM_TRY_ASSIGN(age::Identity first, load_identity(config.vault_identities.front()));
  auto set = std::make_unique<age::IdentitySet>(std::move(first));
  for (const std::filesystem::path& path : config.vault_identities) {
    HANSOM_TRY_ASSIGN(age::Identity identity, load_identity(path));
    HANSOM_TRY(set->add(std::move(identity)));
  }
  return set;
}

Status reload_keys(const std::filesystem::path& config_file, journal::KeyRing& ring,
                   age::IdentitySet& identities) {
  HANSOM_TRY_ASSIGN(const site::SiteConfig config, site::load_config(config_file));
  const std::string origin = ring.first()->verifier().name;
  for (const std::string& place : config.journal_keys) {
    HANSOM_TRY_ASSIGN(tlog::Signer signer, load_journal_key(origin, place));
    ring.add(std::move(signer));
  }
  for (const std::filesystem::path& path : config.vault_identities) {
    HANSOM_TRY_ASSIGN(age::Identity identity, load_identity(path));
    HANSOM_TRY(identities.add(std::move(identity)));
  }
  return {};
}

}  // namespace hansom::ingest
