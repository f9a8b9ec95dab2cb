// Durable files: a handful of verbs, each of which syncs the file and its directory unless it says
// otherwise. The only fsync in the tree.
//
// A failed sync is final, never retried: callers stop accepting (design, promise 1). Every error is
// kStorage: `disk_full` for ENOSPC and EDQUOT of a call that changed nothing, `storage_failed` for
// the rest and every sync; kNotFound `not_found` where the file is missing. All calls block.
#pragma once

#include <filesystem>
#include <optional>

#include "proto/base/bytes.h"

namespace hansom {

// One open descriptor, closed by the destructor. Movable.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }
  [[nodiscard]] int release();
  void reset();

 private:
  int fd_ = -1;
};

namespace durable {

// Turns errno into an Error with "<path>: <what>: <strerror>".
[[nodiscard]] Error storage_error(int error_number, std::string_view what,
                                  const std::filesystem::path& path);

// Creates `path` with exactly these bytes; kConflict `already_exists` if it is there. After a crash
// the file is whole or absent (written under a temporary name, linked into place).
[[nodiscard]] Status create_once(const std::filesystem::path& path, ByteSpan bytes,
                                 unsigned mode = 0640);
// Replaces or creates `path`; after a crash it has the old bytes or the new ones.
[[nodiscard]] Status replace(const std::filesystem::path& path, ByteSpan bytes,
                             unsigned mode = 0640);
// Appends to an open descriptor and syncs its data and size.
[[nodiscard]] Status append_sync(int fd, ByteSpan bytes, const std::filesystem::path& path);
// Removes `path` without a sync: a power cut may bring the name back. A missing file is success.
[[nodiscard]] Status remove_unsynced(const std::filesystem::path& path);
// Removes `path` and syncs its directory. A missing file is success: destruction is repeatable.
[[nodiscard]] Status remove_synced(const std::filesystem::path& path);
// Renames `from` to `to`, never over an existing file (kConflict `already_exists`), without a sync:
// a power cut may leave it under both names, the old one or the new one. Requires: the bytes of
// `from` are already synced.
[[nodiscard]] Status rename_unsynced(const std::filesystem::path& from,
                                     const std::filesystem::path& to);
// The same, and syncs both directories.
[[nodiscard]] Status publish_by_rename(const std::filesystem::path& from,
                                       const std::filesystem::path& to);
// fdatasync: the data and the size are durable when it returns.
[[nodiscard]] Status sync_data(int fd, const std::filesystem::path& path);
// syncfs on the file system that holds `fd`: one sync for many files.
[[nodiscard]] Status sync_file_system(int fd, const std::filesystem::path& path);
// fsync of a directory: names created, renamed or removed in it are durable.
[[nodiscard]] Status sync_directory(const std::filesystem::path& directory);
// Makes a directory and, where missing, its parents; each new name is synced.
[[nodiscard]] Status make_directories(const std::filesystem::path& directory, unsigned mode = 0750);

// Reads a whole small file. kTooLarge `file_too_large` above bytes_max, kNotFound `not_found`.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace durable
}  // namespace hansom
