// Files read once, from beginning to end.
#include "proto/base/hash_file.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "proto/base/durable_file.h"
#include "proto/base/write_all.h"

namespace hansom {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

Result<FileDescriptor> open_to_read(const fs::path& file) {
  FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return fail(durable::storage_error(errno, "open", file));
  return fd;
}

// Hashes `from` to its end; what was read is also written to `to` where that is valid.
Result<FileFacts> pass_through(const fs::path& from, const FileDescriptor& to, const fs::path& at) {
  HANSOM_TRY_ASSIGN(const FileDescriptor source, open_to_read(from));
  FileFacts facts;
  Sha256 hash;
  Bytes piece(kPieceBytes);
  while (true) {
    const ssize_t n = ::read(source.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(durable::storage_error(errno, "read", from));
    if (n == 0) break;
    const ByteSpan part = ByteSpan(piece).first(static_cast<std::size_t>(n));
    hash.update(part);
    if (to.valid()) HANSOM_TRY(durable::write_all(to.get(), part, at));
    facts.bytes += part.size();
  }
  facts.sha256 = hash.finish();
  return facts;
}

}  // namespace

Result<FileFacts> hash_file(const fs::path& file) {
  return pass_through(file, {}, {});
}

Result<FileFacts> copy_file(const fs::path& from, const fs::path& to, unsigned mode) {
  const FileDescriptor fd(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd.valid()) return fail(durable::storage_error(errno, "create", to));
  return pass_through(from, fd, to);
}

}  // namespace hansom
