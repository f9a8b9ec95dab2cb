// Asks the file system, and remembers a full disk for a moment.
#include "ingest/upload/disk_room.h"

#include <algorithm>
#include <cerrno>

#include <sys/statvfs.h>

#include "proto/base/durable_file.h"
#include "proto/base/log.h"

namespace hansom::ingest {

std::uint64_t DiskRoom::reserve_of(const Reserve& reserve, std::uint64_t total_bytes) {
  return std::max(reserve.bytes, total_bytes / 100 * reserve.percent);
}

Result<DiskRoom::Figures> DiskRoom::figures() const {
  struct statvfs disk {};
  if (::statvfs(directory_.c_str(), &disk) != 0) {
    return fail(durable::storage_error(errno, "statvfs", directory_));
  }
  const std::uint64_t total = std::uint64_t{disk.f_blocks} * disk.f_frsize;
  return Figures{total, std::uint64_t{disk.f_bavail} * disk.f_frsize, reserve_of(reserve_, total)};
}

Status DiskRoom::check(std::uint64_t more_bytes, Clock::time_point now) {
  if (now.time_since_epoch().count() < closed_until_.load()) {
    return fail(ErrorKind::kUnavailable, "disk_full", "a moment ago the disk had no room");
  }
  HANSOM_TRY_ASSIGN(const Figures disk, figures());
  const bool at_reserve = disk.free < disk.reserve;
  note(!at_reserve);
  if (!at_reserve && disk.free - disk.reserve >= more_bytes) return {};
  return fail(ErrorKind::kUnavailable, "disk_reserve",
              "the server's disk is at its reserve; try again later");
}

void DiskRoom::ran_out(const Error& error, Clock::time_point now) {
  closed_until_.store((now + kNoRoomPause).time_since_epoch().count());
  times_ran_out_.fetch_add(1, std::memory_order_relaxed);
  if (had_room_.exchange(false)) {
    log_error("disk_full", error,
              {{"action", "uploads are refused until there is room; nothing is deleted for it"}});
  }
}

// Only changes are worth a line.
void DiskRoom::note(bool has_room) {
  if (had_room_.load() == has_room || had_room_.exchange(has_room) == has_room) return;
  log(has_room ? LogLevel::kInfo : LogLevel::kWarning,
      has_room ? "disk_has_room_again" : "disk_reserve_reached",
      {{"directory", directory_.string()}});
}

}  // namespace hansom::ingest
