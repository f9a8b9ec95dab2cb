// The only place that syncs.
#include "proto/base/durable_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/random.h"
#include "proto/base/write_all.h"
#include "proto/base/write_back.h"

namespace hansom {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() {
  return std::exchange(fd_, -1);
}

void FileDescriptor::reset() {
  // Nothing is lost by a failed close: whatever must be durable was synced before.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

namespace durable {
namespace {

namespace fs = std::filesystem;

fs::path parent_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

// Also where the disk is full: by then names or bytes have changed and only a restart can tell
// which of them are durable. `disk_full` is for calls that have changed nothing.
Error sync_error(int error_number, std::string_view what, const fs::path& path) {
  Error error = storage_error(error_number, what, path);
  error.kind = ErrorKind::kStorage;
  error.token = "storage_failed";
  return error;
}

Status sync_all(int fd, const fs::path& path) {
  if (::fsync(fd) != 0) return fail(sync_error(errno, "fsync", path));
  return {};
}

// Writes a synced temporary file beside `path` and returns its name.
Result<fs::path> write_temporary(const fs::path& path, ByteSpan bytes, unsigned mode) {
  std::array<std::uint8_t, 8> suffix{};
  system_random().fill(suffix);
  fs::path temporary = parent_of(path) / ("." + path.filename().string() + "." + to_hex(suffix));
  const FileDescriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd.valid()) return fail(storage_error(errno, "create", temporary));
  Status done = write_all(fd.get(), bytes, temporary);
  if (done) done = sync_all(fd.get(), temporary);
  if (!done) {
    ::unlink(temporary.c_str());
    return fail(std::move(done).error());
  }
  return temporary;
}

}  // namespace

Error storage_error(int error_number, std::string_view what, const fs::path& path) {
  std::string message = path.string();
  message.append(": ").append(what).append(": ").append(std::strerror(error_number));
  switch (error_number) {
    case ENOENT:
      return {ErrorKind::kNotFound, "not_found", std::move(message)};
    case EEXIST:
      return {ErrorKind::kConflict, "already_exists", std::move(message)};
    case ENOSPC:
    case EDQUOT:
      return {ErrorKind::kStorage, "disk_full", std::move(message)};
    default:
      return {ErrorKind::kStorage, "storage_failed", std::move(message)};
  }
}

Status write_all(int fd, ByteSpan bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(storage_error(n < 0 ? errno : EIO, "write", path));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Status create_once(const fs::path& path, ByteSpan bytes, unsigned mode) {
  HANSOM_TRY_ASSIGN(const fs::path temporary, write_temporary(path, bytes, mode));
  auto done = publish_by_rename(temporary, path);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

Status replace(const fs::path& path, ByteSpan bytes, unsigned mode) {
  HANSOM_TRY_ASSIGN(const fs::path temporary, write_temporary(path, bytes, mode));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error_number = errno;
    ::unlink(temporary.c_str());
    return fail(storage_error(error_number, "rename", path));
  }
  return sync_directory(parent_of(path));
}

Status append_sync(int fd, ByteSpan bytes, const fs::path& path) {
  HANSOM_TRY(write_all(fd, bytes, path));
  return sync_data(fd, path);
}

Status remove_unsynced(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return fail(storage_error(errno, "unlink", path));
}

Status remove_synced(const fs::path& path) {
  HANSOM_TRY(remove_unsynced(path));
  return sync_directory(parent_of(path));
}

Status rename_unsynced(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  return fail(storage_error(errno, "rename", to));
}

Status publish_by_rename(const fs::path& from, const fs::path& to) {
  HANSOM_TRY(rename_unsynced(from, to));
  HANSOM_TRY(sync_directory(parent_of(to)));
  if (parent_of(from) != parent_of(to)) HANSOM_TRY(sync_directory(parent_of(from)));
  return {};
}

Status sync_data(int fd, const fs::path& path) {
  if (::fdatasync(fd) != 0) return fail(sync_error(errno, "fdatasync", path));
  return {};
}

Status sync_file_system(int fd, const fs::path& path) {
  if (::syncfs(fd) != 0) return fail(sync_error(errno, "syncfs", path));
  return {};
}

Status check_write_back(int fd, const fs::path& path) {
  if (::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) != 0) {
    return fail(sync_error(errno, "sync_file_range", path));
  }
  return {};
}

Status sync_directory(const fs::path& directory) {
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return fail(sync_error(errno, "open directory", directory));
  return sync_all(fd.get(), directory);
}

Status make_directories(const fs::path& directory, unsigned mode) {
  if (directory.empty() || ::access(directory.c_str(), F_OK) == 0) return {};
  const fs::path parent = parent_of(directory);
  if (parent != directory && parent != ".") HANSOM_TRY(make_directories(parent, mode));
  if (::mkdir(directory.c_str(), mode) != 0 && errno != EEXIST) {
    return fail(storage_error(errno, "mkdir", directory));
  }
  return sync_directory(parent);
}

Result<Bytes> read_file(const fs::path& path, std::size_t bytes_max) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return fail(storage_error(errno, "open", path));
  Bytes out;
  Bytes buffer(std::size_t{64} * 1024);
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(storage_error(errno, "read", path));
    if (n == 0) return out;
    if (out.size() + static_cast<std::size_t>(n) > bytes_max) {
      return fail(ErrorKind::kTooLarge, "file_too_large",
                  path.string() + ": larger than " + std::to_string(bytes_max) + " bytes");
    }
    out.insert(out.end(), buffer.begin(), buffer.begin() + n);
  }
}

}  // namespace durable
}  // namespace hansom
