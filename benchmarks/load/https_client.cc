// OpenSSL on a blocking socket.
#include "benchmarks/load/https_client.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "proto/base/durable_file.h"

namespace hansom::bench {
namespace {

tl::unexpected<Error> lost(std::string_view what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  return fail(ErrorKind::kUnavailable, "connection_lost", std::string(what) + ": " + reason.data());
}

void require(bool done, const std::filesystem::path& file) {
  if (done) return;
  std::fprintf(stderr, "%s: %s\n", file.c_str(), lost("cannot be used").value().message.c_str());
  std::exit(1);
}

// The end of an empty body in chunks, which is the only one that comes so.
constexpr std::string_view kNoChunks = "0\r\n\r\n";

}  // namespace

struct HttpsClient::Context {
  ~Context() { SSL_CTX_free(tls); }
  SSL_CTX* tls = SSL_CTX_new(TLS_client_method());
};

struct HttpsClient::Connection::State {
  ~State() { SSL_free(tls); }
  FileDescriptor socket;
  SSL* tls = nullptr;
  std::string received;  // not yet used
};

HttpsClient::HttpsClient(const ClientIdentity& identity) : context_(std::make_unique<Context>()) {
  SSL_CTX* tls = context_->tls;
  SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, nullptr);
  require(SSL_CTX_load_verify_file(tls, identity.authorities.c_str()) == 1, identity.authorities);
  require(SSL_CTX_use_certificate_chain_file(tls, identity.certificate.c_str()) == 1,
          identity.certificate);
  require(SSL_CTX_use_PrivateKey_file(tls, identity.key.c_str(), SSL_FILETYPE_PEM) == 1,
          identity.key);
}

HttpsClient::~HttpsClient() = default;

Result<HttpsClient::Connection> HttpsClient::connect(std::uint16_t port) const {
  auto state = std::make_unique<Connection::State>();
  state->socket = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = state->socket.get();
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return lost("connect");
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  state->tls = SSL_new(context_->tls);
  SSL_set_fd(state->tls, fd);
  SSL_set_tlsext_host_name(state->tls, "localhost");
  SSL_set1_host(state->tls, "localhost");
  if (SSL_connect(state->tls) != 1) return lost("TLS handshake");
  return Connection(std::move(state));
}

HttpsClient::Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpsClient::Connection::~Connection() = default;
HttpsClient::Connection::Connection(Connection&&) noexcept = default;

Status HttpsClient::Connection::send(std::string_view bytes) {
  std::size_t sent = 0;
  if (!bytes.empty() && SSL_write_ex(state_->tls, bytes.data(), bytes.size(), &sent) != 1) {
    return lost("sending");
  }
  return {};
}

Status HttpsClient::Connection::receive_more() {
  std::array<char, 4096> buffer{};
  std::size_t got = 0;
  if (SSL_read_ex(state_->tls, buffer.data(), buffer.size(), &got) != 1) return lost("receiving");
  state_->received.append(buffer.data(), got);
  return {};
}

Result<HttpAnswer> HttpsClient::Connection::ask(std::string_view head, std::string_view first,
                                                ByteSpan rest) {
  // The head travels with the first bytes of the body, as a careful client sends it.
  std::string start(head);
  start += first;
  HANSOM_TRY(send(start));
  HANSOM_TRY(send(as_text(rest)));
  std::string& received = state_->received;
  while (true) {
    const std::size_t end = received.find("\r\n\r\n");
    if (end == std::string::npos) {
      HANSOM_TRY(receive_more());
      continue;
    }
    HttpAnswer answer;
    answer.head = received.substr(0, end + 2);
    received.erase(0, end + 4);
    if (answer.head.size() < 12) return lost("not HTTP");
    answer.status = static_cast<unsigned>(std::atoi(answer.head.c_str() + 9));
    if (answer.status < 200) continue;  // interim
    const bool chunked = answer.field("transfer-encoding") == "chunked";
    const std::string length(answer.field("content-length"));
    const std::size_t body =
        chunked ? kNoChunks.size() : std::strtoull(length.c_str(), nullptr, 10);
    while (received.size() < body) HANSOM_TRY(receive_more());
    if (chunked && !received.starts_with(kNoChunks)) return lost("a body in chunks");
    received.erase(0, body);
    return answer;
  }
}

std::string_view HttpAnswer::field(std::string_view name) const {
  const std::string wanted = "\r\n" + std::string(name) + ": ";
  const auto found = std::search(head.begin(), head.end(), wanted.begin(), wanted.end(),
                                 [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  if (found == head.end()) return {};
  const auto from = static_cast<std::size_t>(found - head.begin()) + wanted.size();
  return std::string_view(head).substr(from, head.find("\r\n", from) - from);
}

}  // namespace hansom::bench
