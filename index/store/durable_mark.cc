// "hansom-durable-mark-1 <sequence> <check>": one line of fixed length, far less than a sector, so
// that it is never half an old and half a new one.
#include "index/store/durable_mark.h"

#include <cerrno>
#include <charconv>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/sha256.h"

namespace hansom::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "hansom-durable-mark-1 ";
constexpr std::size_t kDigits = 20;  // of the largest number
constexpr std::size_t kCheckDigits = 16;
constexpr std::size_t kLineBytesMax = 128;

std::string line_of(std::uint64_t sequence) {
  const std::string digits = std::to_string(sequence);
  std::string line(kFormat);
  line.append(kDigits - digits.size(), '0').append(digits);
  const std::string check = sha256(as_bytes(line)).hex().substr(0, kCheckDigits);
  line.append(" ").append(check).append("\n");
  return line;
}

}  // namespace

fs::path DurableMark::path_in(const fs::path& directory) {
  return directory / "durable-mark";
}

Result<DurableMark> DurableMark::open(const fs::path& directory) {
  fs::path path = path_in(directory);
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
  if (!file.valid()) return fail(durable::storage_error(errno, "open", path));
  return DurableMark(std::move(file), std::move(path));
}

Status DurableMark::note(std::uint64_t sequence) const {
  const std::string line = line_of(sequence);
  const ssize_t written = ::pwrite(file_.get(), line.data(), line.size(), 0);
  if (written == static_cast<ssize_t>(line.size())) return {};
  return fail(durable::storage_error(written < 0 ? errno : EIO, "write", path_));
}

std::uint64_t DurableMark::read(const fs::path& directory) {
  const fs::path path = path_in(directory);
  const auto bytes = durable::read_file(path, kLineBytesMax);
  if (!bytes && bytes.error().kind == ErrorKind::kNotFound) return 0;
  if (bytes && bytes->empty()) return 0;  // made, and nothing noted before the power went
  if (bytes && bytes->size() > kFormat.size() + kDigits) {
    const std::string_view digits = as_text(*bytes).substr(kFormat.size(), kDigits);
    std::uint64_t sequence = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
    if (parsed.ec == std::errc() && as_text(*bytes) == line_of(sequence)) return sequence;
  }
  log(LogLevel::kWarning, "durable_mark_unreadable",
      {{"path", path.string()},
       {"error", bytes ? std::string("damaged") : bytes.error().message},
       {"effect", "the end of the store's log is taken as it is; the next commit mends the mark"}});
  return 0;
}

Status DurableMark::check(const fs::path& directory, std::uint64_t durable, std::uint64_t found) {
  if (found >= durable) return {};
  return fail(ErrorKind::kCorrupt, "store_corrupt",
              directory.string() + ": the end of its log is lost: rows up to " +
                  std::to_string(durable) + " were durable, " + std::to_string(found) +
                  " are there. Look at the disk and restore from a backup; to go on without them, "
                  "remove " +
                  path_in(directory).string());
}

}  // namespace hansom::store
