// The fault: set once when a sync or a write fails, never cleared. While it stands the server takes
// nothing in (promise 1: a failed sync is never retried).
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "proto/base/result.h"

namespace hansom::ingest {

// Shared by everything that writes the spool. Any thread.
class Fault {
 public:
  // Keeps and logs the first error; later ones change nothing.
  void raise(const Error& error);
  [[nodiscard]] bool raised() const { return raised_.load(std::memory_order_acquire); }
  // Error: kStorage `storage_failed` with the first error's message, once raised.
  [[nodiscard]] Status check() const;

 private:
  std::atomic<bool> raised_ = false;
  mutable std::mutex mutex_;
  std::string message_;  // by mutex_
};

}  // namespace hansom::ingest
