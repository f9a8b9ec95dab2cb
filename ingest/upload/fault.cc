// The first failure of the disk stays until the server is started again.
#include "ingest/upload/fault.h"

#include "proto/base/log.h"

namespace hansom::ingest {

void Fault::raise(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (raised_.load(std::memory_order_relaxed)) return;
  message_ = error.message;
  raised_.store(true, std::memory_order_release);
  log_error("storage_fault", error,
            {{"action", "uploads are refused until the disk is checked and the server restarted"}});
}

Status Fault::check() const {
  if (!raised()) return {};
  const std::scoped_lock lock(mutex_);
  return fail(ErrorKind::kStorage, "storage_failed", "since an earlier failure: " + message_);
}

}  // namespace hansom::ingest
