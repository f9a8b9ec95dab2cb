// glibc's allocator, told to keep what it has.
#include "proto/base/memory.h"

#include <malloc.h>

namespace hansom {
namespace {

constexpr int kMiB = 1024 * 1024;
constexpr int kSeparateFrom = 32 * kMiB;  // the largest threshold that glibc documents
constexpr int kKept = 512 * kMiB;
constexpr int kStep = 64 * kMiB;

}  // namespace

void keep_freed_memory() {
  // They fail under a sanitizer, which has an allocator of its own; nothing depends on them.
  static_cast<void>(::mallopt(M_MMAP_THRESHOLD, kSeparateFrom));
  static_cast<void>(::mallopt(M_TRIM_THRESHOLD, kKept));
  static_cast<void>(::mallopt(M_TOP_PAD, kStep));
}

}  // namespace hansom
