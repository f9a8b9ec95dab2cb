// The keys a server uses, read from where the configuration names them; read again while it runs.
#pragma once

#include <filesystem>
#include <memory>

#include "index/journal/key_ring.h"
#include "index/site/site_config.h"
#include "proto/age/identity_set.h"

namespace hansom::ingest {

// Errors of both: those of site::open_journal_key and site::open_identity.
[[nodiscard]] Result<journal::KeyRing> load_journal_keys(const site::SiteConfig& config);
[[nodiscard]] Result<std::unique_ptr<age::IdentitySet>> load_vault_identities(
    const site::SiteConfig& config);

// The certificates in the files of units.authorities, DER. Errors: kInvalid `bad_certificate`
// naming the file, kStorage.
[[nodiscard]] Result<std::vector<Bytes>> load_unit_authorities(const site::SiteConfig& config);

// Reads the configuration file again and adds the keys it names by now. Nothing else of the file is
// taken over; a key that it no longer names stays in use until a restart. Blocks.
[[nodiscard]] Status reload_keys(const std::filesystem::path& config_file, journal::KeyRing& ring,
                                 age::IdentitySet& identities);

}  // namespace hansom::ingest
