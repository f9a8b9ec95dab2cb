// kill -9 at random moments: after the restart every acknowledged leaf is there, bit for bit.
#include <csignal>
#include <map>
#include <random>
#include <sstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "index/journal/verify.h"
#include "proto/base/durable_file.h"
#include "tests/index/journal/fixture.h"

namespace hansom::journal {
namespace {

constexpr int kRounds = 12;

// Runs the commit loop until it has written `bytes_min` bytes, kills it, and returns all it wrote.
std::string run_and_kill(const std::filesystem::path& store, const std::filesystem::path& key,
                         std::size_t bytes_min) {
  std::array<int, 2> pipe_ends{};
  EXPECT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  const FileDescriptor in(pipe_ends[0]);
  FileDescriptor out(pipe_ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.get(), STDOUT_FILENO);
  std::string program = HANSOM_COMMIT_LOOP;
  std::string store_text = store.string();
  std::string key_text = key.string();
  std::array<char*, 4> arguments = {program.data(), store_text.data(), key_text.data(), nullptr};
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ),
            0);
  posix_spawn_file_actions_destroy(&actions);
  out.reset();

  std::string text;
  std::array<char, 4096> buffer{};
  bool killed = false;
  for (ssize_t n = 0; (n = ::read(in.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(n));
    if (text.size() >= bytes_min && !killed) {
      EXPECT_EQ(::kill(child, SIGKILL), 0);
      killed = true;
    }
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
  return text;
}

TEST_F(JournalTest, AfterAKillEveryAcknowledgedLeafIsThere) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto key = folder_ / "key.pem";
  ASSERT_TRUE(durable::create_once(key, pem_.span()));
  std::map<std::uint64_t, std::string> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = run_and_kill(store_path(), key, 1 + random() % 60'000);
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    for (std::uint64_t index = 0; lines >> index;) {
      std::string leaf;
      lines >> leaf;
      EXPECT_TRUE(acknowledged.emplace(index, leaf).second) << "leaf " << index << " twice";
    }
    restart();
    ASSERT_FALSE(acknowledged.empty());
    ASSERT_GT(journal_->head().size, acknowledged.rbegin()->first);
    for (const auto& [index, leaf] : acknowledged) {
      ASSERT_EQ(to_hex(journal_->read(LeafIndex{index})->leaf), leaf) << index;
    }
    expect_proven(LeafIndex{acknowledged.rbegin()->first});
    close();
  }
  const auto report = verify({.store = store_path(),
                              .vault = std::nullopt,
                              .key = signer().verifier(),
                              .vault_every = 1,
                              .progress = {}});
  EXPECT_TRUE(report && report->clean());
  RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
}

}  // namespace
}  // namespace hansom::journal
