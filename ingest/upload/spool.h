// The spool: uploads in progress, two files each. <id>.json: the facts, written durably at
// creation; while it is there the upload is. <id>.clip: the bytes so far. Sometimes a third,
// <id>.mark (unverified.cc).
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "ingest/upload/admission.h"
#include "ingest/upload/spool_upload.h"

namespace hansom::ingest {

// What is on disk, and in memory by name. Any thread; calls marked "blocks" go to a disk thread.
class Spool {
 public:
  // Shared: an exchange may look at an upload while another finishes it.
  using Upload = std::shared_ptr<SpoolUpload>;

  // Takes out of the vault what nobody made a clip; success where somebody did.
  using Withdraw = std::function<Status(const ClipId& clip)>;
  // Makes the directory where missing and scans it: offsets from sizes, files that belong to no
  // upload removed, after `withdraw` of those that the vault has as well, facts that cannot be read
  // left alone and logged. Then all bytes found are made durable at once; where that fails the
  // fault is raised, no offset is shown, and the next start begins by writing them again. Blocks.
  // Errors: kStorage; those of `withdraw`. Requires: the others outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Spool>> open(const std::filesystem::path& directory,
                                                           Admission& admission, DiskRoom& room,
                                                           Fault& fault, const Withdraw& withdraw);

  // Preallocates the clip file, then writes the facts: when it returns the upload survives a power
  // cut. Blocks. Errors: those of Admission::enter; kStorage `disk_full`, `storage_failed` (the
  // fault is raised).
  [[nodiscard]] Result<Upload> create(UploadFacts facts);
  // As create, without facts on disk: for one whose bytes come in the same request and whose name
  // nobody is told before it is a clip. A crash ends it. Requires: facts.length is known.
  [[nodiscard]] Result<Upload> begin(UploadFacts facts);
  // Writes the facts of such an upload: when it returns the upload survives a power cut. Blocks.
  // Requires: the lease; upload.sync() has succeeded after the last byte. Error: kStorage, the
  // fault is raised but where the disk was full.
  [[nodiscard]] Status record(SpoolUpload& upload);
  // What the vault is to take: the clip file; of an upload that is not recorded a second name of
  // it, so that the first stays. Blocks. Error: kStorage, the fault is raised.
  [[nodiscard]] Result<std::filesystem::path> file_to_move(const SpoolUpload& upload) const;
  // The final upload of `parts`, with all their bytes and closed: when it returns it survives a
  // power cut. The parts stay. Blocks. Requires: the leases of all; they are full, and facts.length
  // is their sum. Errors: as create.
  [[nodiscard]] Result<Upload> concatenate(UploadFacts facts, const std::vector<Upload>& parts);
  // Records a length that was not known at creation. Blocks. Requires: the lease. Errors: as
  // create.
  [[nodiscard]] Status set_length(SpoolUpload& upload, std::uint64_t length);
  // Null: no such upload.
  [[nodiscard]] Upload find(const UploadId& id) const;
  [[nodiscard]] std::vector<Upload> all() const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::uint64_t bytes_durable() const { return directory_.bytes_durable; }
  // Written and not yet covered by a sync, of all uploads.
  [[nodiscard]] std::uint64_t bytes_undurable() const;
  // Forgets an upload and removes its files, the facts first: facts without a clip file would say
  // that the vault has it. Requires: the caller holds the lease. Blocks. Error: kStorage.
  [[nodiscard]] Status remove(const SpoolUpload& upload);
  // Forgets an upload that is a clip by now: the journal answers for it from here, also where its
  // files could not be removed. Requires: as remove. Blocks.
  void hand_over(const SpoolUpload& upload);
  // Of what others have written to its file system, too: SpoolDirectory::failed.
  void failed(const Error& error) const { directory_.failed(error); }
  // SpoolUpload::withdraw_unsynced() of each.
  void withdraw_unsynced() const;

 private:
  Spool(std::filesystem::path directory, Admission& admission, DiskRoom& room, Fault& fault)
      : directory_{std::move(directory), fault, room}, admission_(admission) {}
  [[nodiscard]] Status scan(const Withdraw& withdraw);
  [[nodiscard]] Status remove_leftover(const std::filesystem::path& path,
                                       const Withdraw& withdraw) const;
  void make_durable();
  [[nodiscard]] Status sync_found(const std::vector<Upload>& found) const;
  void take_in(const std::filesystem::path& facts_file);
  [[nodiscard]] Result<FileDescriptor> make_clip_file(const UploadFacts& facts,
                                                      std::uint64_t reserved_bytes) const;
  [[nodiscard]] Status write_facts(const UploadFacts& facts) const;
  [[nodiscard]] Status remove_files(const SpoolUpload& upload) const;
  void forget(const UploadId& id);
  [[nodiscard]] Upload keep(std::shared_ptr<SpoolUpload> upload);
  // Undoes a creation that failed, and says so.
  [[nodiscard]] tl::unexpected<Error> not_created(const UploadId& id, const Error& why);

  SpoolDirectory directory_;
  Admission& admission_;
  mutable std::mutex mutex_;
  std::map<UploadId, Upload> uploads_;  // by mutex_
};

}  // namespace hansom::ingest
