// Writes, reads back and rehashes the clip file of one upload.
#include "ingest/upload/spool_upload.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/upload/buffer_pool.h"
#include "proto/base/check.h"
#include "proto/base/log.h"
#include "proto/base/write_back.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kRehashBlockBytes = std::size_t{1024} * 1024;
// A clip no longer than this goes through the page cache: to copy so little costs less than a
// second descriptor and a write of its own.
constexpr std::uint64_t kCopiedUpTo = 65'536;

bool page_aligned(const void* memory) {
  return reinterpret_cast<std::uintptr_t>(memory) % kPageBytes == 0;
}

Status read_at(int fd, std::uint64_t offset, MutableByteSpan out,
               const std::filesystem::path& path) {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(durable::storage_error(errno, "read", path));
    if (n == 0) return fail(durable::storage_error(EIO, "ends early", path));
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

}  // namespace

SpoolUpload::SpoolUpload(SpoolDirectory& directory, UploadFacts facts, std::uint64_t written,
                         bool moved)
    : directory_(directory),
      facts_(std::move(facts)),
      found_(written),
      written_(written),
      moved_(moved),
      closed_(written == facts_.length && facts_.concat != upload::Concat::kPartial),
      length_(facts_.length.value_or(kNoLimit)) {}

void SpoolUpload::hash(ByteSpan bytes) {
  hash_.update(bytes);
  hashed_ += bytes.size();
}

void SpoolUpload::hash_both(SpoolUpload& a, ByteSpan of_a, SpoolUpload& b, ByteSpan of_b) {
  RunningSha256::update_both(a.hash_, of_a, b.hash_, of_b);
  a.hashed_ += of_a.size();
  b.hashed_ += of_b.size();
}

Status SpoolUpload::open_files() {
  const std::filesystem::path path = clip_file();
  if (!buffered_.valid()) {
    buffered_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!buffered_.valid()) return fail(durable::storage_error(errno, "open", path));
  }
  if (!direct_.valid() && !directory_.direct_refused && length().value_or(kNoLimit) > kCopiedUpTo) {
    direct_ = FileDescriptor(::open(path.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC));
    if (!direct_.valid() && errno != EINVAL) {
      return fail(durable::storage_error(errno, "open", path));
    }
    if (!direct_.valid() && !directory_.direct_refused.exchange(true)) {
      log(LogLevel::kWarning, "spool_without_direct_io",
          {{"directory", directory_.path.string()},
           {"effect", "uploads are written through the page cache, which costs more"}});
    }
  }
  return {};
}

Status SpoolUpload::start(FileDescriptor clip_file) {
  HANSOM_CHECK(written() == 0 && !buffered_.valid());
  buffered_ = std::move(clip_file);
  return open_files();
}

Result<std::size_t> SpoolUpload::open_for_append(MutableByteSpan block) {
  HANSOM_CHECK(block.size() >= kPageBytes);
  HANSOM_TRY(open_files());
  HANSOM_TRY(rehash());
  const std::size_t tail = written() % kPageBytes;
  HANSOM_TRY(read_at(buffered_.get(), written() - tail, block.first(tail), clip_file()));
  return tail;
}

void SpoolUpload::close() {
  direct_.reset();
  buffered_.reset();
}

Status SpoolUpload::write(std::uint64_t at, ByteSpan bytes) {
  HANSOM_CHECK(at % kPageBytes == 0 && page_aligned(bytes.data()) && buffered_.valid());
  HANSOM_CHECK(at + bytes.size() <= length().value_or(facts_.bytes_max));
  const std::scoped_lock lock(size_mutex_);
  HANSOM_TRY(directory_.fault.check());
  const std::size_t aligned = bytes.size() - bytes.size() % kPageBytes;
  Status done = write_direct(at, bytes.first(aligned));
  if (done) done = write_at(buffered_.get(), at + aligned, bytes.subspan(aligned));
  if (done) {
    ends_.keep(at, bytes, length());
    written_.store(at + bytes.size(), std::memory_order_release);
    return {};
  }
  ends_.forget();
  // The file says how far it got.
  struct stat now {};
  if (::fstat(buffered_.get(), &now) == 0) {
    written_.store(static_cast<std::uint64_t>(now.st_size), std::memory_order_release);
  }
  directory_.failed(done.error());
  return done;
}

Status SpoolUpload::write_direct(std::uint64_t at, ByteSpan bytes) {
  return write_at(direct_.valid() ? direct_.get() : buffered_.get(), at, bytes);
}

Status SpoolUpload::write_at(int fd, std::uint64_t at, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(durable::storage_error(n < 0 ? errno : EIO, "write", clip_file()));
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
    // A short direct write may end off a page; the rest goes through the page cache.
    if (at % kPageBytes != 0 && buffered_.valid()) fd = buffered_.get();
  }
  return {};
}

Status SpoolUpload::rehash() {
  if (hashed_ == written()) return {};
  hash_ = RunningSha256();
  hashed_ = 0;
  Bytes block(kRehashBlockBytes);
  for (std::uint64_t at = 0; at < written();) {
    const auto part = MutableByteSpan(block).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), written() - at)));
    HANSOM_TRY(read_at(buffered_.get(), at, part, clip_file()));
    hash(part);
    at += part.size();
  }
  return {};
}

Result<Digest> SpoolUpload::digest() {
  if (hashed_ != written()) {
    HANSOM_TRY(open_files());
    const Status rehashed = rehash();
    close();
    HANSOM_TRY(rehashed);
  }
  return hash_.digest();
}

Status SpoolUpload::read(std::uint64_t offset, MutableByteSpan out) const {
  if (ends_.read(offset, out)) return {};
  const std::filesystem::path path = clip_file();
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return fail(durable::storage_error(errno, "open", path));
  return read_at(file.get(), offset, out, path);
}

// What is unverified may be taken back: nobody who only looks makes it count as durable.
http::Awaitable<Status> SpoolUpload::sync(SyncGroup& syncs) {
  return sync_upto(syncs, std::min(written(), counted_max()));
}

http::Awaitable<Status> SpoolUpload::sync_unverified(SyncGroup& syncs) {
  return sync_upto(syncs, written());
}

std::optional<RunningSha256> SpoolUpload::running_hash() const {
  return hashed_ == written() ? std::optional(hash_) : std::nullopt;
}

http::Awaitable<Status> SpoolUpload::sync_upto(SyncGroup& syncs, std::uint64_t covered) {
  if (durable_.load(std::memory_order_acquire) >= covered || moved()) co_return Status{};
  const std::filesystem::path path = clip_file();
  // A descriptor of its own: it lives until the sync is done, whoever else closes theirs.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    const int error_number = errno;
    // A writer beside this reader has finished the upload.
    if (error_number == ENOENT && moved()) co_return Status{};
    co_return fail(durable::storage_error(error_number, "open", path));
  }
  const std::function<void(http::Callback<void>)> start = [&](http::Callback<void> done) {
    // Noted on the sync thread: a later sync that fails withdraws what is not durable.
    const auto what = recorded() ? SyncGroup::What::kBytes : SyncGroup::What::kBytesAndName;
    syncs.sync(std::move(file), path, what, [this, covered, done = std::move(done)](Status synced) {
      if (synced) raise_durable(covered);
      done(std::move(synced));
    });
  };
  co_return co_await http::await_callback<void>(start);
}

void SpoolUpload::raise_durable(std::uint64_t upto) {
  std::uint64_t before = durable_.load(std::memory_order_acquire);
  while (before < upto && !durable_.compare_exchange_weak(before, upto)) {
  }
  if (before < upto) directory_.bytes_durable.fetch_add(upto - before);
}

// Where the bytes begin that an earlier process may have failed to sync.
std::uint64_t SpoolUpload::in_doubt_from() const {
  return (found_ - std::min(found_, kUnsyncedBytesMax)) / kPageBytes * kPageBytes;
}

Status SpoolUpload::write_last_again() {
  const std::filesystem::path path = clip_file();
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) return fail(durable::storage_error(errno, "open", path));
  Bytes block(kRehashBlockBytes);
  for (std::uint64_t at = in_doubt_from(); at < found_;) {
    const auto part = MutableByteSpan(block).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), found_ - at)));
    HANSOM_TRY(read_at(file.get(), at, part, path));
    // Written over a page whose write-back has failed, ext4 would write the block and leave its
    // extent marked as never written. check_on_disk() knows whether the page did go.
    static_cast<void>(::posix_fadvise(file.get(), static_cast<off_t>(at),
                                      static_cast<off_t>(block.size()), POSIX_FADV_DONTNEED));
    HANSOM_TRY(write_at(file.get(), at, part));
    at += part.size();
  }
  return {};
}

Status SpoolUpload::check_on_disk() const {
  const std::filesystem::path path = clip_file();
  const FileDescriptor cached(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!cached.valid()) return fail(durable::storage_error(errno, "open", path));
  const FileDescriptor direct(::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
  if (!direct.valid() && errno == EINVAL) return {};  // nothing else can look past the page cache
  if (!direct.valid()) return fail(durable::storage_error(errno, "open", path));
  Bytes block(kRehashBlockBytes);
  Bytes memory(block.size() + kPageBytes);
  void* aligned = memory.data();
  std::size_t room = memory.size();
  HANSOM_CHECK(std::align(kPageBytes, block.size(), aligned, room) != nullptr);
  for (std::uint64_t at = in_doubt_from(); at < found_; at += block.size()) {
    const auto part = MutableByteSpan(block).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), found_ - at)));
    HANSOM_TRY(read_at(cached.get(), at, part, path));
    const ssize_t n = ::pread(direct.get(), aligned, block.size(), static_cast<off_t>(at));
    if (n < 0) return fail(durable::storage_error(errno, "read", path));
    if (static_cast<std::size_t>(n) < part.size() ||
        std::memcmp(aligned, part.data(), part.size()) != 0) {
      return fail(ErrorKind::kStorage, "storage_failed",
                  path.string() + ": the disk does not have what was written and synced");
    }
  }
  return {};
}

Status SpoolUpload::check_written_back() const {
  const std::filesystem::path path = clip_file();
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return fail(durable::storage_error(errno, "open", path));
  return durable::check_write_back(file.get(), path);
}

void SpoolUpload::withdraw_unsynced() {
  HANSOM_CHECK(directory_.fault.raised());
  const std::scoped_lock lock(size_mutex_);
  const std::uint64_t sure = std::max(durable(), found_);
  if (moved() || written() <= sure) return;
  const std::filesystem::path path = clip_file();
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid() || ::ftruncate(file.get(), static_cast<off_t>(sure)) != 0) {
    log_error("spool_bytes_in_doubt", durable::storage_error(errno, "ftruncate", path),
              {{"durable", sure},
               {"written", written()},
               {"action",
                "restart the machine, not the server alone: it shows bytes that the disk "
                "may not have"}});
    return;
  }
  log(LogLevel::kWarning, "spool_bytes_withdrawn",
      {{"upload", facts_.id.text()}, {"durable", sure}, {"written", written()}});
  written_.store(sure, std::memory_order_release);
}

}  // namespace hansom::ingest
