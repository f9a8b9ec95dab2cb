// Makes the OpenSSL context of a listener: TLS 1.3, certificates, resumption by tickets.
#include "proto/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

namespace hansom::http {
namespace {

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
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
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

Result<Context> make_context(const TlsOptions& options) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) != 1) {
    return bad({}, "OpenSSL has no TLS 1.3");
  }
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_early_data(context.get(), 0);  // 0-RTT can be replayed
  HANSOM_TRY(use_identity(context.get(), options));
  if (options.client_certificate == ClientCertificate::kRequired) {
    HANSOM_TRY(require_client_certificates(context.get(), options));
  }
  HANSOM_TRY(allow_resumption(context.get(), options));
  return context;
}

class ServerContext final : public OpensslContext {
 public:
  explicit ServerContext(Context context) : context_(std::move(context)) {}

  [[nodiscard]] Status renew(const TlsOptions& options) override {
    HANSOM_TRY_ASSIGN(Context made, make_context(options));
    std::shared_ptr<SSL_CTX> next = std::move(made);
    const std::lock_guard lock(mutex_);
    context_.swap(next);
    return {};
  }
  [[nodiscard]] std::shared_ptr<SSL_CTX> native() const override {
    const std::lock_guard lock(mutex_);
    return context_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;  // by mutex_
};

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::make(const TlsOptions& options) {
  HANSOM_TRY_ASSIGN(Context context, make_context(options));
  return std::make_shared<ServerContext>(std::move(context));
}

}  // namespace hansom::http
