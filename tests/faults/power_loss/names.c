// Calls that make, change and remove names: see README.md.
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "power_loss.h"

// Requires: locked. Ends a call: its record where it succeeded, its end where that was decided.
static long finish(Decision decision, Record* what, const Name* name, const Name* name2,
                   long result) {
  const int error = errno;
  if (result >= 0 && what != NULL) {
    record(what, name->base, name2 ? name2->base : NULL, NULL);
  }
  if (decision.die_after) die();
  unlock();
  errno = error;
  return result;
}

static long refuse(Decision decision) {
  unlock();
  errno = decision.error;
  return -1;
}

static int open_any(int folder, const char* path, int flags, mode_t mode) {
  Name name;
  if (!locate(folder, path, &name)) {
    return (int)RAW(SYS_openat, folder, path, flags, mode);
  }
  lock();
  locate(folder, path, &name);  // again: now nobody of us changes it
  const bool makes = (flags & O_CREAT) != 0 && name.inode == 0;
  const Decision decision = decide(makes ? kCreate : kOpen);
  if (decision.error != 0) return (int)refuse(decision);
  const int fd = (int)RAW(SYS_openat, folder, path, flags, mode);
  Record what = {.kind = kCreate, .folder = name.folder, .value = mode};
  if (fd >= 0) {
    follow(fd);
    what.inode = inode_of(fd);
    if (!makes && (flags & O_TRUNC)) what = (Record){.kind = kTruncate, .inode = what.inode};
  }
  const bool changes = makes || (flags & O_TRUNC) != 0;
  return (int)finish(decision, changes ? &what : NULL, &name, NULL, fd);
}

#define WITH_MODE(flags, call)                                           \
  va_list arguments;                                                     \
  va_start(arguments, flags);                                            \
  const mode_t mode = ((flags)&O_CREAT) ? va_arg(arguments, mode_t) : 0; \
  va_end(arguments);                                                     \
  return call

int open(const char* path, int flags, ...) {
  WITH_MODE(flags, open_any(AT_FDCWD, path, flags, mode));
}
int open64(const char* path, int flags, ...) {
  WITH_MODE(flags, open_any(AT_FDCWD, path, flags, mode));
}
int openat(int folder, const char* path, int flags, ...) {
  WITH_MODE(flags, open_any(folder, path, flags, mode));
}
int openat64(int folder, const char* path, int flags, ...) {
  WITH_MODE(flags, open_any(folder, path, flags, mode));
}
int creat(const char* path, mode_t mode) {
  return open_any(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int close(int fd) {
  forget(fd);
  return (int)RAW(SYS_close, fd);
}

// Both ends of a rename or link; the flags are renameat2's or linkat's.
static int two_names(Kind kind, long number, int from, const char* path, int to, const char* path2,
                     unsigned flags) {
  Name name;
  Name name2;
  const bool first = locate(from, path, &name);
  const bool second = locate(to, path2, &name2);
  if (!first && !second) return (int)RAW(number, from, path, to, path2, flags);
  lock();
  locate(from, path, &name);
  locate(to, path2, &name2);
  const Decision decision = decide(kind);
  if (decision.error != 0) return (int)refuse(decision);
  Record what = {.kind = kind, .inode = name.inode, .folder = name.folder, .folder2 = name2.folder};
  const long result = RAW(number, from, path, to, path2, flags);
  return (int)finish(decision, &what, &name, &name2, result);
}

int rename(const char* from, const char* to) {
  return two_names(kRename, SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  return two_names(kRename, SYS_renameat2, from_folder, from, to_folder, to, 0);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  return two_names(kRename, SYS_renameat2, from_folder, from, to_folder, to, flags);
}
int link(const char* from, const char* to) {
  return two_names(kLink, SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  return two_names(kLink, SYS_linkat, from_folder, from, to_folder, to, (unsigned)flags);
}

static int one_name(Kind kind, long number, int folder, const char* path, long argument) {
  Name name;
  if (!locate(folder, path, &name)) return (int)RAW(number, folder, path, argument);
  lock();
  locate(folder, path, &name);
  const Decision decision = decide(kind);
  if (decision.error != 0) return (int)refuse(decision);
  const long result = RAW(number, folder, path, argument);
  if (kind == kMakeFolder && result == 0) locate(folder, path, &name);
  Record what = {
      .kind = kind, .inode = name.inode, .folder = name.folder, .value = (uint64_t)argument};
  return (int)finish(decision, &what, &name, NULL, result);
}

int unlinkat(int folder, const char* path, int flags) {
  return one_name((flags & AT_REMOVEDIR) ? kRemoveFolder : kUnlink, SYS_unlinkat, folder, path,
                  flags);
}
int unlink(const char* path) {
  return unlinkat(AT_FDCWD, path, 0);
}
int rmdir(const char* path) {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
int remove(const char* path) {
  const int gone = unlink(path);
  return gone != 0 && errno == EISDIR ? rmdir(path) : gone;
}
int mkdirat(int folder, const char* path, mode_t mode) {
  return one_name(kMakeFolder, SYS_mkdirat, folder, path, (long)mode);
}
int mkdir(const char* path, mode_t mode) {
  return mkdirat(AT_FDCWD, path, mode);
}
int fchmodat(int folder, const char* path, mode_t mode, int flags) {
  (void)flags;  // the kernel's call has none
  return one_name(kMode, SYS_fchmodat, folder, path, (long)mode);
}
int chmod(const char* path, mode_t mode) {
  return fchmodat(AT_FDCWD, path, mode, 0);
}

// Calls that libc has no name for, or that were made without it.
long syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_renameat2) {
    return renameat2((int)a[0], (const char*)a[1], (int)a[2], (const char*)a[3], (unsigned)a[4]);
  }
  return raw(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
