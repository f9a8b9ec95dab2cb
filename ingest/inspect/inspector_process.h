// One inspector process: start it, feed it, watch it, take its answer, and make a report of every
// way in which it can end.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/durable_file.h"
#include "proto/base/result.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

class WarmParent;

struct InspectorOptions {
  evidence::Report::Level level = evidence::Report::KEYFRAMES;
  std::filesystem::path program;  // hansom-inspector
  std::chrono::milliseconds wall_time{120'000};
  std::chrono::seconds cpu_time{60};
  std::uint64_t memory_bytes = 1ULL << 30;  // beside the clip itself
  std::vector<std::string> more_arguments;  // for programs that tests put in the inspector's place
};

// Asks inspections to end at once, from any thread. One-way; owned by whoever starts them.
class StopSignal {
 public:
  StopSignal();
  void raise();
  [[nodiscard]] bool raised() const;
  // Readable once raised; for poll.
  [[nodiscard]] int descriptor() const { return event_.get(); }

 private:
  FileDescriptor event_;
};

struct Inspection {
  evidence::Report report;
  std::uint32_t measures = 0;  // of inspector/sandbox.h; 0 when the inspector died before answering
  int wait_code = 0;           // waitid's si_code and si_status of the process
  int wait_status = 0;
};

// Called with the process's id right after its start; for tests and for the log.
using OnStart = std::function<void(int process_id)>;

// The parent that inspectors with these options come from.
[[nodiscard]] std::unique_ptr<WarmParent> make_parent(const InspectorOptions& options);

// Inspects one clip in a process of its own and waits for it, at most options.wall_time. `clip` is
// a sealed memfd (sealed_memfd.h). Never throws and leaves no process behind but the parent, which
// is retired where an inspector died.
//
// What the clip does to the inspector is a report with outcome UNDECODABLE, never an error; then
// reason_token is killed_time, killed_memory, killed_syscall, killed (by a signal from outside),
// crashed, bad_answer or too_large (over kInspectedClipBytesMax). Errors say something about this
// machine, not about the clip: kCancelled `cancelled` (stop was raised), kUnavailable
// `inspector_start` (program missing, no processes, no descriptors), kUnavailable
// `inspector_sandbox` (the sandbox cannot be had here).
[[nodiscard]] Result<Inspection> inspect(WarmParent& parent, const FileDescriptor& clip,
                                         const InspectorOptions& options, const StopSignal& stop,
                                         const OnStart& on_start = {});

// A report that says why a clip was not inspected.
[[nodiscard]] evidence::Report undecodable(std::string token, std::string reason);

}  // namespace hansom::ingest
