// A file system that treats write-ahead logs in a way of its own, and passes all else on.
#include "index/store/log_files.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <rocksdb/file_system.h>

#include "index/store/log_tail.h"

namespace hansom::store {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::size_t kLargeAppend = std::size_t{64} * 1024;
constexpr std::size_t kZerosAhead = std::size_t{1024} * 1024;
// Written in small pieces: of what is written at once the page cache makes one large folio, all of
// which a later sync of a few of its bytes would send to the disk.
constexpr std::size_t kZerosAtOnce = 16'384;

class ZeroedAheadFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  // `zeros` is the same file.
  ZeroedAheadFile(std::unique_ptr<rocksdb::FSWritableFile> file,
                  std::unique_ptr<rocksdb::FSRandomRWFile> zeros)
      : FSWritableFileOwnerWrapper(std::move(file)), zeros_(std::move(zeros)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* dbg) override {
    make_room(data.size());
    return FSWritableFileOwnerWrapper::Append(data, options, dbg);
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& verification, IODebugContext* dbg) override {
    make_room(data.size());
    return FSWritableFileOwnerWrapper::Append(data, options, verification, dbg);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* dbg) override {
    zeroed_ = size;
    return FSWritableFileOwnerWrapper::Truncate(size, options, dbg);
  }

 private:
  // Zeros behind the `bytes` that are about to be appended, unless these are so many that metadata
  // does not matter. Where they cannot be had, the file grows as others do: whether the bytes
  // themselves have room, the append says.
  void make_room(std::size_t bytes) {
    end_ += bytes;
    if (!zeros_ || end_ <= zeroed_ || bytes > kLargeAppend) return;
    static constexpr std::array<char, kZerosAtOnce> kZeros{};
    const std::uint64_t to = (end_ / kZerosAtOnce + 1) * kZerosAtOnce + kZerosAhead;
    for (zeroed_ = end_; zeros_ && zeroed_ < to;) {
      const std::size_t piece = kZerosAtOnce - zeroed_ % kZerosAtOnce;
      if (!zeros_->Write(zeroed_, Slice(kZeros.data(), piece), {}, nullptr).ok()) zeros_.reset();
      zeroed_ += piece;
    }
  }

  std::unique_ptr<rocksdb::FSRandomRWFile> zeros_;
  std::uint64_t end_ = 0;     // of what was appended
  std::uint64_t zeroed_ = 0;  // of the file
};

class ZeroTailFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  ZeroTailFile(std::unique_ptr<rocksdb::FSSequentialFile> file, std::uint64_t end)
      : FSSequentialFileOwnerWrapper(std::move(file)), end_(end) {}

  IOStatus Read(std::size_t bytes, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* dbg) override {
    IOStatus status = FSSequentialFileOwnerWrapper::Read(bytes, options, result, scratch, dbg);
    if (!status.ok()) return status;
    const std::size_t size = result->size();
    if (at_ + size > end_) {
      if (result->data() != scratch) std::memmove(scratch, result->data(), size);
      const std::size_t kept = end_ > at_ ? static_cast<std::size_t>(end_ - at_) : 0;
      std::fill(scratch + kept, scratch + size, '\0');
      *result = Slice(scratch, size);
    }
    at_ += size;
    return status;
  }
  IOStatus Skip(std::uint64_t bytes) override {
    at_ += bytes;
    return FSSequentialFileOwnerWrapper::Skip(bytes);
  }

 private:
  std::uint64_t at_ = 0;
  const std::uint64_t end_;
};

class LogFiles final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  [[nodiscard]] const char* Name() const override { return "hansom.LogFiles"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext* dbg) override {
    IOStatus status = target()->NewWritableFile(name, options, result, dbg);
    if (!status.ok() || !is_log(name)) return status;
    std::unique_ptr<rocksdb::FSRandomRWFile> zeros;
    if (target()->NewRandomRWFile(name, options, &zeros, dbg).ok()) {
      *result = std::make_unique<ZeroedAheadFile>(std::move(*result), std::move(zeros));
    }
    return status;
  }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext* dbg) override {
    IOStatus status = target()->NewSequentialFile(name, options, result, dbg);
    if (!status.ok() || !is_log(name)) return status;
    std::unique_ptr<rocksdb::FSRandomAccessFile> log;
    status = target()->NewRandomAccessFile(name, options, &log, dbg);
    if (!status.ok()) return status;
    const ReadLogAt read_at = [&](std::uint64_t offset,
                                  std::span<std::uint8_t> into) -> Result<std::size_t> {
      auto* scratch = reinterpret_cast<char*>(into.data());
      Slice read;
      status = log->Read(offset, into.size(), {}, &read, scratch, dbg);
      if (!status.ok()) return fail(ErrorKind::kStorage, "storage_failed", status.ToString());
      if (read.data() != scratch) std::memmove(scratch, read.data(), read.size());
      return read.size();
    };
    const auto end = end_of_whole_records(read_at);
    if (!end) return status;
    if (*end) *result = std::make_unique<ZeroTailFile>(std::move(*result), **end);
    return status;
  }

 private:
  static bool is_log(std::string_view name) { return name.ends_with(".log"); }
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_environment() {
  return rocksdb::NewCompositeEnv(std::make_shared<LogFiles>(rocksdb::FileSystem::Default()));
}

}  // namespace hansom::store
