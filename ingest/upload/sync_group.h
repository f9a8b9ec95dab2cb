// Group commit of the spool: one thread syncs what all connections wait for, group by group.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "ingest/upload/fault.h"
#include "proto/base/durable_file.h"
#include "proto/base/histogram.h"
#include "proto/http/awaitable_callback.h"

namespace hansom::ingest {

// While a group is being synced the next one gathers, so that a slow disk makes larger groups. No
// bound of its own: every waiter is an exchange, and the listener bounds those. Any thread.
class SyncGroup {
 public:
  struct Counters {
    std::uint64_t syncs = 0, groups = 0, sync_us = 0;
    Histogram::Snapshot group_sizes, group_seconds;
  };

  // `on_failure` is called on the sync thread after the fault is raised, before anybody hears of
  // it. Requires: `fault` outlives this; `directory` exists and all files synced are on its file
  // system.
  SyncGroup(std::filesystem::path directory, Fault& fault, std::function<void()> on_failure);
  ~SyncGroup();  // stop()
  SyncGroup(const SyncGroup&) = delete;
  SyncGroup& operator=(const SyncGroup&) = delete;

  enum class What { kBytes, kBytesAndName };
  // Makes everything written to the file so far durable, data and size, and its name in the
  // directory if that is asked; `done` is called on the sync thread. After any failure of any sync:
  // kStorage `storage_failed`, for ever; the fault is raised.
  void sync(FileDescriptor file, std::filesystem::path path, What what, http::Callback<void> done);
  // Makes the names in a folder durable; as sync. Requires: it is on the same file system.
  void sync_folder(std::filesystem::path folder, http::Callback<void> done);
  [[nodiscard]] Counters counters() const;
  // Syncs what waits, then joins. Idempotent; later requests are refused.
  void stop();

 private:
  struct Waiting {
    FileDescriptor file;
    std::filesystem::path path;    // of the file; empty: no bytes are to be synced
    std::filesystem::path folder;  // whose names are to be synced; may be empty
    http::Callback<void> done;
  };
  void wait(Waiting waiting);
  void work();
  [[nodiscard]] Status sync_all(const std::deque<Waiting>& group) const;

  const std::filesystem::path directory_;
  Fault& fault_;
  const std::function<void()> on_failure_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;  // by mutex_
  bool stopping_ = false;        // by mutex_
  std::atomic<std::uint64_t> syncs_ = 0, groups_ = 0, sync_us_ = 0;
  Histogram group_sizes_ = group_size_histogram();
  Histogram group_seconds_ = sync_seconds_histogram();
  std::jthread thread_;
};

}  // namespace hansom::ingest
