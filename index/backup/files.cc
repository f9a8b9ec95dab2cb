// Second names, folders and one sync for the files of a backup.
#include "index/backup/files.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/durable_file.h"

namespace hansom::backup {

namespace fs = std::filesystem;

Result<bool> link_file(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return true;
  if (errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP) return false;
  return fail(durable::storage_error(errno, "link", errno == ENOENT ? from : to));
}

Result<std::uint64_t> file_bytes(const fs::path& file) {
  struct stat found {};
  if (::lstat(file.c_str(), &found) != 0) {
    return fail(durable::storage_error(errno, "stat", file));
  }
  return static_cast<std::uint64_t>(found.st_size);
}

Status sync_all_under(const fs::path& directory) {
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return fail(durable::storage_error(errno, "open", directory));
  return durable::sync_file_system(fd.get(), directory);
}

Status make_folder(const fs::path& directory, unsigned mode) {
  std::error_code failed;
  if (fs::is_directory(directory, failed)) return {};
  return durable::make_directories(directory, mode);
}

}  // namespace hansom::backup
