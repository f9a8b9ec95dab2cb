// The warm parent: see fork_server.h.
#include "ingest/inspect/inspector/fork_server.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <optional>

#include "ingest/inspect/inspector/answer.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kDescriptors = 2;

// Where memory runs short, the kernel ends inspectors before it ends a server. Children inherit it.
void be_killed_first() {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  static_cast<void>(!write(file, "1000", 4));  // a kernel without it has other ways
  close(file);
}

bool become_parent() {
  be_killed_first();
  if (close_range(kRequestsFd + 1, ~0U, 0) != 0) return false;
  const rlimit none{0, 0};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
         prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0;
}

struct Received {
  ForkRequest request;
  std::array<int, kDescriptors> descriptors{-1, -1};  // clip, answer
};

// The next request; nothing once the server is gone or speaks another language.
std::optional<Received> receive() {
  Received received;
  iovec bytes{&received.request, sizeof(received.request)};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(received.descriptors))> control{};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = recvmsg(kRequestsFd, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (got != sizeof(received.request) || received.request.magic != kForkMagic ||
      (message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0 || rights == nullptr ||
      rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS ||
      rights->cmsg_len != CMSG_LEN(sizeof(received.descriptors))) {
    return std::nullopt;
  }
  std::memcpy(received.descriptors.data(), CMSG_DATA(rights), sizeof(received.descriptors));
  return received;
}

// In the child: the clip as 0, the pipe as 1, and the way back to the server closed with all else.
bool take_places(const std::array<int, kDescriptors>& descriptors) {
  static_assert(kClipFd == 0 && kAnswerFd == 1 && kRequestsFd == kClipFd);
  return dup2(descriptors[0], kClipFd) == kClipFd && dup2(descriptors[1], kAnswerFd) == kAnswerFd &&
         close_range(kAnswerFd + 1, ~0U, 0) == 0;
}

int be_child(const Received& received, int (*inspect)(const ForkRequest&)) {
  if (!take_places(received.descriptors)) return kExitSandbox;
  try {
    return inspect(received.request);
  } catch (const std::bad_alloc&) {
    return kExitMemory;
  }
}

}  // namespace

int serve_forks(int (*inspect)(const ForkRequest&)) {
  if (!become_parent()) return kExitSandbox;
  while (const std::optional<Received> received = receive()) {
    // As fork(), but the child is the server's: it alone waits for it, so its id stays its own
    // until the server has seen its end. glibc's handlers of fork() are for processes with threads.
    const long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, 0);
    const int error = errno;
    // No destructor runs: they might ask for what the sandbox forbids.
    if (child == 0) _exit(be_child(*received, inspect));
    for (const int descriptor : received->descriptors) close(descriptor);
    ForkReply reply;
    reply.process = child < 0 ? 0 : static_cast<std::int32_t>(child);
    reply.error = child < 0 ? error : 0;
    if (send(kRequestsFd, &reply, sizeof(reply), MSG_NOSIGNAL) != sizeof(reply)) break;
  }
  return 0;
}

}  // namespace hansom::ingest
