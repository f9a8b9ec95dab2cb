// Options of the listeners' TLS, and the renewal of certificates.
#include "ingest/listener_tls.h"

#include "proto/base/log.h"

namespace hansom::ingest {
namespace {

http::TlsOptions tls_options(const std::string& name, const site::ListenerConfig& where,
                             const site::SiteConfig& config) {
  http::TlsOptions tls;
  tls.certificate_chain = where.certificate;
  tls.private_key = where.private_key;
  tls.session_context = name;
  tls.ciphers = config.tls_ciphers;
  tls.groups = config.tls_groups;
  return tls;
}

}  // namespace

http::TlsOptions units_tls_options(const site::SiteConfig& config,
                                   const std::vector<std::filesystem::path>& authorities) {
  http::TlsOptions tls = tls_options("units", config.units, config);
  tls.client_certificate = http::ClientCertificate::kRequired;
  tls.client_authorities = authorities.front();
  tls.more_authorities = {authorities.begin() + 1, authorities.end()};
  return tls;
}

http::TlsOptions people_tls_options(const site::SiteConfig& config) {
  return tls_options("people", config.people, config);
}

void renew_certificate(std::string_view listener, http::TlsContext& tls) {
  const auto renewed = tls.renew_certificate();
  if (!renewed) {
    log_error("certificate_not_renewed", renewed.error(),
              {{"listener", listener}, {"in_force", "the certificate from before"}});
    return;
  }
  log(LogLevel::kInfo, "certificate_renewed",
      {{"listener", listener},
       {"subject", renewed->subject},
       {"certificate_sha256", renewed->sha256.hex()},
       {"expires", to_rfc3339(renewed->not_after)}});
}

}  // namespace hansom::ingest
