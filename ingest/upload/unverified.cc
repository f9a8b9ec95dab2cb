// Bytes that come with a checksum: they count only once it has been checked, and a crash before
// that leaves none of them. <id>.mark beside the upload says where they begin; while it is there,
// whatever lies behind that place is nothing.
#include <charconv>

#include <fcntl.h>
#include <unistd.h>

#include "ingest/upload/spool_upload.h"
#include "proto/base/check.h"

namespace hansom::ingest {

Status SpoolUpload::begin_unverified() {
  HANSOM_CHECK(!mark_);
  const std::uint64_t at = written();
  // From here nobody sees more than this, whatever is written or synced.
  counted_max_.store(at, std::memory_order_release);
  mark_.emplace(Mark{hash_, hashed_});
  const std::string text = std::to_string(at);
  Status made = durable::replace(directory_.mark_file(facts_.id), as_bytes(text));
  if (!made) {
    directory_.failed(made.error());
    mark_.reset();
    counted_max_.store(kNoLimit, std::memory_order_release);
  }
  return made;
}

Status SpoolUpload::keep_unverified() {
  HANSOM_CHECK(mark_.has_value() && durable_.load() >= written());
  if (Status gone = durable::remove_synced(directory_.mark_file(facts_.id)); !gone) {
    directory_.fault.raise(gone.error());
    return gone;
  }
  mark_.reset();
  counted_max_.store(kNoLimit, std::memory_order_release);
  return {};
}

Status SpoolUpload::drop_unverified() {
  HANSOM_CHECK(mark_.has_value());
  const std::filesystem::path path = clip_file();
  const std::uint64_t at = counted_max_.load(std::memory_order_acquire);
  Status dropped = cut(path, at);
  if (dropped) dropped = durable::remove_synced(directory_.mark_file(facts_.id));
  if (!dropped) {
    directory_.fault.raise(dropped.error());
    return dropped;
  }
  hash_ = mark_->hash;
  hashed_ = mark_->hashed;
  mark_.reset();
  counted_max_.store(kNoLimit, std::memory_order_release);
  return {};
}

// The blocks stay reserved: the bytes come again.
Status SpoolUpload::cut(const std::filesystem::path& path, std::uint64_t at) {
  const std::scoped_lock lock(size_mutex_);
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return fail(durable::storage_error(errno, "open", path));
  if (::ftruncate(file.get(), static_cast<off_t>(at)) != 0) {
    return fail(durable::storage_error(errno, "ftruncate", path));
  }
  HANSOM_TRY(durable::sync_data(file.get(), path));
  ends_.forget();
  written_.store(at, std::memory_order_release);
  if (durable_.load(std::memory_order_acquire) > at) durable_.store(at, std::memory_order_release);
  return {};
}

Status drop_unverified_at_start(const SpoolDirectory& directory, const UploadId& id) {
  constexpr std::size_t kMarkBytesMax = 20;
  const std::filesystem::path mark_file = directory.mark_file(id);
  const auto mark = durable::read_file(mark_file, kMarkBytesMax);
  if (!mark && mark.error().kind == ErrorKind::kNotFound) return {};
  if (!mark) return fail(mark.error());
  std::uint64_t at = 0;
  const std::string_view text = as_text(*mark);
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), at);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorKind::kCorrupt, "spool_corrupt", mark_file.string() + ": not an offset");
  }
  const std::filesystem::path path = directory.clip_file(id);
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return fail(durable::storage_error(errno, "open", path));
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  if (size < 0) return fail(durable::storage_error(errno, "lseek", path));
  if (static_cast<std::uint64_t>(size) > at) {
    if (::ftruncate(file.get(), static_cast<off_t>(at)) != 0) {
      return fail(durable::storage_error(errno, "ftruncate", path));
    }
    HANSOM_TRY(durable::sync_data(file.get(), path));
  }
  return durable::remove_synced(mark_file);
}

}  // namespace hansom::ingest
