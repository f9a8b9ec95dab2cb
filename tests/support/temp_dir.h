// A folder for one test, removed with everything in it.
#pragma once

#include <filesystem>

namespace hansom::test {

class TempDir {
 public:
  // Makes a fresh folder (mode 0700) under TMPDIR or /tmp. Aborts when that fails.
  TempDir();
  // A fresh folder under `parent`, for tests that need a certain file system.
  explicit TempDir(const std::filesystem::path& parent);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const {
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace hansom::test
