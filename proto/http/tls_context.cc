// Makes the OpenSSL context of a listener: TLS 1.3, certificates, resumption by tickets.
#include "proto/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "proto/http/peer_certificate.h"

namespace hansom::http {
namespace {

// What a stranger may make us hold and verify before we know him.
constexpr long kPeerChainBytesMax = 32L * 1024;
constexpr int kPeerChainDepthMax = 3;  // authorities between a unit's certificate and ours

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

tl::unexpected<Error> bad(const std::filesystem::path& file, std::string_view what) {
  std::string message = file.string() + ": " + std::string(what);
  if (const unsigned long code = ERR_peek_last_error(); code != 0) {
    const char* reason = ERR_reason_error_string(code);
    if (reason != nullptr) message += std::string(" (") + reason + ")";
  }
  ERR_clear_error();
  return fail(ErrorKind::kInvalid, "bad_tls_config", std::move(message));
}

Status check_readable(const std::filesystem::path& file, std::string_view setting) {
  struct stat found {};
  ERR_clear_error();
  if (file.empty()) return bad(file, std::string(setting) + " is not set");
  if (::stat(file.c_str(), &found) != 0) {
    return bad(file, std::string(setting) + ": " + std::strerror(errno));
  }
  if (!S_ISREG(found.st_mode)) return bad(file, std::string(setting) + " is not a regular file");
  return {};
}

Status check_key_mode(const std::filesystem::path& file) {
  HANSOM_TRY(check_readable(file, "private key"));
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0 || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return bad(file, "the private key can be reached by others than its owner; chmod 600 it");
  }
  return {};
}

Status use_identity(SSL_CTX* context, const TlsOptions& options) {
  HANSOM_TRY(check_readable(options.certificate_chain, "certificate chain"));
  HANSOM_TRY(check_key_mode(options.private_key));
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_chain.c_str()) != 1) {
    return bad(options.certificate_chain, "not a PEM certificate chain");
  }
  if (SSL_CTX_use_PrivateKey_file(context, options.private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return bad(options.private_key,
               "not the PEM key of the certificate " + options.certificate_chain.string());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return bad(options.private_key,
               "does not match the certificate " + options.certificate_chain.string());
  }
  return {};
}

// Called by OpenSSL for each failure of a peer's chain.
int note_refusal(int passed, X509_STORE_CTX* chain) noexcept {
  if (passed == 1) return 1;
  const int error = X509_STORE_CTX_get_error(chain);
  const void* ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
  auto* refused = static_cast<RefusedCertificate*>(SSL_get_app_data(static_cast<const SSL*>(ssl)));
  if (refused != nullptr) {
    refused->reason = X509_verify_cert_error_string(error);
    if (X509* leaf = X509_STORE_CTX_get0_cert(chain); leaf != nullptr) {
      refused->subject = subject_text(leaf);
    }
  }
  // RFC 8446 section 6.2 has one alert for both ends of a certificate's time; OpenSSL would say
  // bad_certificate, as if it were forged, of a unit whose clock runs behind.
  if (error == X509_V_ERR_CERT_NOT_YET_VALID) {
    X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_HAS_EXPIRED);
  }
  return 0;
}

void ask_for_certificates(SSL_CTX* context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, note_refusal);
  SSL_CTX_set_verify_depth(context, kPeerChainDepthMax);
  SSL_CTX_set_max_cert_list(context, kPeerChainBytesMax);
}

Status require_client_certificates(SSL_CTX* context, const TlsOptions& options) {
  HANSOM_TRY(check_readable(options.client_authorities, "client authorities"));
  if (SSL_CTX_load_verify_file(context, options.client_authorities.c_str()) != 1) {
    return bad(options.client_authorities, "no PEM certificate of an authority in it");
  }
  // The names let a unit with several certificates choose; the context owns the list.
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(options.client_authorities.c_str());
  if (names == nullptr) return bad(options.client_authorities, "no names of authorities in it");
  SSL_CTX_set_client_CA_list(context, names);
  for (const std::filesystem::path& file : options.more_authorities) {
    HANSOM_TRY(check_readable(file, "client authorities"));
    if (SSL_CTX_load_verify_file(context, file.c_str()) != 1 ||
        SSL_add_file_cert_subjects_to_stack(names, file.c_str()) != 1) {
      return bad(file, "no PEM certificate of an authority in it");
    }
  }
  ask_for_certificates(context);
  return {};
}

// The authorities of another context, whatever their files hold by now.
Status keep_client_authorities(SSL_CTX* context, const SSL_CTX* from) {
  SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(from));
  STACK_OF(X509_NAME)* names = SSL_dup_CA_list(SSL_CTX_get_client_CA_list(from));
  if (names == nullptr) return bad({}, "the names of the authorities cannot be copied");
  SSL_CTX_set_client_CA_list(context, names);
  ask_for_certificates(context);
  return {};
}

// Without a preference the order is the peer's.
Status set_preferences(SSL_CTX* context, const TlsOptions& options) {
  if (!options.ciphers.empty()) {
    if (SSL_CTX_set_ciphersuites(context, options.ciphers.c_str()) != 1) {
      return bad({}, "ciphers: not a list of TLS 1.3 suites: " + options.ciphers);
    }
    // A unit without AES in hardware puts ChaCha20 first and gets it.
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  }
  if (!options.groups.empty() && SSL_CTX_set1_groups_list(context, options.groups.c_str()) != 1) {
    return bad({}, "groups: not a list of groups of TLS 1.3: " + options.groups);
  }
  return {};
}

// Sessions are resumed from stateless tickets that carry the peer's certificate; only a listener of
// the same name takes them, and their keys go with the process.
Status allow_resumption(SSL_CTX* context, const TlsOptions& options) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  const Digest digest = sha256(options.session_context);
  static_assert(SSL_MAX_SID_CTX_LENGTH >= sizeof digest.bytes);
  if (SSL_CTX_set_session_id_context(context, digest.bytes.data(), digest.bytes.size()) != 1) {
    return bad({}, "session context was not accepted");
  }
  return {};
}

// With the authorities of `authorities_of` unless that is null.
Result<Context> make_context(const TlsOptions& options, const SSL_CTX* authorities_of) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) != 1) {
    return bad({}, "OpenSSL has no TLS 1.3");
  }
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A peer that sends nothing but key updates must not keep its thread inside one read.
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_max_early_data(context.get(), 0);  // 0-RTT can be replayed
  HANSOM_TRY(set_preferences(context.get(), options));
  HANSOM_TRY(use_identity(context.get(), options));
  if (options.client_certificate == ClientCertificate::kRequired) {
    HANSOM_TRY(authorities_of != nullptr ? keep_client_authorities(context.get(), authorities_of)
                                         : require_client_certificates(context.get(), options));
  }
  HANSOM_TRY(allow_resumption(context.get(), options));
  return context;
}

// What `context` shows of itself, if it is valid today.
Result<ServerCertificate> own_certificate(const SSL_CTX* context, const TlsOptions& options) {
  X509* certificate = SSL_CTX_get0_certificate(context);
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    return bad(options.certificate_chain, "the certificate is not yet valid");
  }
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) {
    return bad(options.certificate_chain, "the certificate has expired");
  }
  ServerCertificate own;
  own.subject = subject_text(certificate);
  unsigned int bytes = 0;
  if (X509_digest(certificate, EVP_sha256(), own.sha256.bytes.data(), &bytes) != 1) {
    return bad(options.certificate_chain, "the certificate has no digest");
  }
  HANSOM_TRY_ASSIGN(own.not_after, certificate_expiry(certificate));
  return own;
}

class ServerContext final : public OpensslContext {
 public:
  ServerContext(Context context, TlsOptions options)
      : options_(std::move(options)), context_(std::move(context)) {}

  [[nodiscard]] Status renew(const TlsOptions& options) override {
    const std::lock_guard one_at_a_time(renewing_);
    HANSOM_TRY_ASSIGN(Context made, make_context(options, nullptr));
    options_ = options;
    use(std::move(made));
    return {};
  }
  [[nodiscard]] Result<ServerCertificate> renew_certificate() override {
    const std::lock_guard one_at_a_time(renewing_);
    HANSOM_TRY_ASSIGN(Context made, make_context(options_, native().get()));
    HANSOM_TRY_ASSIGN(ServerCertificate own, own_certificate(made.get(), options_));
    use(std::move(made));
    return own;
  }
  [[nodiscard]] std::shared_ptr<SSL_CTX> native() const override {
    const std::lock_guard lock(mutex_);
    return context_;
  }

 private:
  void use(Context made) {
    std::shared_ptr<SSL_CTX> next = std::move(made);
    const std::lock_guard lock(mutex_);
    context_.swap(next);
  }

  std::mutex renewing_;
  TlsOptions options_;  // by renewing_
  mutable std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;  // by mutex_
};

}  // namespace

void note_refusals(SSL* ssl, RefusedCertificate* refused) {
  SSL_set_app_data(ssl, refused);
}

Result<std::shared_ptr<TlsContext>> TlsContext::make(const TlsOptions& options) {
  HANSOM_TRY_ASSIGN(Context context, make_context(options, nullptr));
  return std::make_shared<ServerContext>(std::move(context), options);
}

}  // namespace hansom::http
