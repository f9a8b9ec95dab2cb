// One inspector process, from start to report: see inspector_process.h.
#include "ingest/inspect/inspector_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "ingest/inspect/inspector/answer.h"
#include "ingest/inspect/report_check.h"
#include "ingest/inspect/spawned_process.h"
#include "ingest/inspect/warm_parent.h"
#include "proto/base/check.h"

namespace hansom::ingest {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// Why we killed a process ourselves.
enum class Verdict { kNone, kTooLate, kTooMuch, kStopped };

struct Watched {
  Verdict verdict = Verdict::kNone;
  ProcessEnd end;
  Bytes answer;
};

// Takes what the pipe holds. False once there is nothing more to come.
bool drain(int pipe, Bytes& answer) {
  std::array<std::uint8_t, 64UL * 1024> buffer{};
  while (answer.size() <= kAnswerHeaderBytes + kAnswerBytesMax) {
    const ssize_t got = read(pipe, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    if (got == 0) return false;
    answer.insert(answer.end(), buffer.data(), buffer.data() + got);
  }
  return true;
}

int milliseconds_until(SteadyTime deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

// Reads the answer until the process ends by itself or has to be ended.
Watched watch(SpawnedProcess& process, const FileDescriptor& pipe, SteadyTime deadline,
              const StopSignal& stop) {
  Watched watched;
  bool open = true;
  bool running = true;
  while (running && watched.verdict == Verdict::kNone) {
    std::array<pollfd, 3> ready{pollfd{process.descriptor(), POLLIN, 0},
                                pollfd{stop.descriptor(), POLLIN, 0},
                                pollfd{open ? pipe.get() : -1, POLLIN, 0}};
    static_cast<void>(poll(ready.data(), ready.size(), milliseconds_until(deadline)));
    running = ready[0].revents == 0;
    if (open) open = drain(pipe.get(), watched.answer);
    if (watched.answer.size() > kAnswerHeaderBytes + kAnswerBytesMax) {
      watched.verdict = Verdict::kTooMuch;
    } else if (ready[1].revents != 0) {
      watched.verdict = Verdict::kStopped;
    } else if (running && std::chrono::steady_clock::now() >= deadline) {
      watched.verdict = Verdict::kTooLate;
    }
  }
  if (running) process.kill();
  watched.end = process.reap();
  return watched;
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

evidence::Report report_of_signal(int signal) {
  switch (signal) {
    case SIGSYS:
      return undecodable(
          "killed_syscall",
          "the inspector was killed: it made a system call that its sandbox forbids");
    case SIGXCPU:
      return undecodable("killed_time", "the inspector was killed: it used up its processor time");
    case SIGKILL:
      return undecodable("killed", "the inspector was killed from outside, perhaps for memory");
    default:
      return undecodable("crashed", "the inspector crashed with " + signal_name(signal));
  }
}

evidence::Report report_of_exit(int status) {
  if (status == kExitMemory) {
    return undecodable("killed_memory", "the inspector needed more memory than it may have");
  }
  return undecodable("crashed", "the inspector ended with status " + std::to_string(status));
}

// The report inside a complete answer, and the measures its header tells.
bool take_answer(const Bytes& answer, Inspection& inspection) {
  const std::optional<AnswerHeader> header = decode_header(answer);
  if (!header || answer.size() != kAnswerHeaderBytes + header->report_bytes) return false;
  std::optional<evidence::Report> report =
      read_report(ByteSpan(answer).subspan(kAnswerHeaderBytes));
  if (!report) return false;
  inspection.report = *std::move(report);
  inspection.measures = header->measures;
  return true;
}

Result<Inspection> conclude(const Watched& watched, const InspectorOptions& options) {
  Inspection inspection;
  inspection.wait_code = watched.end.code;
  inspection.wait_status = watched.end.status;
  const int status = watched.end.status;
  if (watched.verdict == Verdict::kStopped) {
    return fail(ErrorKind::kCancelled, "cancelled", "the inspection was stopped");
  }
  if (watched.verdict == Verdict::kTooLate) {
    inspection.report =
        undecodable("killed_time", "the inspector was killed after " +
                                       std::to_string(options.wall_time.count()) + " ms");
  } else if (watched.verdict == Verdict::kTooMuch) {
    inspection.report =
        undecodable("bad_answer", "the inspector was killed: its answer was over " +
                                      std::to_string(kAnswerBytesMax >> 20U) + " MiB");
  } else if (watched.end.code == 0) {
    return fail(ErrorKind::kUnavailable, "inspector_start",
                "the inspector's end was not seen: SIGCHLD must not be ignored");
  } else if (watched.end.code != CLD_EXITED) {
    inspection.report = report_of_signal(status);
  } else if (status == kExitSandbox) {
    return fail(ErrorKind::kUnavailable, "inspector_sandbox",
                "the inspector cannot enter its sandbox on this machine (are seccomp filters and "
                "lower limits allowed?)");
  } else if (status == kExitBadClipFd) {
    return fail(ErrorKind::kUnavailable, "inspector_start",
                options.program.string() + " did not take the clip: it is no sealed memfd");
  } else if (status != kExitAnswered) {
    inspection.report = report_of_exit(status);
  } else if (!take_answer(watched.answer, inspection)) {
    inspection.report = undecodable("bad_answer", "the inspector's answer is not a report");
  }
  return inspection;
}

}  // namespace

StopSignal::StopSignal() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  HANSOM_CHECK(event_.valid());
}

void StopSignal::raise() {
  static_cast<void>(eventfd_write(event_.get(), 1));
}

bool StopSignal::raised() const {
  pollfd ready{event_.get(), POLLIN, 0};
  return poll(&ready, 1, 0) == 1;
}

Result<Inspection> inspect(WarmParent& parent, const FileDescriptor& clip,
                           const InspectorOptions& options, const StopSignal& stop,
                           const OnStart& on_start) {
  struct stat status {};
  if (fstat(clip.get(), &status) != 0 ||
      static_cast<std::uint64_t>(status.st_size) > kInspectedClipBytesMax) {
    return Inspection{undecodable("too_large", "the clip is larger than is inspected"), 0, 0, 0};
  }
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorKind::kUnavailable, "inspector_start",
                std::string("make a pipe: ") + std::strerror(errno));
  }
  const FileDescriptor answer(ends[0]);
  FileDescriptor theirs(ends[1]);
  static_cast<void>(fcntl(answer.get(), F_SETFL, O_NONBLOCK));

  ForkRequest request;
  request.level = options.level;
  request.memory_bytes = options.memory_bytes;
  request.cpu_seconds = static_cast<std::uint32_t>(options.cpu_time.count());
  HANSOM_TRY_ASSIGN(ForkedProcess child, parent.fork(request, clip.get(), theirs.get()));
  const SteadyTime deadline = std::chrono::steady_clock::now() + options.wall_time;
  theirs.reset();  // so that the pipe ends with the process
  if (on_start) on_start(child.process.id());
  const Watched watched = watch(child.process, answer, deadline, stop);
  Result<Inspection> inspection = conclude(watched, options);
  if (!inspection || inspection->report.inspector_version().empty()) parent.retire(child);
  return inspection;
}

std::unique_ptr<WarmParent> make_parent(const InspectorOptions& options) {
  return std::make_unique<WarmParent>(options.program, options.more_arguments);
}

evidence::Report undecodable(std::string token, std::string reason) {
  evidence::Report report;
  report.set_outcome(evidence::Report::UNDECODABLE);
  report.set_reason_token(std::move(token));
  report.set_reason(std::move(reason));
  return report;
}

}  // namespace hansom::ingest
