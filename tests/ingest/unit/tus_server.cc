// tus 1.0.0 in memory, for tests of the unit's side.
#include "tests/ingest/unit/tus_server.h"

#include "proto/evidence/journal.pb.h"
#include "proto/tlog/leaf.h"
#include "proto/tlog/merkle.h"

namespace hansom::ingest::test {
namespace {

constexpr std::string_view kOrigin = "journal.example/test";

std::uint64_t integer_field(const http::Request& request, std::string_view name) {
  const auto text = request.fields.find(name);
  return text ? std::stoull(std::string(*text)) : 0;
}

std::string name_of(const http::Request& request) {
  const auto found = request.path_parameters.find("id");
  return found == request.path_parameters.end() ? "" : found->second;
}

}  // namespace

TusServer::TusServer()
    : signer_(tlog::Signer::from_pem(std::string(kOrigin), tlog::Signer::generate_pem()).value()) {
  const auto handler = [this](http::Exchange& exchange) { return serve(exchange); };
  router_.add("POST", "/uploads", handler);
  router_.add("HEAD", "/uploads/{id}", handler);
  router_.add("PATCH", "/uploads/{id}", handler);
  router_.add("GET", "/uploads/{id}/receipt", handler);
  router_.add_common_field("Tus-Resumable", "1.0.0");
}

void TusServer::expect_trouble(Trouble trouble) {
  const std::lock_guard lock(mutex_);
  troubles_.push_back(std::move(trouble));
}

std::vector<std::string> TusServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::map<std::string, std::string> TusServer::received() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> received;
  for (const auto& [name, upload] : uploads_) received[name] = upload.bytes;
  return received;
}

std::string TusServer::metadata() const {
  const std::lock_guard lock(mutex_);
  return metadata_;
}

void TusServer::lie_about_clips() {
  const std::lock_guard lock(mutex_);
  lies_ = true;
}

void TusServer::note(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  std::string line = request.method;
  if (request.method == "PATCH")
    line += " " + std::to_string(integer_field(request, "Upload-Offset"));
  requests_.push_back(line);
}

std::optional<Trouble> TusServer::next_trouble(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  if (troubles_.empty() || troubles_.front().method != request.method) return std::nullopt;
  Trouble trouble = std::move(troubles_.front());
  troubles_.pop_front();
  return trouble;
}

TusServer::Task TusServer::serve(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  note(request);
  std::optional<Trouble> trouble = next_trouble(request);
  if (trouble) co_return co_await trouble_with(exchange, *std::move(trouble));
  if (request.method == "POST") co_return co_await create(exchange);
  if (request.method == "HEAD") co_return co_await look(exchange);
  if (request.method == "PATCH") co_return co_await append(exchange);
  co_return co_await give_receipt(exchange);
}

TusServer::Task TusServer::trouble_with(http::Exchange& exchange, Trouble trouble) {
  const std::string name = name_of(exchange.request());
  const std::uint64_t bytes_max = trouble.after_all ? UINT64_MAX : trouble.keep_bytes;
  HANSOM_CO_TRY(co_await take_bytes(exchange, name, bytes_max));
  http::Response response;
  response.status = trouble.status;
  if (!trouble.retry_after.empty()) response.fields.add("Retry-After", trouble.retry_after);
  response.fields.add("Content-Type", "application/problem+json");
  response.body = R"({"title":"Not as it is","detail":"as the test wants","token":"test_trouble"})";
  if (trouble.forget_upload) {
    const std::lock_guard lock(mutex_);
    uploads_.erase(name);
  }
  co_return co_await exchange.respond(std::move(response));
}

TusServer::Task TusServer::take_bytes(http::Exchange& exchange, std::string name,
                                      std::uint64_t bytes_max) {
  Bytes buffer(64 * 1024UL);
  while (bytes_max > 0) {
    const auto wanted = std::min<std::uint64_t>(bytes_max, buffer.size());
    const MutableByteSpan into(buffer.data(), wanted);
    Result<std::size_t> got = co_await exchange.read_body(into);
    if (!got) co_return fail(std::move(got).error());
    if (*got == 0) break;
    bytes_max -= *got;
    const std::lock_guard lock(mutex_);
    const auto found = uploads_.find(name);
    if (found != uploads_.end()) {
      found->second.bytes.append(buffer.begin(),
                                 buffer.begin() + static_cast<std::ptrdiff_t>(*got));
    }
  }
  co_return Status();
}

http::Response TusServer::state_of(const std::string& name, unsigned status) const {
  const Upload& upload = uploads_.at(name);
  http::Response response;
  response.status = status;
  response.fields.add("Upload-Offset", std::to_string(upload.bytes.size()));
  response.fields.add("Upload-Length", std::to_string(upload.length));
  if (upload.bytes.size() == upload.length) {
    response.fields.add("Hansom-Receipt", "/uploads/" + name + "/receipt");
  }
  return response;
}

TusServer::Task TusServer::create(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  std::string name;
  {
    const std::lock_guard lock(mutex_);
    name = "upload-" + std::to_string(++created_);
    uploads_[name].length = integer_field(request, "Upload-Length");
    metadata_ = std::string(request.fields.find("Upload-Metadata").value_or(""));
  }
  HANSOM_CO_TRY(co_await take_bytes(exchange, name, UINT64_MAX));
  http::Response response;
  {
    const std::lock_guard lock(mutex_);
    response = state_of(name, 201);
  }
  response.fields.add("Location", "/uploads/" + name);
  co_return co_await exchange.respond(std::move(response));
}

TusServer::Task TusServer::look(http::Exchange& exchange) {
  http::Response response;
  response.status = 404;
  {
    const std::lock_guard lock(mutex_);
    const std::string name = name_of(exchange.request());
    if (uploads_.contains(name)) response = state_of(name, 200);
  }
  co_return co_await exchange.respond(std::move(response));
}

TusServer::Task TusServer::append(http::Exchange& exchange) {
  const std::string name = name_of(exchange.request());
  http::Response response;
  bool fits = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = uploads_.find(name);
    response.status = found == uploads_.end() ? 404 : 409;
    fits = found != uploads_.end() &&
           found->second.bytes.size() == integer_field(exchange.request(), "Upload-Offset");
  }
  if (fits) {
    HANSOM_CO_TRY(co_await take_bytes(exchange, name, UINT64_MAX));
    const std::lock_guard lock(mutex_);
    response = state_of(name, 204);
  }
  co_return co_await exchange.respond(std::move(response));
}

TusServer::Task TusServer::give_receipt(http::Exchange& exchange) {
  http::Response response;
  {
    const std::lock_guard lock(mutex_);
    response.body = receipt_for(name_of(exchange.request()));
  }
  response.fields.add("Content-Type", "application/json");
  co_return co_await exchange.respond(std::move(response));
}

std::string TusServer::receipt_for(const std::string& name) const {
  const std::string bytes = lies_ ? "something else" : uploads_.at(name).bytes;
  evidence::Receipt receipt;
  receipt.clip = sha256(bytes);
  receipt.sealed_bytes = bytes.size();
  receipt.unit = "demo-1";
  receipt.upload = name;
  receipt.accepted = from_unix_us(1'772'359'300'000'000);
  evidence::Record record;
  record.set_time_us(to_unix_us(receipt.accepted));
  evidence::ClipAccepted& accepted = *record.mutable_clip_accepted();
  accepted.set_sealed_sha256(to_text(receipt.clip.span()));
  accepted.set_sealed_bytes(receipt.sealed_bytes);
  accepted.set_unit(receipt.unit);
  accepted.set_upload(receipt.upload);
  receipt.record = to_bytes(record.SerializeAsString());
  receipt.salt = Bytes(tlog::kSaltBytes, 1);
  tlog::Leaf leaf;
  leaf.type = static_cast<std::uint16_t>(record.act_case());
  leaf.time = receipt.accepted;
  leaf.commitment = tlog::commit(receipt.salt, receipt.record);
  receipt.leaf = leaf.encode();
  receipt.tree_size = 1;
  tlog::Checkpoint checkpoint;
  checkpoint.origin = kOrigin;
  checkpoint.size = 1;
  checkpoint.root = tlog::leaf_hash(receipt.leaf);
  receipt.checkpoint = signer_.sign_note(checkpoint.text());
  return evidence::receipt_json(receipt);
}

}  // namespace hansom::ingest::test
