// The sandbox: one function, entered before a byte of the clip is touched, that cannot be left.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/base/result.h"

namespace hansom::ingest {

// Measures that the system may refuse. The others (limits, no new privileges, not dumpable, no
// capabilities, the system-call filter) hold or the inspector does not start.
enum Measure : std::uint32_t {
  kMeasureUserNamespace = 1U << 0,
  kMeasureNetNamespace = 1U << 1,
  kMeasureIpcNamespace = 1U << 2,
  kMeasureUtsNamespace = 1U << 3,
  kMeasureMountNamespace = 1U << 4,
  kMeasureEmptyRoot = 1U << 5,  // the mount namespace holds one empty, read-only directory
  kMeasureLandlock = 1U << 6,   // no path may be opened
};
inline constexpr std::uint32_t kMeasuresAll = (1U << 7) - 1;

struct SandboxLimits {
  std::uint64_t memory_bytes = 0;  // address space beyond what is mapped on entry
  std::uint32_t cpu_seconds = 0;
  int answer_fd = 1;  // the one descriptor that may be written
  int server = 0;     // process that must be the parent by then; 0: any
};

// Enters the sandbox for good: this process can then compute, allocate within its limits, write to
// answer_fd and end; any other system call kills it with SIGSYS. Returns the measures that hold.
// Error: kInternal `inspector_sandbox` when a measure that must hold does not; the process must
// then end. Requires: one thread.
[[nodiscard]] Result<std::uint32_t> enter_sandbox(const SandboxLimits& limits);

// Its parts, in the order they are taken.
[[nodiscard]] std::uint32_t enter_namespaces();
[[nodiscard]] bool forbid_paths();  // Landlock; requires no_new_privs
[[nodiscard]] Status install_system_call_filter(int answer_fd);

}  // namespace hansom::ingest
