// Empty namespaces, each on its own: what one system refuses, another grants.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ingest/inspect/inspector/sandbox.h"

namespace hansom::ingest {
namespace {

// Makes one empty, read-only directory the whole file tree. Requires: an own mount namespace.
bool empty_root() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const char* const at = "/proc";  // any directory that is surely there; only covered here
  if (mount("tmpfs", at, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
            "size=4k,nr_inodes=4,mode=555") != 0) {
    return false;
  }
  if (chdir(at) != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return false;
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return false;
  return mount(nullptr, "/", nullptr,
               MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0;
}

}  // namespace

std::uint32_t enter_namespaces() {
  std::uint32_t measures = 0;
  const auto enter = [&measures](int flag, Measure measure) {
    if (unshare(flag) == 0) measures |= measure;
  };
  // The user namespace first: it brings the right to make the others.
  enter(CLONE_NEWUSER, kMeasureUserNamespace);
  enter(CLONE_NEWNET, kMeasureNetNamespace);
  enter(CLONE_NEWIPC, kMeasureIpcNamespace);
  enter(CLONE_NEWUTS, kMeasureUtsNamespace);
  enter(CLONE_NEWNS, kMeasureMountNamespace);
  if ((measures & kMeasureMountNamespace) != 0 && empty_root()) measures |= kMeasureEmptyRoot;
  return measures;
}

}  // namespace hansom::ingest
