// The TLS of the two listeners: what the configuration says of it, and certificates that are
// renewed beside running uploads.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "index/site/site_config.h"

namespace hansom::ingest {

// Units show a certificate of one of `authorities`. Requires: there is one.
[[nodiscard]] http::TlsOptions units_tls_options(
    const site::SiteConfig& config, const std::vector<std::filesystem::path>& authorities);
[[nodiscard]] http::TlsOptions people_tls_options(const site::SiteConfig& config);

// Reads certificate and key of a listener again; connections that stand go on. What is wrong with
// the new files is logged, and the listener keeps the old ones. Blocks.
void renew_certificate(std::string_view listener, http::TlsContext& tls);

}  // namespace hansom::ingest
