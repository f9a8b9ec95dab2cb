// The time of day moved by the seconds that stand in a file: for tests that set the clock back or
// forward under a running server. Loaded with LD_PRELOAD; HANSOM_CLOCK_OFFSET names the file, eight
// bytes, a signed number.
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const int64_t* offset_seconds;

__attribute__((constructor)) static void start(void) {
  const char* name = getenv("HANSOM_CLOCK_OFFSET");
  if (name == NULL) return;
  const int fd = open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) abort();
  void* page = mmap(NULL, sizeof *offset_seconds, PROT_READ, MAP_SHARED, fd, 0);
  if (page == MAP_FAILED) abort();
  close(fd);
  offset_seconds = page;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int failed = (int)syscall(SYS_clock_gettime, clock, now);
  const int of_day = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (failed == 0 && of_day && offset_seconds != NULL) now->tv_sec += *offset_seconds;
  return failed;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  struct timespec precise;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) return -1;
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (out != NULL) *out = precise.tv_sec;
  return precise.tv_sec;
}
