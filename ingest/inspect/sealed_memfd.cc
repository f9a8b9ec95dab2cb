// Bytes in memory that nobody can change any more: see sealed_memfd.h.
#include "ingest/inspect/sealed_memfd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace hansom::ingest {
namespace {

constexpr std::uint64_t kBufferBytes = 16 * age::kChunkBytes;

tl::unexpected<Error> no_memory(const char* what) {
  return fail(ErrorKind::kUnavailable, "inspect_memory",
              std::string(what) + ": " + std::strerror(errno));
}

Result<FileDescriptor> new_memfd() {
  FileDescriptor memfd(memfd_create("clip", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memfd.valid()) return no_memory("make a memfd");
  return memfd;
}

Status write_all(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return no_memory("fill a memfd");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<FileDescriptor> seal(FileDescriptor memfd) {
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (fcntl(memfd.get(), F_ADD_SEALS, kSeals) != 0) return no_memory("seal a memfd");
  return memfd;
}

}  // namespace

Result<FileDescriptor> open_to_memfd(age::Opener& opener, std::uint64_t bytes_max) {
  const std::uint64_t size = opener.size();
  if (size > bytes_max) {
    return fail(ErrorKind::kTooLarge, "inspect_too_large",
                "the clip has " + std::to_string(size) + " bytes; at most " +
                    std::to_string(bytes_max) + " are inspected");
  }
  HANSOM_TRY_ASSIGN(FileDescriptor memfd, new_memfd());
  Bytes buffer(static_cast<std::size_t>(std::min(kBufferBytes, size)));
  for (std::uint64_t offset = 0; offset < size;) {
    const std::uint64_t part = std::min<std::uint64_t>(buffer.size(), size - offset);
    const MutableByteSpan out = MutableByteSpan(buffer).first(static_cast<std::size_t>(part));
    HANSOM_TRY(opener.read(offset, out));
    HANSOM_TRY(write_all(memfd.get(), out));
    offset += part;
  }
  return seal(std::move(memfd));
}

Result<FileDescriptor> bytes_to_memfd(ByteSpan bytes) {
  HANSOM_TRY_ASSIGN(FileDescriptor memfd, new_memfd());
  HANSOM_TRY(write_all(memfd.get(), bytes));
  return seal(std::move(memfd));
}

}  // namespace hansom::ingest
