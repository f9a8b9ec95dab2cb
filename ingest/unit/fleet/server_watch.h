// Looks at the server's /metrics while a fleet is at work.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "ingest/unit/fleet/tally.h"
#include "proto/base/result.h"

namespace hansom::ingest {

// Samples without labels of Prometheus' text form, by name; lines that are not such are passed
// over.
[[nodiscard]] std::map<std::string, double> parse_metrics(std::string_view text);

// Asks every second on a thread of its own, from construction to stop().
class ServerWatch {
 public:
  explicit ServerWatch(std::string url);  // "http://127.0.0.1:9480/metrics"
  ~ServerWatch();
  ServerWatch(const ServerWatch&) = delete;
  ServerWatch& operator=(const ServerWatch&) = delete;

  // The newest figures so far.
  [[nodiscard]] ServerFigures figures() const;
  // Asks once more and ends the thread. Idempotent. Blocks for one answer.
  ServerFigures stop();

 private:
  void work();
  void look();

  const std::string url_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;                               // by mutex_
  std::optional<std::map<std::string, double>> first_;  // by mutex_
  ServerFigures figures_;                               // by mutex_
  std::thread thread_;
};

}  // namespace hansom::ingest
