// The handlers of the session tests.
#include "tests/proto/http/routes.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace hansom::http {
namespace {

Awaitable<Status> answer_text(Exchange& exchange, unsigned status, std::string text) {
  Response response;
  response.status = status;
  if (!text.empty()) response.fields.add("Content-Type", "text/plain");
  response.body = std::move(text);
  co_return co_await exchange.respond(std::move(response));
}

Awaitable<Status> echo(Exchange& exchange) {
  HANSOM_CO_TRY_ASSIGN(std::string body, co_await exchange.read_all(100'000));
  co_return co_await answer_text(exchange, 200, std::move(body));
}

Awaitable<Result<std::string>> read_digest(Exchange& exchange) {
  Sha256 hash;
  std::size_t bytes = 0;
  Bytes buffer(10'000);
  while (true) {
    HANSOM_CO_TRY_ASSIGN(const std::size_t got, co_await exchange.read_body(buffer));
    if (got == 0) break;
    bytes += got;
    hash.update(ByteSpan(buffer).first(got));
  }
  co_return std::to_string(bytes) + " " + hash.finish().hex();
}

Awaitable<Status> digest(Exchange& exchange) {
  HANSOM_CO_TRY_ASSIGN(std::string text, co_await read_digest(exchange));
  co_return co_await answer_text(exchange, 200, std::move(text));
}

Awaitable<Status> watch(Exchange& exchange, Notes& notes) {
  notes.keep(exchange.stop_handle());
  notes.add("reading");
  Result<std::string> text = co_await read_digest(exchange);
  if (!text) {
    notes.add("read ended: " + std::string(text.error().token));
    co_return fail(std::move(text).error());
  }
  co_return co_await answer_text(exchange, 200, *std::move(text));
}

Awaitable<Status> ignore_body(Exchange& exchange) {
  co_return co_await answer_text(exchange, 204, "");
}

Awaitable<Status> stream(Exchange& exchange) {
  const std::size_t bytes = std::stoull(exchange.request().path_parameters.at("bytes"));
  Response head;
  head.fields.add("Content-Type", "application/octet-stream");
  HANSOM_CO_TRY(co_await exchange.begin(std::move(head), bytes));
  const Bytes block(100'000, std::uint8_t{'s'});
  for (std::size_t sent = 0; sent < bytes;) {
    const std::size_t next = std::min(block.size(), bytes - sent);
    HANSOM_CO_TRY(co_await exchange.write(ByteSpan(block).first(next)));
    sent += next;
  }
  co_return Status{};
}

Awaitable<Status> cut_short(Exchange& exchange) {
  Response head;
  HANSOM_CO_TRY(co_await exchange.begin(std::move(head), 100));
  co_return co_await exchange.write(as_bytes("0123456789"));
}

Awaitable<Status> wait(Exchange& exchange, Notes& notes) {
  std::function<void(Callback<void>)> start = [&notes](Callback<void> callback) {
    notes.keep(std::move(callback));
    notes.add("waiting");
  };
  HANSOM_CO_TRY(co_await await_callback<void>(start));
  co_return co_await answer_text(exchange, 204, "");
}

Awaitable<Status> peer(Exchange& exchange) {
  std::string text = "nobody";
  if (const auto& certificate = exchange.peer().certificate) {
    text = certificate->san_uris.empty() ? "no URI" : certificate->san_uris.front();
    text += " " + certificate->sha256.hex() + " " + sha256(ByteSpan(certificate->spki_der)).hex();
  }
  text += exchange.peer().tls_resumed ? " resumed" : " new";
  co_return co_await answer_text(exchange, 200, std::move(text));
}

Awaitable<Status> query(Exchange& exchange) {
  std::string text = exchange.request().path_parameters.at("id");
  for (const auto& [name, value] : exchange.request().query)
    text.append("|").append(name).append("=").append(value);
  co_return co_await answer_text(exchange, 200, std::move(text));
}

Awaitable<Status> fail_as_asked(Exchange& exchange) {
  const std::string kind = exchange.request().path_parameters.at("kind");
  if (kind == "storage") {
    co_return fail(ErrorKind::kStorage, "storage_failed", "secret path /spool/17");
  }
  if (kind == "refused") co_return fail(ErrorKind::kRefused, "not_sealed", "no age header");
  co_return fail(ErrorKind::kConflict, "no_such_token", "two of them");
}

Awaitable<Status> throw_exception(Exchange& exchange) {
  if (exchange.request().method == "GET") throw std::runtime_error("thrown on purpose");
  co_return Status{};
}

Awaitable<Status> mute(Exchange& /*exchange*/) {
  co_return Status{};
}

Awaitable<Status> thing(Exchange& exchange) {
  co_return co_await answer_text(exchange, 200, "a thing");
}

}  // namespace

void Notes::add(std::string note) {
  const std::lock_guard lock(mutex_);
  notes_.push_back(std::move(note));
  changed_.notify_all();
}

std::string Notes::wait_for(const std::string& start) {
  std::unique_lock lock(mutex_);
  std::string found;
  changed_.wait_for(lock, std::chrono::seconds(10), [&] {
    for (const std::string& note : notes_) {
      if (note.starts_with(start)) found = note;
    }
    return !found.empty();
  });
  return found;
}

void Notes::keep(Callback<void> callback) {
  const std::lock_guard lock(mutex_);
  callback_ = std::move(callback);
}

void Notes::keep(StopHandle handle) {
  const std::lock_guard lock(mutex_);
  stop_handle_ = std::move(handle);
}

void Notes::release() {
  Callback<void> callback;
  {
    const std::lock_guard lock(mutex_);
    callback.swap(callback_);
  }
  callback(Status{});
}

void Notes::stop_exchange() {
  const std::lock_guard lock(mutex_);
  stop_handle_.stop();
}

Router test_routes(Notes& notes) {
  Router router;
  router.add_common_field("Hansom-Test", "yes");
  router.add("POST", "/echo", echo);
  router.add("PUT", "/digest", digest);
  router.add("PUT", "/watch", [&notes](Exchange& exchange) { return watch(exchange, notes); });
  router.add("PUT", "/ignore", ignore_body);
  router.add("GET", "/stream/{bytes}", stream);
  router.add("GET", "/short", cut_short);
  router.add("GET", "/wait", [&notes](Exchange& exchange) { return wait(exchange, notes); });
  router.add("GET", "/peer", peer);
  router.add("GET", "/query/{id}", query);
  router.add("GET", "/fail/{kind}", fail_as_asked);
  router.add("GET", "/throw", throw_exception);
  router.add("GET", "/mute", mute);
  router.add("GET", "/thing", thing);
  router.add("HEAD", "/thing", thing);
  return router;
}

TlsOptions Site::tls_options(ClientCertificate certificates) const {
  TlsOptions options;
  options.certificate_chain = server_identity.certificate;
  options.private_key = server_identity.key;
  options.client_certificate = certificates;
  options.client_authorities = pki.authority();
  options.session_context = "tests";
  return options;
}

ServerOptions Site::people() const {
  ServerOptions options;
  options.name = "people";
  options.tls = TlsContext::make(tls_options(ClientCertificate::kNone)).value();
  return options;
}

ServerOptions Site::units() const {
  ServerOptions options;
  options.name = "units";
  options.tls = TlsContext::make(tls_options(ClientCertificate::kRequired)).value();
  return options;
}

test::ClientOptions Site::client(const test::RunningServer& server) const {
  test::ClientOptions options;
  options.port = server.port();
  options.authorities = pki.authority();
  return options;
}

test::ClientOptions Site::client(const test::RunningServer& server,
                                 const test::Identity& identity) const {
  test::ClientOptions options = client(server);
  options.identity = identity;
  return options;
}

std::unique_ptr<test::TlsClient> connect(const test::ClientOptions& options) {
  auto client = test::TlsClient::connect(options);
  EXPECT_TRUE(client.has_value()) << (client ? "" : client.error().message);
  return client ? *std::move(client) : nullptr;
}

}  // namespace hansom::http
