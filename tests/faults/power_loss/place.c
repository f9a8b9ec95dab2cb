// Which paths and descriptors lie below the watched folder: see power_loss.h.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "power_loss.h"

enum { kDescriptorsMax = 65536 };

typedef struct {
  dev_t device;
  ino_t inode;
} Followed;

static char watched[kPathBytesMax];
static size_t watched_bytes;
static Followed followed[kDescriptorsMax];

void set_watched(const char* folder) {
  watched_bytes = strlen(folder);
  memcpy(watched, folder, watched_bytes + 1);
}

// The absolute form of a path; false when there is none of sane length. ".." is not resolved: no
// path of ours has it.
static bool absolute(int folder, const char* path, char out[kPathBytesMax]) {
  if (path[0] == '/') return snprintf(out, kPathBytesMax, "%s", path) < kPathBytesMax;
  char base[kPathBytesMax];
  long bytes;
  if (folder == AT_FDCWD) {
    bytes = RAW(SYS_getcwd, base, sizeof base);
    if (bytes <= 0) return false;
    --bytes;  // its 0
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    bytes = RAW(SYS_readlink, link, base, sizeof base - 1);
    if (bytes <= 0) return false;
  }
  base[bytes] = '\0';
  return snprintf(out, kPathBytesMax, "%s/%s", base, path) < kPathBytesMax;
}

static uint64_t inode_at(const char* path, int flags) {
  struct stat found;
  if (RAW(SYS_newfstatat, AT_FDCWD, path, &found, flags) != 0) return 0;
  return found.st_ino;
}

bool locate(int folder, const char* path, Name* name) {
  if (!watching() || path == NULL) return false;
  const int error = errno;
  char whole[kPathBytesMax];
  if (!absolute(folder, path, whole)) return false;
  size_t bytes = strlen(whole);
  while (bytes > 1 && whole[bytes - 1] == '/') whole[--bytes] = '\0';
  const bool below = strncmp(whole, watched, watched_bytes) == 0 &&
                     (whole[watched_bytes] == '/' || whole[watched_bytes] == '\0');
  if (!below) return false;
  name->inode = inode_at(whole, AT_SYMLINK_NOFOLLOW);
  char* slash = strrchr(whole, '/');
  snprintf(name->base, sizeof name->base, "%.255s", slash + 1);
  *slash = '\0';
  name->folder = inode_at(whole, 0);
  errno = error;
  return true;
}

void follow(int fd) {
  const int error = errno;
  struct stat found;
  if (fd >= 0 && fd < kDescriptorsMax && RAW(SYS_fstat, fd, &found) == 0) {
    followed[fd] = (Followed){found.st_dev, found.st_ino};
  }
  errno = error;
}

void forget(int fd) {
  if (fd >= 0 && fd < kDescriptorsMax) followed[fd].inode = 0;
}

uint64_t inode_of(int fd) {
  if (!watching() || fd < 0 || fd >= kDescriptorsMax || followed[fd].inode == 0) return 0;
  const int error = errno;
  struct stat found;
  // The number may have been given away again by a close that we did not see.
  const bool same = RAW(SYS_fstat, fd, &found) == 0 && found.st_ino == followed[fd].inode &&
                    found.st_dev == followed[fd].device;
  errno = error;
  if (!same) followed[fd].inode = 0;
  return followed[fd].inode;
}
