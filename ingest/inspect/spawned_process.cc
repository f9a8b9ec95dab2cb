// A child process with two descriptors and nothing else: see spawned_process.h.
#include "ingest/inspect/spawned_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace hansom::ingest {
namespace {

// Above the descriptors that the child's 0 and 1 will take the place of.
constexpr int kLowestFd = 10;

tl::unexpected<Error> not_started(const char* what, int error_number) {
  return fail(ErrorKind::kUnavailable, "inspector_start",
              std::string(what) + ": " + std::strerror(error_number));
}

class FileActions {
 public:
  FileActions(int input, int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, 1);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 2);
  }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    // A group of its own: a terminal's Ctrl-C is for the server, which ends its inspectors itself.
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<SpawnedProcess> SpawnedProcess::start(const std::filesystem::path& program,
                                             const std::vector<std::string>& arguments, int input,
                                             int output) {
  const FileDescriptor in(fcntl(input, F_DUPFD_CLOEXEC, kLowestFd));
  const FileDescriptor out(fcntl(output, F_DUPFD_CLOEXEC, kLowestFd));
  if (!in.valid() || !out.valid()) return not_started("duplicate descriptors", errno);
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string zone = "TZ=UTC";
  std::array<char*, 2> environment{zone.data(), nullptr};

  const FileActions actions(in.get(), out.get());
  const Attributes attributes;
  pid_t id = -1;
  const int error = posix_spawn(&id, program.c_str(), actions.get(), attributes.get(), argv.data(),
                                environment.data());
  if (error != 0) return not_started(program.c_str(), error);
  return adopt(id);
}

Result<SpawnedProcess> SpawnedProcess::adopt(int id) {
  // Nobody else reaps this child, so its id cannot have been used again.
  FileDescriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
  const int pidfd_error = errno;
  SpawnedProcess process(id, std::move(pidfd));
  if (!process.pidfd_.valid()) return not_started("pidfd_open", pidfd_error);
  return process;
}

SpawnedProcess::SpawnedProcess(SpawnedProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)), pidfd_(std::move(other.pidfd_)) {}

SpawnedProcess::~SpawnedProcess() {
  if (id_ < 0) return;
  kill();
  static_cast<void>(reap());
}

void SpawnedProcess::kill() {
  if (id_ >= 0) ::kill(id_, SIGKILL);
}

ProcessEnd SpawnedProcess::reap() {
  siginfo_t info{};
  int waited = 0;
  do {
    waited = waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED);
  } while (waited != 0 && errno == EINTR);
  id_ = -1;
  return waited == 0 ? ProcessEnd{info.si_code, info.si_status} : ProcessEnd{};
}

}  // namespace hansom::ingest
