// Calls that change and sync the bytes of a file: see README.md.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "power_loss.h"

enum { kPagesBytes = 4096 };

// Requires: locked. Ends a call that succeeded or failed by itself.
static long finish(Decision decision, Record* what, const void* data, long result) {
  const int error = errno;
  if (result >= 0) record(what, NULL, NULL, data);
  if (decision.die_after) die();
  unlock();
  errno = error;
  return result;
}

// Requires: locked. A refused sync is written down too: what it should have covered may be lost for
// good.
static long refuse(Decision decision, Record* what) {
  what->result = -decision.error;
  if (what->kind == kSync || what->kind == kSyncAll) record(what, NULL, NULL, NULL);
  unlock();
  errno = decision.error;
  return -1;
}

// Half of it, at a page where direct writes need that.
static size_t half_of(size_t bytes) {
  return bytes >= 2 * kPagesBytes ? bytes / 2 / kPagesBytes * kPagesBytes : bytes / 2;
}

static ssize_t write_at(int fd, const void* data, size_t bytes, off_t at, bool moves) {
  Record what = {.kind = kWrite, .inode = inode_of(fd)};
  if (what.inode == 0) {
    return moves ? RAW(SYS_write, fd, data, bytes) : RAW(SYS_pwrite64, fd, data, bytes, at);
  }
  lock();
  const Decision decision = decide(kWrite);
  if (decision.error != 0) return refuse(decision, &what);
  if (decision.halve && bytes > 1) bytes = half_of(bytes);
  if (moves) {
    const bool appends = (RAW(SYS_fcntl, fd, F_GETFL) & O_APPEND) != 0;
    at = RAW(SYS_lseek, fd, 0, appends ? SEEK_END : SEEK_CUR);
  }
  const long done =
      moves ? RAW(SYS_write, fd, data, bytes) : RAW(SYS_pwrite64, fd, data, bytes, at);
  what.offset = (uint64_t)at;
  what.data_bytes = done > 0 ? (uint32_t)done : 0;
  return finish(decision, &what, data, done);
}

ssize_t write(int fd, const void* data, size_t bytes) {
  return write_at(fd, data, bytes, 0, true);
}
ssize_t pwrite(int fd, const void* data, size_t bytes, off_t at) {
  return write_at(fd, data, bytes, at, false);
}
ssize_t pwrite64(int fd, const void* data, size_t bytes, off64_t at) {
  return write_at(fd, data, bytes, at, false);
}

// One write of the parts put together: whole or short, as the kernel may.
static ssize_t write_parts(int fd, const struct iovec* parts, int count, off_t at, bool moves) {
  if (inode_of(fd) == 0) {
    if (moves) return RAW(SYS_writev, fd, parts, count);
    return RAW(SYS_pwritev, fd, parts, count, at, (unsigned long)at >> 32);
  }
  size_t bytes = 0;
  for (int i = 0; i < count; ++i) bytes += parts[i].iov_len;
  char* whole = NULL;
  if (posix_memalign((void**)&whole, kPagesBytes, bytes + 1) != 0) abort();
  size_t filled = 0;
  for (int i = 0; i < count; ++i) {
    memcpy(whole + filled, parts[i].iov_base, parts[i].iov_len);
    filled += parts[i].iov_len;
  }
  const ssize_t done = write_at(fd, whole, bytes, at, moves);
  const int error = errno;
  free(whole);
  errno = error;
  return done;
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  return write_parts(fd, parts, count, 0, true);
}
ssize_t pwritev(int fd, const struct iovec* parts, int count, off_t at) {
  return write_parts(fd, parts, count, at, false);
}
ssize_t pwritev2(int fd, const struct iovec* parts, int count, off_t at, int flags) {
  (void)flags;  // RWF_DSYNC would promise more; taken as unsynced
  return write_parts(fd, parts, count, at < 0 ? 0 : at, at < 0);
}

int ftruncate(int fd, off_t size) {
  Record what = {.kind = kTruncate, .inode = inode_of(fd), .value = (uint64_t)size};
  if (what.inode == 0) return (int)RAW(SYS_ftruncate, fd, size);
  lock();
  const Decision decision = decide(kTruncate);
  if (decision.error != 0) return (int)refuse(decision, &what);
  return (int)finish(decision, &what, NULL, RAW(SYS_ftruncate, fd, size));
}
int ftruncate64(int fd, off64_t size) {
  return ftruncate(fd, size);
}

// The value is the size the file must have at least: 0 where only blocks are reserved or freed.
int fallocate(int fd, int mode, off_t at, off_t bytes) {
  Record what = {.kind = kAllocate, .inode = inode_of(fd)};
  if (what.inode == 0) return (int)RAW(SYS_fallocate, fd, mode, at, bytes);
  lock();
  const Decision decision = decide(kAllocate);
  if (decision.error != 0) return (int)refuse(decision, &what);
  if ((mode & FALLOC_FL_KEEP_SIZE) == 0) what.value = (uint64_t)(at + bytes);
  return (int)finish(decision, &what, NULL, RAW(SYS_fallocate, fd, mode, at, bytes));
}
int posix_fallocate(int fd, off_t at, off_t bytes) {
  return fallocate(fd, 0, at, bytes) == 0 ? 0 : errno;
}

// What was written before the call began is durable once it has succeeded; others may write
// meanwhile.
static int sync_any(Kind kind, long number, int fd, unsigned long extra) {
  Record what = {.kind = kind, .inode = inode_of(fd)};
  if (what.inode == 0) return (int)RAW(number, fd, extra);
  lock();
  const Decision decision = decide(kind);
  what.value = sequence();
  if (decision.error != 0) return (int)refuse(decision, &what);
  unlock();
  const long done = RAW(number, fd, extra);
  const int error = errno;
  lock();
  errno = error;
  if (done != 0) return (int)refuse((Decision){.error = error}, &what);
  return (int)finish(decision, &what, NULL, done);
}

int fsync(int fd) {
  return sync_any(kSync, SYS_fsync, fd, 0);
}
int fdatasync(int fd) {
  return sync_any(kSync, SYS_fdatasync, fd, 0);
}
int syncfs(int fd) {
  return sync_any(kSyncAll, SYS_syncfs, fd, 0);
}

void* mmap(void* where, size_t bytes, int protection, int flags, int fd, off_t at) {
  Record what = {.kind = kMapped, .inode = inode_of(fd)};
  if (what.inode != 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE)) {
    lock();
    record(&what, NULL, NULL, NULL);
    unlock();
  }
  return (void*)RAW(SYS_mmap, where, bytes, protection, flags, fd, at);
}
