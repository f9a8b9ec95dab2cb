// The warm parent of inspectors, seen from the server: see warm_parent.h.
#include "ingest/inspect/warm_parent.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace hansom::ingest {
namespace {

constexpr timeval kPatience{20, 0};   // for a start and an answer; beyond it the parent is given up
constexpr int kEndPatienceMs = 1000;  // for the end of one that has closed its socket
constexpr std::size_t kDescriptors = 2;

tl::unexpected<Error> not_started(std::string message) {
  return fail(ErrorKind::kUnavailable, "inspector_start", std::move(message));
}

}  // namespace

// One process that makes children, the end of its socket, and all that came of it: they are one
// process group, which goes with the last who uses it.
class ParentProcess {
 public:
  static Result<std::shared_ptr<ParentProcess>> start(const std::filesystem::path& program,
                                                      const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      return not_started(std::string("make a socket: ") + std::strerror(errno));
    }
    FileDescriptor ours(ends[0]);
    const FileDescriptor theirs(ends[1]);
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
      if (setsockopt(ours.get(), SOL_SOCKET, option, &kPatience, sizeof(kPatience)) != 0) {
        return not_started(std::string("set a socket's patience: ") + std::strerror(errno));
      }
    }
    HANSOM_TRY_ASSIGN(SpawnedProcess process,
                      SpawnedProcess::start(program, arguments, theirs.get(), theirs.get()));
    return std::make_shared<ParentProcess>(std::move(process), std::move(ours));
  }

  ParentProcess(SpawnedProcess process, FileDescriptor socket)
      : group_(process.id()), process_(std::move(process)), socket_(std::move(socket)) {}
  ~ParentProcess() {
    // A child whose name never came back would be left: the group has them all. Its id is nobody
    // else's until the last of them is reaped, the parent among them.
    ::kill(-group_, SIGKILL);
    siginfo_t info{};
    while (waitid(P_PGID, static_cast<id_t>(group_), &info, WEXITED) == 0 || errno == EINTR) {
    }
    process_.forget();
  }
  ParentProcess(const ParentProcess&) = delete;
  ParentProcess& operator=(const ParentProcess&) = delete;

  enum class Asked { kYes, kNo };
  // Whether the request has left; then there may be a child, known or not.
  Asked ask(const ForkRequest& request, int clip, int answer) {
    ++children_;
    ForkRequest copy = request;
    iovec bytes{&copy, sizeof(copy)};
    const std::array<int, kDescriptors> descriptors{clip, answer};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(descriptors))> control{};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(descriptors));
    std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof(descriptors));
    ssize_t sent = 0;
    do {
      sent = sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == sizeof(copy) ? Asked::kYes : Asked::kNo;
  }

  Result<SpawnedProcess> answer() {
    ForkReply reply;
    ssize_t got = 0;
    do {
      got = recv(socket_.get(), &reply, sizeof(reply), 0);
    } while (got < 0 && errno == EINTR);
    const bool gave_up = got < 0 && errno == EAGAIN;
    if (gave_up) return not_started("the inspectors' parent does not answer");
    if (got != sizeof(reply) || reply.magic != kForkMagic) return not_started(how_ended());
    if (reply.process <= 0) {
      return not_started(std::string("fork an inspector: ") + std::strerror(reply.error));
    }
    return SpawnedProcess::adopt(reply.process);
  }

  // For whoever meets a closed socket.
  std::string how_ended() {
    pollfd end{process_.descriptor(), POLLIN, 0};
    siginfo_t info{};
    const bool exited =
        poll(&end, 1, kEndPatienceMs) == 1 &&
        waitid(P_PID, static_cast<id_t>(group_), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
        info.si_code == CLD_EXITED;
    return "the inspectors' parent ended" +
           (exited ? " with status " + std::to_string(info.si_status) +
                         " before it began: is its installation whole?"
                   : std::string());
  }

  [[nodiscard]] bool used_up() const { return children_ >= WarmParent::kChildrenMax; }

 private:
  const int group_;
  SpawnedProcess process_;
  FileDescriptor socket_;
  unsigned children_ = 0;
};

WarmParent::WarmParent(std::filesystem::path program, std::vector<std::string> arguments)
    : program_(std::move(program)), arguments_(std::move(arguments)) {}

WarmParent::~WarmParent() = default;

Result<ForkedProcess> WarmParent::fork(ForkRequest request, int clip, int answer) {
  request.server = getpid();
  const std::lock_guard lock(mutex_);
  if (current_ && current_->used_up()) current_.reset();
  // One that died since it was last asked is found out by asking; nothing has come of that.
  if (current_ && current_->ask(request, clip, answer) == ParentProcess::Asked::kNo) {
    current_.reset();
  } else if (current_) {
    return take_child();
  }
  HANSOM_TRY_ASSIGN(current_, ParentProcess::start(program_, arguments_));
  ++started_;
  if (current_->ask(request, clip, answer) == ParentProcess::Asked::kNo) {
    const std::string how = current_->how_ended();
    current_.reset();
    return not_started(program_.string() + ": " + how);
  }
  return take_child();
}

Result<ForkedProcess> WarmParent::take_child() {
  Result<SpawnedProcess> child = current_->answer();
  if (child) return ForkedProcess{current_, *std::move(child)};
  current_.reset();
  return fail(std::move(child).error().in(program_.string()));
}

void WarmParent::retire(const ForkedProcess& child) {
  const std::lock_guard lock(mutex_);
  if (current_ == child.parent) current_.reset();
}

std::uint64_t WarmParent::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

}  // namespace hansom::ingest
