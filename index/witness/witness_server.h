// A witness for other people's journals: `POST /add-checkpoint` (c2sp.org/tlog-witness) over one
// small file a log.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proto/http/router.h"
#include "proto/tlog/cosignature.h"

namespace hansom::witness {

struct WitnessedLog {
  std::string origin;
  std::vector<tlog::VerifierKey> keys;  // those trusted for it
};

struct WitnessServerOptions {
  std::filesystem::path state;  // folder: "<SHA-256 of the origin>.checkpoint", the signed note
  std::vector<WitnessedLog> logs;
  Clock* clock = nullptr;
};

// Thread-safe; requests for one log are answered one after the other, and block their thread while
// the new state is synced.
class WitnessServer {
 public:
  // Makes the folder if it is missing and locks it. Errors: kUnavailable `store_locked` (another
  // witness runs on it), kStorage, kCorrupt `bad_checkpoint` when a state file does not hold: a
  // witness that does not know where it stood must not go on.
  [[nodiscard]] static Result<std::unique_ptr<WitnessServer>> open(tlog::Cosigner cosigner,
                                                                   WitnessServerOptions options);
  ~WitnessServer();
  WitnessServer(const WitnessServer&) = delete;
  WitnessServer& operator=(const WitnessServer&) = delete;

  // Requires: this object outlives every exchange the router serves.
  void add_routes(http::Router& router);
  // The answer to one request; what it promises is durable when this returns. After a failed sync
  // every further request for that log is kStorage `storage_failed`.
  [[nodiscard]] http::Response add_checkpoint(std::string_view body);

 private:
  struct State;
  explicit WitnessServer(std::unique_ptr<State> state);
  [[nodiscard]] http::Awaitable<Status> serve(http::Exchange& exchange);
  std::unique_ptr<State> state_;
};

}  // namespace hansom::witness
