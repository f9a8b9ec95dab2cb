// The bytes of one upload on disk.
#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "ingest/upload/disk_room.h"
#include "ingest/upload/fault.h"
#include "ingest/upload/kept_ends.h"
#include "ingest/upload/sync_group.h"
#include "proto/base/durable_file.h"
#include "proto/base/running_sha256.h"
#include "proto/upload/upload_facts.h"

namespace hansom::ingest {

using upload::UploadFacts;

// More bytes than this of an upload are never on their way to being durable (receive.h).
inline constexpr std::uint64_t kUnsyncedBytesMax = std::uint64_t{33} * 1024 * 1024;

// Where the spool lies, and what its file system can do. Outlives all its uploads.
struct SpoolDirectory {
  std::filesystem::path path;
  Fault& fault;
  DiskRoom& room;
  std::atomic<bool> direct_refused = false;      // no O_DIRECT here: written through the page cache
  std::atomic<std::uint64_t> bytes_durable = 0;  // of all uploads since the start; for metrics

  [[nodiscard]] std::filesystem::path clip_file(const UploadId& id) const {
    return path / upload::clip_file_name(id);
  }
  [[nodiscard]] std::filesystem::path facts_file(const UploadId& id) const {
    return path / upload::facts_file_name(id);
  }
  [[nodiscard]] std::filesystem::path mark_file(const UploadId& id) const {
    return path / upload::mark_file_name(id);
  }
  // A write or a change of names has failed. A full disk passes; everything else is the fault.
  void failed(const Error& error) const {
    if (error.token == "disk_full") {
      room.ran_out(error);
    } else {
      fault.raise(error);
    }
  }
};

// One upload. THE SIZE OF ITS CLIP FILE IS ITS OFFSET; nothing else on disk says how far it is.
// Facts and numbers may be read by any thread; everything that changes it belongs to the holder of
// its lease, one call at a time. Calls marked "blocks" go to a disk thread.
class SpoolUpload {
 public:
  // `moved`: the clip file is in the vault already and only the journal may not know it yet.
  // Recorded: its facts are on disk; Spool::begin makes one that is not.
  SpoolUpload(SpoolDirectory& directory, UploadFacts facts, std::uint64_t written, bool moved);

  [[nodiscard]] const UploadFacts& facts() const { return facts_; }
  [[nodiscard]] std::filesystem::path clip_file() const { return directory_.clip_file(facts_.id); }
  [[nodiscard]] std::uint64_t written() const { return written_.load(std::memory_order_acquire); }
  // Bytes that survive a power cut; the only offset a unit may see.
  [[nodiscard]] std::uint64_t durable() const {
    return std::min(durable_.load(std::memory_order_acquire), counted_max());
  }
  // As it was said at creation, or later: then facts() does not have it.
  [[nodiscard]] std::optional<std::uint64_t> length() const {
    const std::uint64_t length = length_.load(std::memory_order_acquire);
    return length == kNoLimit ? std::nullopt : std::optional(length);
  }
  // Has all bytes it will have, and none of them is to be checked still.
  [[nodiscard]] bool full() const { return length() == written() && counted_max() == kNoLimit; }
  // Full, and its unit has said so; or found full after a restart, when nobody knows. Never of a
  // partial upload: nothing comes of that alone.
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire) && full(); }
  [[nodiscard]] bool moved() const { return moved_.load(std::memory_order_acquire); }
  // Whether its facts are on disk: if not, it ends with its request.
  [[nodiscard]] bool recorded() const { return recorded_.load(std::memory_order_acquire); }
  void set_recorded(bool recorded) { recorded_.store(recorded, std::memory_order_release); }
  // An upload that is full is finished, however late.
  [[nodiscard]] bool expired(UtcTime now) const { return !finishable() && overdue(now); }
  [[nodiscard]] bool overdue(UtcTime now) const { return now >= facts_.expires; }
  // Full, so that something can be made of it.
  [[nodiscard]] bool finishable() const {
    return full() && facts_.concat != upload::Concat::kPartial;
  }
  // A request said that these are all the bytes.
  void close_if_full() {
    if (finishable()) closed_.store(true, std::memory_order_release);
  }
  // Called once, by the spool. Requires: length() is not known.
  void set_length(std::uint64_t length) { length_.store(length, std::memory_order_release); }

  // Of a new upload: goes on with its file as it was created, so that nothing has to be opened for
  // bytes that come with the creation. Blocks. Error: kStorage.
  [[nodiscard]] Status start(FileDescriptor clip_file);
  // New, started and empty: the first write needs no open_for_append.
  [[nodiscard]] bool started() const { return buffered_.valid() && written() == 0; }
  // Opens the file, rehashes what the running hash does not know (after a restart or a failed
  // write) and reads the last unaligned bytes into the front of `block`, which has a page at least.
  // Returns how many those are: writing goes on at written() - that. Blocks. Error: kStorage.
  [[nodiscard]] Result<std::size_t> open_for_append(MutableByteSpan block);
  // The bytes that follow those hashed so far.
  void hash(ByteSpan bytes);
  // The same of two uploads at once, which costs little more than one. Requires: a and b are two.
  static void hash_both(SpoolUpload& a, ByteSpan of_a, SpoolUpload& b, ByteSpan of_b);
  // Writes at `at`, past the page cache as far as the length is aligned, the rest through it, so
  // that the file's size is exact. Requires: `at` and the memory of `bytes` are aligned to a page
  // and open_for_append or start was called. Blocks. Errors: kStorage `disk_full`;
  // `storage_failed`, and the fault is raised or was before. What was written before the failure
  // counts.
  [[nodiscard]] Status write(std::uint64_t at, ByteSpan bytes);
  // Ends what open_for_append or start began.
  void close();
  // Of all bytes. Blocks (rehashes where needed). Error: kStorage.
  [[nodiscard]] Result<Digest> digest();
  // Reads written bytes, the first and the last from memory where this process wrote them. Blocks.
  // Error: kStorage.
  [[nodiscard]] Status read(std::uint64_t offset, MutableByteSpan out) const;
  // The vault has taken the clip file.
  void set_moved() {
    ends_.forget();
    moved_.store(true, std::memory_order_release);
  }

  // For bytes that come with a checksum. From begin to keep or drop neither durable() nor a restart
  // knows of what is written meanwhile; keep makes it count, drop takes it back. All block.
  // Requires: the lease; keep: sync_unverified() has succeeded after the last write. Errors:
  // kStorage; the fault is raised but where the disk was full at begin.
  [[nodiscard]] Status begin_unverified();
  [[nodiscard]] bool unverified() const { return mark_.has_value(); }
  [[nodiscard]] Status keep_unverified();
  [[nodiscard]] Status drop_unverified();
  [[nodiscard]] http::Awaitable<Status> sync_unverified(SyncGroup& syncs);
  // The hash of all bytes, where it is at hand. Requires: the lease.
  [[nodiscard]] std::optional<RunningSha256> running_hash() const;
  // Starts with that hash of all bytes. Requires: nobody else knows the upload.
  void start_hash(const RunningSha256& hash) {
    hash_ = hash;
    hashed_ = written();
  }

  // Makes durable what is written, and of one that is not recorded the clip file's name; also
  // beside a writer. Errors: those of SyncGroup::sync.
  [[nodiscard]] http::Awaitable<Status> sync(SyncGroup& syncs);
  // Steps of a start, before anybody else knows the upload (Spool::sync_found). They block.
  // Writes once more what an earlier process may have failed to sync. Error: kStorage.
  [[nodiscard]] Status write_last_again();
  // That these bytes, read past the page cache, are what it shows; nothing where the file system
  // has no such reads. Requires: a sync has covered the file. Error: kStorage `storage_failed`.
  [[nodiscard]] Status check_on_disk() const;
  // Requires: a sync has covered the file. Error: kStorage, a write-back of it has failed before.
  [[nodiscard]] Status check_written_back() const;
  void set_durable_at_start() { durable_ = found_; }
  // Cuts the file back to what is durable: after a failed sync the kernel shows bytes that the disk
  // may never get and calls them clean, so that the next process would sync them with success. The
  // unit has them still. What the start found stays: an earlier process may have shown it.
  // Requires: the fault is raised, so nothing more is written. Any thread, also beside a writer.
  // Blocks. A failure is logged: no more can be done.
  void withdraw_unsynced();

 private:
  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
  [[nodiscard]] std::uint64_t in_doubt_from() const;
  [[nodiscard]] Status rehash();
  [[nodiscard]] Status open_files();
  [[nodiscard]] Status write_at(int fd, std::uint64_t at, ByteSpan bytes);
  [[nodiscard]] Status write_direct(std::uint64_t at, ByteSpan bytes);
  [[nodiscard]] http::Awaitable<Status> sync_upto(SyncGroup& syncs, std::uint64_t covered);
  void raise_durable(std::uint64_t upto);
  [[nodiscard]] std::uint64_t counted_max() const {
    return counted_max_.load(std::memory_order_acquire);
  }
  [[nodiscard]] Status cut(const std::filesystem::path& path, std::uint64_t at);

  SpoolDirectory& directory_;
  const UploadFacts facts_;
  const std::uint64_t found_;  // bytes the start found
  std::atomic<std::uint64_t> written_;
  std::atomic<std::uint64_t> durable_ = 0;
  std::atomic<bool> moved_;
  std::atomic<bool> closed_;
  std::atomic<bool> recorded_ = true;
  std::atomic<std::uint64_t> length_;                  // kNoLimit: not known
  std::atomic<std::uint64_t> counted_max_ = kNoLimit;  // set while unverified bytes come
  std::mutex size_mutex_;                              // held by what changes the file's size
  FileDescriptor direct_;                              // invalid where O_DIRECT is refused
  FileDescriptor buffered_;                            // the unaligned tail, and reading back
  RunningSha256 hash_;                                 // of the first hashed_ bytes
  std::uint64_t hashed_ = 0;  // other than written() after a restart or a failure: rebuild
  KeptEnds ends_;
  struct Mark {
    RunningSha256 hash;
    std::uint64_t hashed;
  };
  std::optional<Mark> mark_;  // of the hash when unverified bytes began
};

// Takes back what an earlier process left unverified. Blocks. Error: kStorage.
[[nodiscard]] Status drop_unverified_at_start(const SpoolDirectory& directory, const UploadId& id);

}  // namespace hansom::ingest
