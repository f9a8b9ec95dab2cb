// A program for tests, in the inspector's place: a warm parent whose children enter the very same
// sandbox, then try what its argument says. If the sandbox lets one, it answers with a good report
// and status 0.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/inspect/inspector/answer.h"
#include "ingest/inspect/inspector/fork_server.h"
#include "ingest/inspect/inspector/sandbox.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kFourGiB = 4ULL << 30;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kMebibyte = 1024UL * 1024;

// What a sandbox that leaks would let through; anything an action returns is "it was let".
void answer_well(std::uint32_t measures) {
  // Fields 3 (outcome) = 1 (DECODABLE) and 18 (level) = 2 (KEYFRAMES), on the wire.
  const std::array<std::uint8_t, 5> report{0x18, 0x01, 0x90, 0x01, 0x02};
  const auto header = encode_header({measures, report.size()});
  static_cast<void>(write(kAnswerFd, header.data(), header.size()));
  static_cast<void>(write(kAnswerFd, report.data(), report.size()));
}

void write_mebibytes(std::size_t count) {
  const std::string mebibyte(kMebibyte, 'x');
  for (std::size_t i = 0; i < count; ++i) {
    static_cast<void>(write(kAnswerFd, mebibyte.data(), mebibyte.size()));
  }
}

void take_memory() {
  const std::vector<char> much(kFourGiB, 'x');
  if (much[kFourGiB / 2] != 'x') _exit(1);
}

void take_memory_in_pieces() {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < 4096; ++i) pieces.emplace_back(kMebibyte, 'x');
}

[[noreturn]] void loop_for_ever() {
  const volatile bool going = true;
  while (going) {
  }
  _exit(1);
}

const std::map<std::string_view, std::function<void(int)>>& actions() {
  static const std::map<std::string_view, std::function<void(int)>> all{
      {"nothing", [](int) {}},
      {"open", [](int) { static_cast<void>(open("/etc/passwd", O_RDONLY | O_CLOEXEC)); }},
      {"socket", [](int) { static_cast<void>(socket(AF_INET, SOCK_STREAM, 0)); }},
      {"fork", [](int) { static_cast<void>(fork()); }},
      {"execve", [](int) { static_cast<void>(execl("/bin/true", "true", nullptr)); }},
      {"io_uring_setup",
       [](int) {
         io_uring_params parameters{};
         static_cast<void>(syscall(SYS_io_uring_setup, 1, &parameters));
       }},
      {"ptrace", [](int) { static_cast<void>(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
      {"write_elsewhere", [](int other) { static_cast<void>(write(other, "x", 1)); }},
      {"read_elsewhere",
       [](int other) {
         char byte = 0;
         static_cast<void>(read(other, &byte, 1));
       }},
      {"signal_parent", [](int) { static_cast<void>(kill(getppid(), 0)); }},
      {"signal_thread_of_init", [](int) { static_cast<void>(syscall(SYS_tgkill, 1, 1, 0)); }},
      {"unshare", [](int) { static_cast<void>(unshare(CLONE_NEWUSER)); }},
      {"map_executable",
       [](int) {
         static_cast<void>(
             mmap(nullptr, kPage, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
       }},
      {"make_executable",
       [](int) {
         void* page =
             mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         static_cast<void>(mprotect(page, kPage, PROT_READ | PROT_EXEC));
       }},
      {"map_file",
       [](int other) {
         static_cast<void>(mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE, other, 0));
       }},
      {"memory", [](int) { take_memory(); }},
      {"memory_in_pieces", [](int) { take_memory_in_pieces(); }},
      {"endless_loop", [](int) { loop_for_ever(); }},
      {"flood", [](int) { write_mebibytes(32); }},
      {"rubbish",
       [](int) {
         write_mebibytes(1);
         _exit(kExitAnswered);
       }},
      {"say_nothing", [](int) { _exit(kExitAnswered); }},
      {"abort", [](int) { std::abort(); }},
      {"bad_pointer",
       [](int) {
         // NOLINTNEXTLINE(performance-no-int-to-ptr): a pointer to nowhere is wanted
         *reinterpret_cast<volatile int*>(kPage) = 1;
       }},
  };
  return all;
}

// Landlock by itself, without the filter: 0 when it refuses a path, 2 when it is not to be had.
int try_landlock_alone() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !forbid_paths()) return 2;
  return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 1;
}

// The namespaces by themselves: 0 when the file tree is empty and no network is there but a
// loopback that is down, 2 when they are not to be had.
int try_namespaces_alone() {
  constexpr std::uint32_t kWanted = kMeasureNetNamespace | kMeasureEmptyRoot;
  if ((enter_namespaces() & kWanted) != kWanted) return 2;
  if (access("/etc", F_OK) == 0 || access("/proc/self", F_OK) == 0) return 1;
  if (open("/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >= 0) return 1;
  const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr address{AF_INET, {0, 53, 127, 0, 0, 1}};
  return probe >= 0 && connect(probe, &address, sizeof(address)) != 0 ? 0 : 1;
}

// The clip and the pipe are all that an inspector has of the server and of its parent.
int try_descriptors_alone() {
  for (int descriptor = kAnswerFd + 1; descriptor < 1024; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) return 1;
  }
  return fcntl(kClipFd, F_GET_SEALS) > 0 && fcntl(kAnswerFd, F_GETFD) >= 0 ? 0 : 1;
}

// A sandbox whose server has died before it could be told so is none.
int try_strange_parent_alone() {
  SandboxLimits limits;
  limits.memory_bytes = kFourGiB;
  limits.cpu_seconds = 10;
  limits.server = getpid();
  return enter_sandbox(limits) ? 1 : 0;
}

std::string_view wanted;  // what the children try

int try_it(const ForkRequest& request) {
  if (wanted == "landlock_alone") return try_landlock_alone();
  if (wanted == "namespaces_alone") return try_namespaces_alone();
  if (wanted == "descriptors_alone") return try_descriptors_alone();
  if (wanted == "strange_parent_alone") return try_strange_parent_alone();
  const auto action = actions().find(wanted);
  if (action == actions().end()) return 1;
  const int other = open("/dev/null", O_RDWR | O_CLOEXEC);
  SandboxLimits limits;
  limits.memory_bytes = request.memory_bytes;
  limits.cpu_seconds = request.cpu_seconds;
  limits.server = request.server;
  const Result<std::uint32_t> measures = enter_sandbox(limits);
  if (!measures) return kExitSandbox;
  action->second(other);
  answer_well(*measures);
  return kExitAnswered;
}

}  // namespace
}  // namespace hansom::ingest

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  hansom::ingest::wanted = argv[1];
  return hansom::ingest::serve_forks(hansom::ingest::try_it);
}
