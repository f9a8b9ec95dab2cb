// TLS by TlsStream, answers by Beast's parser.
#include "proto/http/client.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <csignal>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "proto/base/check.h"
#include "proto/http/tls_stream.h"

namespace hansom::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Parser = beast::http::response_parser<beast::http::string_body>;

constexpr std::size_t kReadBytes = std::size_t{4} * 1024;

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

class OpensslTrust final : public ClientTrust {
 public:
  explicit OpensslTrust(Owned<SSL_CTX> made) : context(std::move(made)) {}
  Owned<SSL_CTX> context;
};

tl::unexpected<Error> bad_tls(std::string what) {
  ERR_clear_error();
  return fail(ErrorKind::kInvalid, "bad_tls_config", std::move(what));
}

Owned<BIO> memory_of(ByteSpan text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Result<TlsStream::TlsHandle> make_tls(const ClientTrust& trust, const ClientIdentity& identity,
                                      const std::string& host) {
  const Owned<BIO> certificate_text = memory_of(as_bytes(identity.certificate));
  const Owned<BIO> key_text = memory_of(identity.private_key.span());
  const Owned<X509> certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!certificate || !key) return bad_tls("the client's certificate or key cannot be read");
  TlsStream::TlsHandle tls(SSL_new(dynamic_cast<const OpensslTrust&>(trust).context.get()));
  auto* ssl = static_cast<SSL*>(tls.get());
  HANSOM_CHECK(ssl != nullptr);
  if (SSL_use_certificate(ssl, certificate.get()) != 1 || SSL_use_PrivateKey(ssl, key.get()) != 1) {
    return bad_tls("the client's key is not that of its certificate");
  }
  // A name or an address, whichever it is.
  X509_VERIFY_PARAM* names = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(names, host.c_str()) != 1) {
    ERR_clear_error();
    if (SSL_set1_host(ssl, host.c_str()) != 1 || SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) {
      return bad_tls("not a host name: " + host);
    }
  }
  return tls;
}

Error lost(const boost::system::error_code& error) {
  if (error == asio::error::timed_out) {
    return {ErrorKind::kTimeout, "timeout", "the server does not move"};
  }
  return {ErrorKind::kUnavailable, "connection_lost", error.message()};
}

class TlsClient final : public Client {
 public:
  TlsClient(tcp::socket socket, TlsStream::TlsHandle tls)
      : descriptor_(socket.native_handle()), stream_(std::move(socket), std::move(tls), traffic_) {}

  Awaitable<Status> shake_hands(std::chrono::milliseconds patience) {
    stream_.limit_each_wait(patience);
    const auto error = co_await stream_.handshake();
    if (!error) co_return Status{};
    // Only a certificate that does not hold stays wrong; a broken handshake is a broken connection.
    if (SSL_get_verify_result(static_cast<SSL*>(stream_.native_tls())) != X509_V_OK) {
      co_return fail(ErrorKind::kUnauthenticated, "server_not_trusted", stream_.tls_reason());
    }
    co_return fail(lost(error));
  }

  Awaitable<Status> send(ByteSpan bytes) override {
    take_at_hand();
    if (buffer_.size() > 0) {
      co_return fail(ErrorKind::kConflict, "conflict", "the server has answered already");
    }
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    co_await asio::async_write(stream_, buffer, token);
    if (!error) co_return Status{};
    take_at_hand();  // an answer may have come before the end did
    if (buffer_.size() > 0) {
      co_return fail(ErrorKind::kConflict, "conflict", "the server has answered already");
    }
    co_return fail(lost(error));
  }

  Awaitable<Result<ClientAnswer>> receive(bool head_only) override {
    while (true) {
      Parser parser;
      parser.body_limit(kClientAnswerBytesMax);
      parser.eager(true);
      parser.skip(head_only);
      while (!parser.is_done()) {
        const auto step = feed(parser);
        if (!step) co_return fail(step.error());
        if (*step || parser.is_done()) continue;
        const auto room = buffer_.prepare(kReadBytes);
        const auto got =
            co_await stream_.read({static_cast<std::uint8_t*>(room.data()), room.size()});
        buffer_.commit(got.bytes);
        if (got.error && got.bytes == 0) co_return fail(lost(got.error));
      }
      if (parser.get().result_int() < 200) continue;
      keeps_alive_ = parser.keep_alive();
      co_return answer_of(parser);
    }
  }

  [[nodiscard]] bool keeps_alive() const override { return keeps_alive_; }

  void cut() override {
    const linger reset{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    stream_.close();
  }

 private:
  void take_at_hand() {
    const auto room = buffer_.prepare(kReadBytes);
    const auto got = stream_.read_at_hand({static_cast<std::uint8_t*>(room.data()), room.size()});
    buffer_.commit(got.bytes);
  }

  // Whether anything of the buffer was used.
  Result<bool> feed(Parser& parser) {
    if (buffer_.size() == 0) return false;
    boost::system::error_code error;
    const std::size_t used = parser.put(buffer_.data(), error);
    buffer_.consume(used);
    if (error == beast::http::error::need_more) return used > 0 && buffer_.size() > 0;
    if (error == beast::http::error::body_limit) {
      return fail(ErrorKind::kTooLarge, "too_large", "the server's answer is too large");
    }
    if (error) return fail(ErrorKind::kUnavailable, "connection_lost", error.message());
    return used > 0;
  }

  static ClientAnswer answer_of(const Parser& parser) {
    const auto& message = parser.get();
    ClientAnswer answer;
    answer.status = message.result_int();
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      answer.fields[std::move(name)] = std::string(field.value());
    }
    answer.body = message.body();
    return answer;
  }

  TrafficCounters traffic_;
  int descriptor_;
  TlsStream stream_;
  beast::flat_buffer buffer_;
  bool keeps_alive_ = true;
};

}  // namespace

std::string ClientAnswer::field(std::string_view name) const {
  const auto found = fields.find(std::string(name));
  return found == fields.end() ? std::string() : found->second;
}

Result<std::shared_ptr<const ClientTrust>> ClientTrust::make(
    const std::filesystem::path& authorities) {
  // OpenSSL writes without MSG_NOSIGNAL: a server that has gone must be an error, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  HANSOM_CHECK(context != nullptr &&
               SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_file(context.get(), authorities.c_str()) != 1) {
    return bad_tls(authorities.string() + ": no PEM certificate of an authority in it");
  }
  return std::make_shared<const OpensslTrust>(std::move(context));
}

Awaitable<Result<std::unique_ptr<Client>>> Client::connect(tcp::endpoint server, std::string host,
                                                           std::shared_ptr<const ClientTrust> trust,
                                                           const ClientIdentity& identity,
                                                           std::chrono::milliseconds patience) {
  tcp::socket socket(co_await asio::this_coro::executor);
  boost::system::error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await socket.async_connect(server, token);
  if (error) co_return fail(lost(error));
  auto tls = make_tls(*trust, identity, host);
  if (!tls) co_return fail(tls.error());
  auto client = std::make_unique<TlsClient>(std::move(socket), *std::move(tls));
  HANSOM_CO_TRY(co_await client->shake_hands(patience));
  co_return client;
}

}  // namespace hansom::http
