// Debian's `age` opens what we seal, and we open what it seals.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/age/age.h"

namespace hansom::age {
namespace {

namespace fs = std::filesystem;

class Interop : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "hansom-age-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    if (run({"age", "--version"}) == 127) {
      GTEST_SKIP()
          << "the command `age` is not installed: sealing and opening against it was skipped";
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  // The exit code; 127 when the command is not there. Output goes to a file.
  int run(std::vector<std::string> arguments) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string log = folder_ / "output";
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_t child = 0;
    const int spawned =
        posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (spawned != 0) return 127;
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

  void write(const std::string& name, ByteSpan bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << as_text(bytes);
  }
  Bytes read(const std::string& name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    return to_bytes(std::string((std::istreambuf_iterator<char>(in)), {}));
  }
  std::string path(const std::string& name) { return folder_ / name; }

  fs::path folder_;
};

const std::vector<std::size_t> kSizes = {0,        1, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1,
                                         1'000'000};

TEST_F(Interop, AgeOpensWhatWeSeal) {
  const Identity ours = Identity::generate(system_random());
  const Identity theirs = Identity::generate(system_random());
  write("identity", as_bytes(theirs.text().text()));
  const std::vector<Recipient> recipients = {ours.recipient(), theirs.recipient()};
  for (const std::size_t size : kSizes) {
    Bytes plain(size);
    system_random().fill(plain);
    write("sealed", seal(plain, recipients, system_random()).value());
    EXPECT_EQ(run({"age", "-d", "-i", path("identity"), "-o", path("opened"), path("sealed")}), 0);
    EXPECT_EQ(read("opened"), plain) << size;
    fs::remove(folder_ / "opened");
  }
}

TEST_F(Interop, WeOpenWhatAgeSeals) {
  std::vector<Identity> identities;
  identities.push_back(Identity::generate(system_random()));
  const std::string other = Identity::generate(system_random()).recipient().text();
  for (const std::size_t size : kSizes) {
    Bytes plain(size);
    system_random().fill(plain);
    write("plain", plain);
    EXPECT_EQ(run({"age", "-r", other, "-r", identities[0].recipient().text(), "-o", path("sealed"),
                   path("plain")}),
              0);
    const auto opened = open(read("sealed"), identities);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, plain) << size;
    fs::remove(folder_ / "sealed");
  }
}

}  // namespace
}  // namespace hansom::age
