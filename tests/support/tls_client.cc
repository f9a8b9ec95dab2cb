// The blocking test client: a socket with time limits and, where asked for, OpenSSL on it.
#include "tests/support/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "proto/base/check.h"
#include "proto/base/durable_file.h"

namespace hansom::test {
namespace {

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

std::string tls_reason() {
  std::string reason;
  while (const unsigned long code = ERR_get_error()) {
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    if (!reason.empty()) reason += "; ";
    reason += text.data();
  }
  return reason;
}

tl::unexpected<Error> socket_failure(std::string_view what) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    return fail(ErrorKind::kTimeout, "timeout", std::string(what) + ": nothing happened");
  }
  return fail(ErrorKind::kUnavailable, "connection_lost",
              std::string(what) + ": " + std::strerror(errno));
}

Result<FileDescriptor> connect_socket(const ClientOptions& options) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  HANSOM_CHECK(socket.valid());
  timeval limit{};
  limit.tv_sec = options.timeout.count() / 1000;
  limit.tv_usec = options.timeout.count() % 1000 * 1000;
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return socket_failure("connect");
  }
  return socket;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  return out;
}

Answer parse_head(std::string_view head) {
  Answer answer;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(
        std::min(head.size(), end == std::string_view::npos ? head.size() : end + 2));
    if (first) {
      if (line.size() >= 12) std::from_chars(line.data() + 9, line.data() + 12, answer.status);
      first = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    answer.fields[lower(line.substr(0, colon))] = std::string(value);
  }
  return answer;
}

}  // namespace

struct TlsSessionState {
  std::unique_ptr<SSL_SESSION, Free> session;
};

struct TlsClient::Impl {
  FileDescriptor socket;
  std::unique_ptr<SSL_CTX, Free> context;
  std::unique_ptr<SSL, Free> ssl;  // null: plain TCP
  std::string received;            // not yet handed out

  [[nodiscard]] tl::unexpected<Error> failure(int result, std::string_view what) const {
    const int code = SSL_get_error(ssl.get(), result);
    if (code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE) {
      return fail(ErrorKind::kTimeout, "timeout", std::string(what) + ": nothing happened");
    }
    std::string reason = tls_reason();
    if (reason.empty()) reason = std::strerror(errno);
    return fail(ErrorKind::kUnavailable, "connection_lost", std::string(what) + ": " + reason);
  }

  [[nodiscard]] Status start_tls(const ClientOptions& options) {
    context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_mode(context.get(), SSL_MODE_AUTO_RETRY);
    if (options.tls12_only) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
    if (!options.authorities.empty()) {
      SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
      HANSOM_CHECK(SSL_CTX_load_verify_file(context.get(), options.authorities.c_str()) == 1);
    }
    if (options.identity) {
      HANSOM_CHECK(SSL_CTX_use_certificate_chain_file(context.get(),
                                                      options.identity->certificate.c_str()) == 1);
      HANSOM_CHECK(SSL_CTX_use_PrivateKey_file(context.get(), options.identity->key.c_str(),
                                               SSL_FILETYPE_PEM) == 1);
    }
    ssl.reset(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), socket.get());
    if (options.resume) SSL_set_session(ssl.get(), options.resume->session.get());
    ERR_clear_error();
    const int result = SSL_connect(ssl.get());
    if (result != 1) return failure(result, "handshake");
    return {};
  }
};

TlsClient::TlsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsClient::~TlsClient() = default;

Result<std::unique_ptr<TlsClient>> TlsClient::connect(const ClientOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  auto impl = std::make_unique<Impl>();
  HANSOM_TRY_ASSIGN(impl->socket, connect_socket(options));
  if (options.tls) HANSOM_TRY(impl->start_tls(options));
  return std::unique_ptr<TlsClient>(new TlsClient(std::move(impl)));
}

Status TlsClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    if (impl_->ssl) {
      ERR_clear_error();
      const int result = SSL_write_ex(impl_->ssl.get(), bytes.data(), bytes.size(), &sent);
      if (result != 1) return impl_->failure(result, "send");
    } else {
      const ssize_t result = ::send(impl_->socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (result < 0) return socket_failure("send");
      sent = static_cast<std::size_t>(result);
    }
    bytes.remove_prefix(sent);
  }
  return {};
}

Status TlsClient::gather(bool on) {
  const int value = on ? 1 : 0;
  const int socket = impl_->socket.get();
  if (::setsockopt(socket, IPPROTO_TCP, TCP_CORK, &value, sizeof value) == 0) return {};
  return socket_failure("gather");
}

Status TlsClient::update_keys() {
  ERR_clear_error();
  int result = SSL_key_update(impl_->ssl.get(), SSL_KEY_UPDATE_REQUESTED);
  if (result == 1) result = SSL_do_handshake(impl_->ssl.get());
  if (result != 1) return impl_->failure(result, "update of keys");
  return {};
}

Status TlsClient::send_below_tls(std::string_view bytes) {
  const ssize_t sent = ::send(impl_->socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(bytes.size())) return socket_failure("send below TLS");
  return {};
}

Result<std::string> TlsClient::receive_some() {
  if (!impl_->received.empty()) return std::exchange(impl_->received, {});
  std::string out(std::size_t{16} * 1024, '\0');
  std::size_t got = 0;
  if (impl_->ssl) {
    ERR_clear_error();
    const int result = SSL_read_ex(impl_->ssl.get(), out.data(), out.size(), &got);
    if (result != 1 && SSL_get_error(impl_->ssl.get(), result) != SSL_ERROR_ZERO_RETURN) {
      return impl_->failure(result, "receive");
    }
  } else {
    const ssize_t result = ::recv(impl_->socket.get(), out.data(), out.size(), 0);
    if (result < 0) return socket_failure("receive");
    got = static_cast<std::size_t>(result);
  }
  out.resize(got);
  return out;
}

Result<std::string> TlsClient::receive_all() {
  std::string all;
  while (true) {
    HANSOM_TRY_ASSIGN(const std::string part, receive_some());
    if (part.empty()) return all;
    all += part;
  }
}

Result<Answer> TlsClient::receive_answer(bool head_only) {
  std::string text = std::exchange(impl_->received, {});
  std::size_t end = 0;
  while ((end = text.find("\r\n\r\n")) == std::string::npos) {
    HANSOM_TRY_ASSIGN(const std::string part, receive_some());
    if (part.empty()) {
      return fail(ErrorKind::kUnavailable, "connection_lost", "closed before an answer: " + text);
    }
    text += part;
  }
  Answer answer = parse_head(std::string_view(text).substr(0, end));
  text.erase(0, end + 4);
  if (head_only || answer.status < 200 || answer.status == 204) {
    impl_->received = std::move(text);
    return answer;
  }
  std::size_t length = std::string::npos;
  if (const auto field = answer.fields.find("content-length"); field != answer.fields.end()) {
    length = std::stoull(field->second);
  }
  while (text.size() < length) {
    HANSOM_TRY_ASSIGN(const std::string part, receive_some());
    if (part.empty()) break;
    text += part;
  }
  answer.body = text.substr(0, length);
  if (text.size() > length) impl_->received = text.substr(length);
  return answer;
}

Result<Answer> TlsClient::exchange(std::string_view request) {
  HANSOM_TRY(send(request));
  return receive_answer();
}

void TlsClient::half_close() {
  if (impl_->ssl) SSL_shutdown(impl_->ssl.get());
  ::shutdown(impl_->socket.get(), SHUT_WR);
}

void TlsClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(impl_->socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  impl_->socket.reset();
}

bool TlsClient::resumed() const {
  return impl_->ssl && SSL_session_reused(impl_->ssl.get()) == 1;
}

std::shared_ptr<TlsSessionState> TlsClient::session() const {
  auto state = std::make_shared<TlsSessionState>();
  state->session.reset(SSL_get1_session(impl_->ssl.get()));
  return state;
}

}  // namespace hansom::test
