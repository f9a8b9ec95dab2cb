// The log of changes and the control page: see power_loss.h.
#include "power_loss.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Control* control;
static int log_fd = -1;

long raw(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  if (result >= -4095 && result < 0) {
    errno = (int)-result;
    return -1;
  }
  return result;
}

bool watching(void) {
  return control != NULL;
}
void lock(void) {
  pthread_mutex_lock(&mutex);
}
void unlock(void) {
  pthread_mutex_unlock(&mutex);
}
uint64_t sequence(void) {
  return control->sequence;
}

void die(void) {
  for (;;) RAW(SYS_kill, RAW(SYS_getpid, 0), SIGKILL);
}

Decision decide(Kind kind) {
  Decision decision = {0, false, false};
  if (((control->mask >> kind) & 1) == 0) return decision;
  const uint64_t step = ++control->steps;
  const bool again = control->sticky && control->action == kFail && control->fired_at != 0;
  if (control->fire_at == 0 || (step != control->fire_at && !again)) return decision;
  if (control->fired_at == 0) {
    control->fired_at = step;
    control->fired_kind = kind;
  }
  switch (control->action) {
    case kFail:
      decision.error = (int)control->error;
      break;
    case kDieBefore:
      die();
    case kDieMiddle:
      if (kind != kWrite) die();
      decision.halve = decision.die_after = true;
      break;
    case kDieAfter:
      decision.die_after = true;
      break;
    case kShort:
      decision.halve = true;
      break;
    default:
      break;
  }
  return decision;
}

void record(Record* what, const char* name, const char* name2, const void* data) {
  what->magic = kRecordMagic;
  what->sequence = ++control->sequence;
  what->name_bytes = (uint16_t)(name ? strlen(name) : 0);
  what->name2_bytes = (uint16_t)(name2 ? strlen(name2) : 0);
  const struct iovec parts[4] = {{what, sizeof *what},
                                 {(void*)name, what->name_bytes},
                                 {(void*)name2, what->name2_bytes},
                                 {(void*)data, what->data_bytes}};
  const size_t bytes = sizeof *what + what->name_bytes + what->name2_bytes + what->data_bytes;
  // A log with a hole would make the test lie: better no program.
  if (RAW(SYS_writev, log_fd, parts, 4) != (long)bytes) abort();
}

// Only the program that is meant: its children must not write the log.
static bool is_meant(void) {
  const char* program = getenv("HANSOM_POWER_LOSS_PROGRAM");
  if (program == NULL) return true;
  char path[kPathBytesMax];
  const long bytes = RAW(SYS_readlink, "/proc/self/exe", path, sizeof path - 1);
  if (bytes <= 0) return false;
  path[bytes] = '\0';
  const char* base = strrchr(path, '/');
  return base != NULL && strcmp(base + 1, program) == 0;
}

__attribute__((constructor)) static void start(void) {
  const char* folder = getenv("HANSOM_POWER_LOSS_FOLDER");
  const char* log = getenv("HANSOM_POWER_LOSS_LOG");
  const char* page = getenv("HANSOM_POWER_LOSS_CONTROL");
  if (folder == NULL || log == NULL || page == NULL || !is_meant()) return;
  log_fd = (int)RAW(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const int fd = (int)RAW(SYS_openat, AT_FDCWD, page, O_RDWR | O_CLOEXEC);
  if (log_fd < 0 || fd < 0) abort();
  const long at = RAW(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  RAW(SYS_close, fd);
  if (at == -1 || ((Control*)at)->magic != kControlMagic) abort();
  set_watched(folder);
  control = (Control*)at;
}
