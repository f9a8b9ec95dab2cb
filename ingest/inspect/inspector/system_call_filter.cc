// The system-call filter: an allow-list; anything else kills the process.
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "ingest/inspect/inspector/sandbox.h"

namespace hansom::ingest {
namespace {

struct FilterRelease {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterRelease>;

// Allowed with any arguments: memory that is already ours, time (the fallbacks of the vDSO),
// random bytes, the end, and what abort() and a failed assertion need to end by a signal.
constexpr std::array kAllowed{
    SCMP_SYS(munmap),         SCMP_SYS(mremap),
    SCMP_SYS(madvise),        SCMP_SYS(brk),
    SCMP_SYS(futex),          SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),   SCMP_SYS(gettimeofday),
    SCMP_SYS(time),           SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid),
    SCMP_SYS(gettid),         SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),           SCMP_SYS(exit_group),
};

constexpr scmp_datum_t k32Bits = 0xffffffff;

int add_rules(scmp_filter_ctx filter, int answer_fd) {
  for (const int call : kAllowed) {
    if (const int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0); error != 0) {
      return error;
    }
  }
  const auto self = static_cast<scmp_datum_t>(getpid());
  // The kernel looks at the low 32 bits of these two, as it does when it takes them.
  const scmp_arg_cmp to_answer{0, SCMP_CMP_MASKED_EQ, k32Bits,
                               static_cast<scmp_datum_t>(answer_fd)};
  const scmp_arg_cmp to_self{0, SCMP_CMP_MASKED_EQ, k32Bits, self};
  const scmp_arg_cmp not_executable{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  const scmp_arg_cmp anonymous{3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_TYPE,
                               MAP_ANONYMOUS | MAP_PRIVATE};
  int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, to_answer);
  if (error == 0) error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, to_self);
  if (error == 0) {
    error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, not_executable, anonymous);
  }
  if (error == 0) {
    error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, not_executable);
  }
  return error;
}

}  // namespace

Status install_system_call_filter(int answer_fd) {
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  int error = filter == nullptr ? -ENOMEM : 0;
  if (error == 0) {
    error = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  }
  if (error == 0) error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  if (error == 0) error = add_rules(filter.get(), answer_fd);
  if (error == 0) error = seccomp_load(filter.get());
  if (error != 0) {
    return fail(ErrorKind::kInternal, "inspector_sandbox",
                std::string("system-call filter: ") + strerror(-error));
  }
  return {};
}

}  // namespace hansom::ingest
