// Inspectors come from one warm parent, and nothing that happens to it or to one of them reaches
// another.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ingest/inspect/sealed_memfd.h"
#include "ingest/inspect/warm_parent.h"
#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::ingest {
namespace {

constexpr int kPatienceMs = 20'000;

InspectorOptions probe(const std::string& action) {
  InspectorOptions options;
  options.program = HANSOM_SANDBOX_PROBE;
  options.wall_time = std::chrono::seconds(20);
  options.more_arguments = {action};
  return options;
}

// An inspection of a few bytes by the real program or a probe.
class WarmParentTest : public testing::Test {
 protected:
  Result<Inspection> run(WarmParent& parent, const InspectorOptions& options,
                         const OnStart& on_start = {}) {
    return inspect(parent, *clip_, options, never_, on_start);
  }
  // The token of one inspection; an error's, too.
  std::string token(WarmParent& parent, const InspectorOptions& options,
                    const OnStart& on_start = {}) {
    const auto done = run(parent, options, on_start);
    return done ? done->report.reason_token() : std::string(done.error().token);
  }

  const Result<FileDescriptor> clip_ = bytes_to_memfd(Bytes{1, 2, 3});
  const StopSignal never_;
};

FileDescriptor process_descriptor(pid_t id) {
  return FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
}

bool ends(const FileDescriptor& process) {
  pollfd end{process.get(), POLLIN, 0};
  return poll(&end, 1, kPatienceMs) == 1;
}

TEST_F(WarmParentTest, OneParentServesManyClipsWithAProcessEach) {
  const InspectorOptions options = test::real_inspector();
  const auto parent = make_parent(options);
  std::set<int> processes;
  std::set<int> groups;
  for (int i = 0; i < 8; ++i) {
    const auto done = run(*parent, options, [&](int id) {
      processes.insert(id);
      groups.insert(getpgid(id));
    });
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->report.reason_token(), "unsupported_format");
  }
  EXPECT_EQ(processes.size(), 8U);
  EXPECT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.count(getpgrp()), 0U);
  EXPECT_EQ(parent->started(), 1U);
}

TEST_F(WarmParentTest, ADeadParentIsReplacedAndItsChildrenEndWell) {
  const InspectorOptions options = test::real_inspector();
  const auto parent = make_parent(options);
  // Killed while its child is at work: the child is not its own.
  EXPECT_EQ(token(*parent, options, [](int id) { kill(getpgid(id), SIGKILL); }),
            "unsupported_format");
  EXPECT_EQ(token(*parent, options), "unsupported_format");
  EXPECT_EQ(parent->started(), 2U);
}

TEST_F(WarmParentTest, WhatMadeAnInspectorDieMeetsAnotherLayoutNextTime) {
  for (const char* const action : {"bad_pointer", "open", "rubbish"}) {
    const InspectorOptions options = probe(action);
    const auto parent = make_parent(options);
    std::set<int> groups;
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(run(*parent, options, [&](int id) { groups.insert(getpgid(id)); }));
    }
    EXPECT_EQ(groups.size(), 3U) << action;
    EXPECT_EQ(parent->started(), 3U) << action;
  }
}

TEST_F(WarmParentTest, NoLayoutLastsForEver) {
  const InspectorOptions options = test::real_inspector();
  const auto parent = make_parent(options);
  for (unsigned i = 0; i <= WarmParent::kChildrenMax; ++i) {
    ASSERT_EQ(token(*parent, options), "unsupported_format") << i;
  }
  EXPECT_EQ(parent->started(), 2U);
}

TEST_F(WarmParentTest, TheParentHasNothingOfAClip) {
  InspectorOptions options = probe("endless_loop");
  options.wall_time = std::chrono::milliseconds(500);
  const auto parent = make_parent(options);
  std::set<std::string> open;
  std::string maps;
  EXPECT_EQ(
      token(*parent, options,
            [&](int id) {
              const std::filesystem::path of = "/proc/" + std::to_string(getpgid(id));
              std::error_code refused;
              for (const auto& entry : std::filesystem::directory_iterator(of / "fd", refused)) {
                open.insert(entry.path().filename());
              }
              std::ifstream file(of / "maps");
              maps.assign(std::istreambuf_iterator<char>(file), {});
            }),
      "killed_time");
  if (maps.empty()) GTEST_SKIP() << "only root sees what the parent has";
  EXPECT_EQ(open, std::set<std::string>{"0"});
  EXPECT_EQ(maps.find("memfd"), std::string::npos);
}

TEST_F(WarmParentTest, ManyThreadsShareOne) {
  const InspectorOptions options = test::real_inspector();
  const auto parent = make_parent(options);
  ASSERT_EQ(token(*parent, options), "unsupported_format");  // by this thread, which outlives them
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10; ++n) EXPECT_EQ(token(*parent, options), "unsupported_format");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(parent->started(), 1U);
}

TEST_F(WarmParentTest, WhatIsNoParentIsNotTheClipsFault) {
  InspectorOptions options;
  options.program = "/bin/true";
  auto parent = make_parent(options);
  EXPECT_EQ(token(*parent, options), "inspector_start");
  options = probe("nothing");
  options.more_arguments.clear();  // ends with status 1
  parent = make_parent(options);
  const auto done = run(*parent, options);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("status 1"), std::string::npos) << done.error().message;
}

TEST_F(WarmParentTest, AllDieWithTheServer) {
  std::array<int, 2> ends_of_pipe{};
  ASSERT_EQ(pipe(ends_of_pipe.data()), 0);
  const FileDescriptor ours(ends_of_pipe[0]);
  FileDescriptor theirs(ends_of_pipe[1]);
  const pid_t server = fork();
  ASSERT_GE(server, 0);
  if (server == 0) {
    InspectorOptions options = probe("endless_loop");
    const auto parent = make_parent(options);
    static_cast<void>(run(*parent, options, [&](int id) {
      const std::array<pid_t, 2> ids{id, getpgid(id)};
      static_cast<void>(!write(theirs.get(), ids.data(), sizeof(ids)));
    }));
    _exit(0);
  }
  theirs.reset();
  std::array<pid_t, 2> ids{};
  ASSERT_EQ(read(ours.get(), ids.data(), sizeof(ids)), static_cast<ssize_t>(sizeof(ids)));
  const FileDescriptor inspector = process_descriptor(ids[0]);
  const FileDescriptor parent = process_descriptor(ids[1]);
  ASSERT_TRUE(inspector.valid() && parent.valid());
  ASSERT_EQ(kill(server, SIGKILL), 0);
  EXPECT_TRUE(ends(inspector));
  EXPECT_TRUE(ends(parent));
  int status = 0;
  EXPECT_EQ(waitpid(server, &status, 0), server);
}

}  // namespace
}  // namespace hansom::ingest
