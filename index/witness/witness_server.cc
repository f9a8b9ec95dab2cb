// From a request to a cosignature: parse, decide, keep, answer.
#include "index/witness/witness_server.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <map>
#include <mutex>

#include "proto/base/check.h"
#include "proto/base/durable_file.h"
#include "proto/base/log.h"
#include "proto/http/wire_errors.h"
#include "proto/tlog/witness.h"

namespace hansom::witness {
namespace {

constexpr std::size_t kBodyBytesMax = std::size_t{64} * 1024;

struct Log {
  WitnessedLog log;
  std::filesystem::path file;
  std::mutex mutex;  // held from reading `tree` until the new one is durable
  tlog::WitnessedTree tree;
  bool failed = false;
};

Status load(Log& log) {
  const auto bytes = durable::read_file(log.file, std::size_t{1024} * 1024);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) return {};
  if (!bytes) return fail(bytes.error());
  for (const tlog::VerifierKey& key : log.log.keys) {
    if (const auto checkpoint = tlog::verify_checkpoint(as_text(*bytes), key)) {
      log.tree = {checkpoint->size, checkpoint->root};
      return {};
    }
  }
  return fail(
      ErrorKind::kCorrupt, "bad_checkpoint",
      log.file.string() + " is not a checkpoint of " + log.log.origin +
          " by a key that is trusted for it: restore the file, or the key it was made with");
}

Result<FileDescriptor> lock_folder(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "lock";
  FileDescriptor fd(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (!fd.valid()) return fail(durable::storage_error(errno, "open", path));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::kUnavailable, "store_locked",
                folder.string() + " belongs to a witness that is running");
  }
  return fd;
}

}  // namespace

struct WitnessServer::State {
  explicit State(tlog::Cosigner c) : cosigner(std::move(c)) {}
  tlog::Cosigner cosigner;
  Clock* clock = nullptr;
  FileDescriptor lock;
  std::map<std::string, Log, std::less<>> logs;  // by origin; fixed after open()

  http::Response decide(Log& log, const tlog::AddCheckpoint& request);
};

WitnessServer::WitnessServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
WitnessServer::~WitnessServer() = default;

Result<std::unique_ptr<WitnessServer>> WitnessServer::open(tlog::Cosigner cosigner,
                                                           WitnessServerOptions options) {
  HANSOM_CHECK(options.clock != nullptr);
  auto state = std::make_unique<State>(std::move(cosigner));
  state->clock = options.clock;
  HANSOM_TRY(durable::make_directories(options.state));
  HANSOM_TRY_ASSIGN(state->lock, lock_folder(options.state));
  for (WitnessedLog& known : options.logs) {
    Log& log = state->logs[known.origin];
    log.file = options.state / (sha256(known.origin).hex() + ".checkpoint");
    log.log.origin = known.origin;
    for (tlog::VerifierKey& key : known.keys) log.log.keys.push_back(std::move(key));
  }
  for (auto& [origin, log] : state->logs) HANSOM_TRY(load(log));
  return std::unique_ptr<WitnessServer>(new WitnessServer(std::move(state)));
}

void WitnessServer::add_routes(http::Router& router) {
  router.add("POST", "/add-checkpoint",
             [this](http::Exchange& exchange) { return serve(exchange); });
}

http::Awaitable<Status> WitnessServer::serve(http::Exchange& exchange) {
  auto reading = exchange.read_all(kBodyBytesMax);
  Result<std::string> body = co_await std::move(reading);
  if (!body) co_return fail(std::move(body).error());
  auto responding = exchange.respond(add_checkpoint(*body));
  co_return co_await std::move(responding);
}

http::Response WitnessServer::add_checkpoint(std::string_view body) {
  const auto request = tlog::AddCheckpoint::parse(body);
  if (!request) return http::problem(request.error());
  const auto origin = tlog::origin_of(*request);
  if (!origin) return http::problem(origin.error());
  const auto log = state_->logs.find(*origin);
  if (log == state_->logs.end()) {
    return http::problem({ErrorKind::kNotFound, "log_unknown", "the origin is unknown"});
  }
  return state_->decide(log->second, *request);
}

http::Response WitnessServer::State::decide(Log& log, const tlog::AddCheckpoint& request) {
  const std::lock_guard one_at_a_time(log.mutex);
  if (log.failed) {
    return http::problem({ErrorKind::kStorage, "storage_failed", "an earlier sync failed"});
  }
  const tlog::WitnessDecision decision = tlog::decide(request, log.log.keys, log.tree);
  switch (decision.status) {
    case 200:
      break;
    case 409:
      hansom::log(LogLevel::kInfo, "checkpoint_conflict",
                  {{"origin", log.log.origin},
                   {"old_size", request.old_size},
                   {"known_size", decision.tree.size},
                   {"message", decision.why}});
      return http::text_response(409, tlog::kTreeSizeType,
                                 tlog::tree_size_text(decision.tree.size));
    case 403:
      return http::problem({ErrorKind::kForbidden, "log_untrusted", decision.why});
    case 422:
      // Perhaps proof of another history: the operator keeps the line.
      hansom::log(LogLevel::kWarning, "checkpoint_refused",
                  {{"origin", log.log.origin},
                   {"known_size", log.tree.size},
                   {"message", decision.why},
                   {"checkpoint", request.checkpoint}});
      return http::problem({ErrorKind::kRefused, "checkpoint_refused", decision.why});
    default:
      return http::problem({ErrorKind::kInvalid, "bad_add_checkpoint", decision.why});
  }

  // Where this log stands is durable before the cosignature leaves: after a crash it is never taken
  // back.
  if (decision.tree != log.tree) {
    if (Status kept = durable::replace(log.file, as_bytes(request.checkpoint)); !kept) {
      log.failed = true;
      log_error("state_not_kept", kept.error(), {{"origin", log.log.origin}});
      return http::problem({ErrorKind::kStorage, "storage_failed", "the new state was not kept"});
    }
    log.tree = decision.tree;
  }
  const tlog::NoteSignature cosignature = cosigner.cosign(decision.text, clock->now());
  hansom::log(LogLevel::kInfo, "checkpoint_cosigned",
              {{"origin", log.log.origin}, {"size", log.tree.size}});
  return http::text_response(200, "text/plain; charset=utf-8", cosignature.line());
}

}  // namespace hansom::witness
