// Joins files: by shared blocks, in the kernel, or through memory, whatever costs least.
#include "ingest/upload/join_files.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hansom::ingest {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1024} * 1024;

struct Target {
  const FileDescriptor& file;
  const std::filesystem::path& path;
  std::uint64_t at = 0;
};

struct Source {
  FileDescriptor file;
  const FilePart& part;
};

// False: not here (another file system, an offset off its blocks).
bool share_blocks(const Source& source, const Target& target) {
  file_clone_range range{};
  range.src_fd = source.file.get();
  range.dest_offset = target.at;
  return ::ioctl(target.file.get(), FICLONERANGE, &range) == 0;
}

Status write_all(ByteSpan bytes, std::uint64_t at, const Target& target) {
  while (!bytes.empty()) {
    const ssize_t n =
        ::pwrite(target.file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(durable::storage_error(n < 0 ? errno : EIO, "write", target.path));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
  return {};
}

// Bytes whose hash is known already need not pass through memory.
Status copy_in_kernel(const Source& source, const Target& target, std::uint64_t& done) {
  while (done < source.part.bytes) {
    auto from = static_cast<off_t>(done);
    auto to = static_cast<off_t>(target.at + done);
    const ssize_t n = ::copy_file_range(source.file.get(), &from, target.file.get(), &to,
                                        static_cast<std::size_t>(source.part.bytes - done), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EXDEV || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)) {
      return {};  // by hand, from `done` on
    }
    if (n <= 0) return fail(durable::storage_error(n < 0 ? errno : EIO, "copy", target.path));
    done += static_cast<std::uint64_t>(n);
  }
  return {};
}

Status read_through(const Source& source, const Target& target, std::uint64_t from, bool write,
                    RunningSha256* hash) {
  Bytes block(kBlockBytes);
  for (std::uint64_t at = from; at < source.part.bytes;) {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), source.part.bytes - at));
    const ssize_t n = ::pread(source.file.get(), block.data(), wanted, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      return fail(durable::storage_error(n < 0 ? errno : EIO, "read", source.part.path));
    }
    const ByteSpan bytes = ByteSpan(block).first(static_cast<std::size_t>(n));
    if (hash != nullptr) hash->update(bytes);
    if (write) HANSOM_TRY(write_all(bytes, target.at + at, target));
    at += bytes.size();
  }
  return {};
}

}  // namespace

Result<RunningSha256> join_files(const FileDescriptor& out, const std::filesystem::path& out_path,
                                 const std::vector<FilePart>& parts,
                                 std::optional<RunningSha256> first) {
  bool hashed = first.has_value();
  RunningSha256 hash = first.value_or(RunningSha256());
  Target target{out, out_path};
  for (const FilePart& part : parts) {
    const Source source{FileDescriptor(::open(part.path.c_str(), O_RDONLY | O_CLOEXEC)), part};
    if (!source.file.valid()) return fail(durable::storage_error(errno, "open", part.path));
    const bool shared = part.bytes > 0 && share_blocks(source, target);
    std::uint64_t copied = 0;
    if (hashed && !shared) HANSOM_TRY(copy_in_kernel(source, target, copied));
    if (!hashed || (!shared && copied < part.bytes)) {
      HANSOM_TRY(read_through(source, target, copied, !shared, hashed ? nullptr : &hash));
    }
    hashed = false;  // only the first may be
    target.at += part.bytes;
  }
  return hash;
}

}  // namespace hansom::ingest
