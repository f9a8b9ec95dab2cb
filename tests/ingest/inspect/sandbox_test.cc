// The sandbox holds: each thing that it forbids is tried by a program inside the same sandbox, run
// by the same parent, and what became of the process is shown by its wait status.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <iostream>
#include <ostream>
#include <string>

#include "ingest/inspect/inspector/answer.h"
#include "ingest/inspect/inspector/sandbox.h"
#include "ingest/inspect/warm_parent.h"
#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

InspectorOptions probe(const std::string& action) {
  InspectorOptions options;
  options.program = HANSOM_SANDBOX_PROBE;
  options.wall_time = std::chrono::seconds(20);
  options.cpu_time = std::chrono::seconds(10);
  options.memory_bytes = 256ULL << 20;
  options.more_arguments = {action};
  return options;
}

struct Attempt {
  std::string action;
  int wait_code = 0;
  int wait_status = 0;
  std::string token;
};

// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest looks for
void PrintTo(const Attempt& attempt, std::ostream* out) {
  *out << attempt.action;
}

class Sandbox : public testing::TestWithParam<Attempt> {};

TEST_P(Sandbox, StopsTheProcess) {
  const Attempt& attempt = GetParam();
  const Inspection inspection = test::inspect_bytes({}, probe(attempt.action));
  std::cout << attempt.action << ": wait code " << inspection.wait_code << ", status "
            << inspection.wait_status << ", " << inspection.report.reason_token() << ": "
            << inspection.report.reason() << "\n";
  EXPECT_EQ(inspection.wait_code, attempt.wait_code);
  EXPECT_EQ(inspection.wait_status, attempt.wait_status);
  EXPECT_EQ(inspection.report.outcome(), evidence::Report::UNDECODABLE);
  EXPECT_EQ(inspection.report.reason_token(), attempt.token);
  EXPECT_FALSE(inspection.report.reason().empty());
}

const Attempt kAttempts[] = {
    {"open", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"socket", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"fork", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"execve", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"io_uring_setup", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"ptrace", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"write_elsewhere", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"read_elsewhere", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"signal_parent", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"signal_thread_of_init", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"unshare", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"map_executable", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"make_executable", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"map_file", CLD_KILLED, SIGSYS, "killed_syscall"},
    {"memory", CLD_EXITED, kExitMemory, "killed_memory"},
    {"memory_in_pieces", CLD_EXITED, kExitMemory, "killed_memory"},
    {"flood", CLD_KILLED, SIGKILL, "bad_answer"},
    {"rubbish", CLD_EXITED, 0, "bad_answer"},
    {"say_nothing", CLD_EXITED, 0, "bad_answer"},
    {"abort", CLD_KILLED, SIGABRT, "crashed"},
    {"bad_pointer", CLD_KILLED, SIGSEGV, "crashed"},
};
INSTANTIATE_TEST_SUITE_P(Forbidden, Sandbox, testing::ValuesIn(kAttempts),
                         [](const auto& attempt) { return attempt.param.action; });

TEST(SandboxAnswer, OneThatIsTooLongNamesTheLimit) {
  const Inspection inspection = test::inspect_bytes({}, probe("flood"));
  EXPECT_EQ(inspection.report.reason(), "the inspector was killed: its answer was over 12 MiB");
}

TEST(SandboxTime, AnEndlessLoopEndsWithItsProcessorTime) {
  InspectorOptions options = probe("endless_loop");
  options.cpu_time = std::chrono::seconds(1);
  const Inspection inspection = test::inspect_bytes({}, options);
  EXPECT_EQ(inspection.wait_code, CLD_KILLED);
  EXPECT_EQ(inspection.wait_status, SIGXCPU);
  EXPECT_EQ(inspection.report.reason_token(), "killed_time");
}

TEST(SandboxTime, AnEndlessLoopEndsWithTheParentsPatience) {
  InspectorOptions options = probe("endless_loop");
  options.wall_time = std::chrono::milliseconds(300);
  const auto start = std::chrono::steady_clock::now();
  const Inspection inspection = test::inspect_bytes({}, options);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(inspection.wait_code, CLD_KILLED);
  EXPECT_EQ(inspection.wait_status, SIGKILL);
  EXPECT_EQ(inspection.report.reason_token(), "killed_time");
}

// Without this the table above could pass with a probe that always dies.
TEST(SandboxControl, WhatIsAllowedPasses) {
  const Inspection inspection = test::inspect_bytes({}, probe("nothing"));
  EXPECT_EQ(inspection.wait_code, CLD_EXITED);
  EXPECT_EQ(inspection.wait_status, 0);
  EXPECT_EQ(inspection.report.outcome(), evidence::Report::DECODABLE);
  for (std::uint32_t bit = 1; bit <= kMeasuresAll; bit <<= 1) {
    std::cout << "measure " << bit
              << ((inspection.measures & bit) != 0 ? " holds" : " REFUSED here") << "\n";
  }
}

TEST(SandboxControl, AMissingProgramIsNotTheClipsFault) {
  InspectorOptions options;
  options.program = "/nonexistent/hansom-inspector";
  const StopSignal never;
  const FileDescriptor null(dup(STDIN_FILENO));
  const auto parent = make_parent(options);
  const auto inspection = inspect(*parent, null, options, never);
  ASSERT_FALSE(inspection);
  EXPECT_EQ(inspection.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(inspection.error().token, "inspector_start");
}

// The layers below the filter hold by themselves.
class Layer : public testing::TestWithParam<std::string> {};

TEST_P(Layer, HoldsAlone) {
  const Inspection inspection = test::inspect_bytes({}, probe(GetParam()));
  ASSERT_EQ(inspection.wait_code, CLD_EXITED);
  if (inspection.wait_status == 2) GTEST_SKIP() << "not to be had on this machine: " << GetParam();
  EXPECT_EQ(inspection.wait_status, 0);
}
INSTANTIATE_TEST_SUITE_P(Alone, Layer,
                         testing::Values("landlock_alone", "namespaces_alone", "descriptors_alone",
                                         "strange_parent_alone"),
                         [](const auto& layer) { return layer.param; });

}  // namespace
}  // namespace hansom::ingest
