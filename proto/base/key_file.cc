// Reads secrets from files that are private.
#include "proto/base/key_file.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/durable_file.h"

namespace hansom {
namespace {

constexpr std::size_t kKeyFileBytesMax = std::size_t{16} * 1024;

}  // namespace

Result<Secret> read_key_file(const std::filesystem::path& path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return fail(durable::storage_error(errno, "open", path));
  // The mode of what was opened, not of what the name may stand for by now.
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return fail(durable::storage_error(errno, "stat", path));
  if ((facts.st_mode & 077U) != 0) {
    return fail(ErrorKind::kInvalid, "key_readable",
                path.string() +
                    ": others than its owner can get at this key; make it private: "
                    "chmod 600. If somebody may have read it, rotate it");
  }
  if (static_cast<std::uint64_t>(facts.st_size) > kKeyFileBytesMax) {
    return fail(ErrorKind::kTooLarge, "file_too_large", path.string() + ": no key is so large");
  }
  Secret secret(static_cast<std::size_t>(facts.st_size));
  MutableByteSpan rest = secret.writable();
  while (!rest.empty()) {
    const ssize_t n = ::read(fd.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(durable::storage_error(errno, "read", path));
    if (n == 0) return fail(durable::storage_error(EIO, "read", path));
    rest = rest.subspan(static_cast<std::size_t>(n));
  }
  return secret;
}

}  // namespace hansom
