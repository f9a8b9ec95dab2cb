// Makes and removes the folder of one test.
#include "tests/support/temp_dir.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "proto/base/check.h"

namespace hansom::test {

TempDir::TempDir() : TempDir(std::filesystem::temp_directory_path()) {}

TempDir::TempDir(const std::filesystem::path& parent) {
  std::string name = (parent / "hansom-test-XXXXXX").string();
  HANSOM_CHECK(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code unread;  // a folder that stays behind does not make a test wrong
  std::filesystem::remove_all(path_, unread);
}

}  // namespace hansom::test
