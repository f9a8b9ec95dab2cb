// The sandbox, in order: limits, namespaces, no capabilities, no new privileges, no paths, filter.
#include "ingest/inspect/inspector/sandbox.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

namespace hansom::ingest {
namespace {

tl::unexpected<Error> refused(const char* what) {
  return fail(ErrorKind::kInternal, "inspector_sandbox",
              std::string(what) + ": " + strerror(errno));
}

// Bytes of address space in use, from /proc/self/statm; 0 when that cannot be read.
std::uint64_t mapped_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  std::array<char, 64> line{};
  const bool read = std::fgets(line.data(), static_cast<int>(line.size()), file) != nullptr;
  std::fclose(file);
  if (!read) return 0;
  return std::strtoull(line.data(), nullptr, 10) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

Status limit(__rlimit_resource resource, std::uint64_t soft, std::uint64_t hard, const char* name) {
  const rlimit value{soft, hard};
  return setrlimit(resource, &value) == 0 ? Status{} : refused(name);
}

Status set_limits(const SandboxLimits& limits) {
  const std::uint64_t address_space = mapped_bytes() + limits.memory_bytes;
  HANSOM_TRY(limit(RLIMIT_AS, address_space, address_space, "limit of address space"));
  HANSOM_TRY(limit(RLIMIT_DATA, limits.memory_bytes, limits.memory_bytes, "limit of data"));
  // SIGXCPU at the soft limit, SIGKILL a second later.
  HANSOM_TRY(limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1, "limit of CPU time"));
  HANSOM_TRY(limit(RLIMIT_FSIZE, 0, 0, "limit of file size"));
  HANSOM_TRY(limit(RLIMIT_CORE, 0, 0, "limit of core files"));
  HANSOM_TRY(limit(RLIMIT_MEMLOCK, 0, 0, "limit of locked memory"));
  HANSOM_TRY(limit(RLIMIT_MSGQUEUE, 0, 0, "limit of message queues"));
  return limit(RLIMIT_NPROC, 0, 0, "limit of processes");
}

Status drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  return syscall(SYS_capset, &header, none.data()) == 0 ? Status{} : refused("capset");
}

Status set_process_flags(int server) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused("dumpable");
  // After the change of credentials, which would clear it: ends with the server.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return refused("parent death signal");
  // A server that died before that sends none any more.
  errno = ESRCH;
  if (server != 0 && getppid() != server) return refused("the server");
  return {};
}

}  // namespace

Result<std::uint32_t> enter_sandbox(const SandboxLimits& limits) {
  HANSOM_TRY(set_limits(limits));
  std::uint32_t measures = enter_namespaces();
  HANSOM_TRY(drop_capabilities());
  HANSOM_TRY(set_process_flags(limits.server));
  if (forbid_paths()) measures |= kMeasureLandlock;
  HANSOM_TRY(limit(RLIMIT_NOFILE, 0, 0, "limit of descriptors"));
  // From here nothing but computing and answering is left.
  HANSOM_TRY(install_system_call_filter(limits.answer_fd));
  return measures;
}

}  // namespace hansom::ingest
