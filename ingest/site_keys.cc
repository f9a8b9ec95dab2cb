// Keys from files and tokens.
#include "ingest/site_keys.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "index/api/unit_certificate.h"
#include "index/site/open_keys.h"
#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kAuthoritiesBytesMax = std::size_t{1024} * 1024;

}  // namespace

Result<journal::KeyRing> load_journal_keys(const site::SiteConfig& config) {
  std::vector<tlog::Signer> signers;
  for (const std::string& place : config.journal_keys) {
    HANSOM_TRY_ASSIGN(tlog::Signer signer, site::open_journal_key(config.origin, place));
    signers.push_back(std::move(signer));
  }
  return journal::KeyRing(std::move(signers));
}

Result<std::unique_ptr<age::IdentitySet>> load_vault_identities(const site::SiteConfig& config) {
  const auto& paths = config.vault_identities;
  HANSOM_TRY_ASSIGN(age::Identity first, site::open_identity(paths.front()));
  auto set = std::make_unique<age::IdentitySet>(std::move(first));
  for (auto path = paths.begin() + 1; path != paths.end(); ++path) {
    HANSOM_TRY_ASSIGN(age::Identity identity, site::open_identity(*path));
    HANSOM_TRY(set->add(std::move(identity)));
  }
  return set;
}

Result<std::vector<Bytes>> load_unit_authorities(const site::SiteConfig& config) {
  std::vector<Bytes> all;
  for (const std::filesystem::path& file : config.unit_authorities) {
    HANSOM_TRY_ASSIGN(const Bytes pem, durable::read_file(file, kAuthoritiesBytesMax));
    auto certificates = api::read_certificates(as_text(pem));
    if (!certificates) return fail(std::move(certificates).error().in(file.string()));
    std::ranges::move(*certificates, std::back_inserter(all));
  }
  return all;
}

Status reload_keys(const std::filesystem::path& config_file, journal::KeyRing& ring,
                   age::IdentitySet& identities) {
  HANSOM_TRY_ASSIGN(const site::SiteConfig config, site::load_config(config_file));
  const std::string origin = ring.first()->verifier().name;
  for (const std::string& place : config.journal_keys) {
    HANSOM_TRY_ASSIGN(tlog::Signer signer, site::open_journal_key(origin, place));
    ring.add(std::move(signer));
  }
  for (const std::filesystem::path& path : config.vault_identities) {
    HANSOM_TRY_ASSIGN(age::Identity identity, site::open_identity(path));
    HANSOM_TRY(identities.add(std::move(identity)));
  }
  return {};
}

}  // namespace hansom::ingest
