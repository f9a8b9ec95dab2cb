// Creates, finds, removes and, after a restart, rediscovers uploads.
#include "ingest/upload/spool.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "ingest/upload/join_files.h"
#include "proto/base/check.h"
#include "proto/base/hash_file.h"
#include "proto/base/log.h"

namespace hansom::ingest {
namespace {

namespace fs = std::filesystem;

// There from before a start makes durable what it found until it has: found by the next start, no
// sync since can be trusted.
constexpr std::string_view kInDoubtName = "in-doubt";

// A clip that comes with its creation and is shorter gets its room as it is written: blocks that
// were reserved before must each be marked as written, one more change on disk.
constexpr std::uint64_t kReservedFrom = 4 << 20;

// Of a clip file on its way into the vault.
constexpr std::string_view kSecondNameExtension = ".moving";
fs::path second_name(fs::path clip_file) {
  return clip_file.replace_extension(kSecondNameExtension);
}

// Reserves the blocks without changing the size, which is the offset.
Status preallocate(int fd, std::uint64_t bytes, const fs::path& path) {
  if (bytes == 0) return {};
  if (::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0) return {};
  // Not every file system can; then the disk may fill while the upload comes, which is handled too.
  if (errno == EOPNOTSUPP || errno == ENOSYS) return {};
  return fail(durable::storage_error(errno, "fallocate", path));
}

// What the upload will have, as far as it is known.
std::uint64_t expected_bytes(const UploadFacts& facts) {
  return facts.length.value_or(facts.promised_length().value_or(0));
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(const fs::path& directory, Admission& admission,
                                           DiskRoom& room, Fault& fault, const Withdraw& withdraw) {
  HANSOM_TRY(durable::make_directories(directory));
  std::unique_ptr<Spool> spool(new Spool(directory, admission, room, fault));
  HANSOM_TRY(spool->scan(withdraw));
  spool->make_durable();
  return spool;
}

Status Spool::scan(const Withdraw& withdraw) {
  std::error_code failed;
  std::vector<fs::path> others;
  for (auto entry = fs::directory_iterator(directory_.path, failed);
       !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    if (entry->path().extension() == ".json") {
      take_in(entry->path());
    } else if (!entry->is_directory(failed)) {  // none is ours: a file system's lost+found
      others.push_back(entry->path());
    }
  }
  if (failed) return fail(durable::storage_error(failed.value(), "scan", directory_.path));
  // A creation or a removal that a crash cut short: nobody was told of these. A clip file whose
  // facts are there but cannot be read is not among them.
  for (const fs::path& path : others) {
    fs::path facts_file = path;
    facts_file.replace_extension(".json");
    const bool second = path.extension() == kSecondNameExtension;
    if (path.filename() == kInDoubtName || (!second && fs::exists(facts_file, failed))) continue;
    HANSOM_TRY(remove_leftover(path, withdraw));
  }
  return {};
}

Status Spool::remove_leftover(const fs::path& path, const Withdraw& withdraw) const {
  log(LogLevel::kInfo, "spool_leftover_removed", {{"path", path.string()}});
  std::error_code failed;
  const auto names = fs::hard_link_count(path, failed);
  if (failed) return fail(durable::storage_error(failed.value(), "stat", path));
  if (names > 1) {
    HANSOM_TRY_ASSIGN(const FileFacts clip, hash_file(path));
    // An upload that goes on may have moved the same bytes there.
    const bool needed = std::any_of(uploads_.begin(), uploads_.end(), [&clip](const auto& other) {
      return other.second->facts().clip == clip.sha256;
    });
    if (!needed) HANSOM_TRY(withdraw(clip.sha256));
  }
  return durable::remove_synced(path);
}

void Spool::take_in(const fs::path& facts_file) {
  const auto read = durable::read_file(facts_file, upload::kFactsBytesMax);
  auto facts = read ? upload::parse_facts(as_text(*read)) : Result<UploadFacts>(fail(read.error()));
  if (!facts || facts->id.text() != facts_file.stem().string()) {
    log_error("spool_facts_unreadable",
              facts ? Error{ErrorKind::kCorrupt, "spool_corrupt", "the name is of another upload"}
                    : facts.error(),
              {{"path", facts_file.string()}, {"action", "left as it is; look at it by hand"}});
    return;
  }
  if (Status dropped = drop_unverified_at_start(directory_, facts->id); !dropped) {
    log_error("spool_mark_stays", dropped.error(),
              {{"path", facts_file.string()}, {"action", "left as it is; look at it by hand"}});
    return;
  }
  std::error_code missing;
  const auto size = fs::file_size(directory_.clip_file(facts->id), missing);
  const bool moved = static_cast<bool>(missing);
  const std::uint64_t written = moved ? facts->length.value_or(0) : size;
  if (written > facts->length.value_or(facts->bytes_max)) {
    log_error("spool_clip_too_long",
              {ErrorKind::kCorrupt, "spool_corrupt", "the clip file is longer than the upload"},
              {{"path", facts_file.string()}, {"action", "left as it is; look at it by hand"}});
    return;
  }
  const UploadId id = facts->id;
  admission_.take_in(id, facts->unit, expected_bytes(*facts));
  uploads_[id] = std::make_shared<SpoolUpload>(directory_, *std::move(facts), written, moved);
}

void Spool::make_durable() {
  std::vector<Upload> found = all();
  std::erase_if(found, [](const Upload& one) { return one->moved() || one->written() == 0; });
  Status done = sync_found(found);
  if (!done) directory_.fault.raise(done.error());
}

// One sync for all: 0.1 to 1 ms each would be seconds for ten thousand uploads.
Status Spool::sync_found(const std::vector<Upload>& found) const {
  const fs::path in_doubt = directory_.path / kInDoubtName;
  if (found.empty()) return fs::exists(in_doubt) ? durable::remove_synced(in_doubt) : Status{};
  Status begun = durable::create_once(in_doubt, {});
  const bool again = !begun && begun.error().kind == ErrorKind::kConflict;
  if (!begun && !again) return begun;
  if (again) {
    log(LogLevel::kWarning, "spool_written_again", {{"uploads", std::uint64_t{found.size()}}});
    for (const Upload& upload : found) HANSOM_TRY(upload->write_last_again());
  }
  const FileDescriptor directory(
      ::open(directory_.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return fail(durable::storage_error(errno, "open", directory_.path));
  HANSOM_TRY(durable::sync_file_system(directory.get(), directory_.path));
  for (const Upload& upload : found) HANSOM_TRY(upload->check_written_back());
  for (const Upload& upload : found) {
    if (again) HANSOM_TRY(upload->check_on_disk());
  }
  for (const Upload& upload : found) upload->set_durable_at_start();
  return durable::remove_synced(in_doubt);
}

Result<FileDescriptor> Spool::make_clip_file(const UploadFacts& facts,
                                             std::uint64_t reserved_bytes) const {
  const fs::path clip_file = directory_.clip_file(facts.id);
  FileDescriptor clip(::open(clip_file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!clip.valid()) return fail(durable::storage_error(errno, "create", clip_file));
  HANSOM_TRY(preallocate(clip.get(), reserved_bytes, clip_file));
  return clip;
}

// Syncs the directory, and with it the name of the clip file.
Status Spool::write_facts(const UploadFacts& facts) const {
  return durable::create_once(directory_.facts_file(facts.id), as_bytes(upload::facts_json(facts)));
}

Result<Spool::Upload> Spool::create(UploadFacts facts) {
  HANSOM_TRY(admission_.enter(facts.id, facts.unit, expected_bytes(facts)));
  const auto clip_file = make_clip_file(facts, expected_bytes(facts));
  const Status made = clip_file ? write_facts(facts) : fail(clip_file.error());
  if (!made) return not_created(facts.id, made.error());
  return keep(std::make_shared<SpoolUpload>(directory_, std::move(facts), 0, false));
}

Result<Spool::Upload> Spool::begin(UploadFacts facts) {
  HANSOM_TRY(admission_.enter(facts.id, facts.unit, expected_bytes(facts)));
  const std::uint64_t bytes = expected_bytes(facts);
  auto clip_file = make_clip_file(facts, bytes >= kReservedFrom ? bytes : 0);
  if (!clip_file) return not_created(facts.id, clip_file.error());
  auto upload = std::make_shared<SpoolUpload>(directory_, std::move(facts), 0, false);
  upload->set_recorded(false);
  if (Status started = upload->start(*std::move(clip_file)); !started) {
    return not_created(upload->facts().id, started.error());
  }
  return keep(std::move(upload));
}

Status Spool::record(SpoolUpload& upload) {
  HANSOM_CHECK(!upload.recorded());
  // Of an attempt that failed; the sync of the facts covers this, too.
  ::unlink(second_name(upload.clip_file()).c_str());
  Status recorded = write_facts(upload.facts());
  if (recorded) {
    upload.set_recorded(true);
  } else {
    directory_.failed(recorded.error());
  }
  return recorded;
}

tl::unexpected<Error> Spool::not_created(const UploadId& id, const Error& why) {
  // The facts first: a failed sync leaves their name, and alone they would say that the vault has
  // the clip. What a cut brings back, the next scan removes or lets expire.
  ::unlink(directory_.facts_file(id).c_str());
  ::unlink(directory_.clip_file(id).c_str());
  directory_.failed(why);
  admission_.leave(id);
  return fail(why);
}

Spool::Upload Spool::keep(std::shared_ptr<SpoolUpload> upload) {
  const std::scoped_lock lock(mutex_);
  uploads_[upload->facts().id] = upload;
  return upload;
}

Result<fs::path> Spool::file_to_move(const SpoolUpload& upload) const {
  fs::path file = upload.clip_file();
  if (upload.recorded()) return file;
  fs::path second = second_name(file);
  // One of an attempt before this is the same file.
  if (::link(file.c_str(), second.c_str()) == 0 || errno == EEXIST) return second;
  const Error error = durable::storage_error(errno, "link", second);
  directory_.failed(error);
  return fail(error);
}

Result<Spool::Upload> Spool::concatenate(UploadFacts facts, const std::vector<Upload>& parts) {
  const fs::path clip_file = directory_.clip_file(facts.id);
  const auto write = [&]() -> Result<RunningSha256> {
    HANSOM_TRY(directory_.fault.check());
    const FileDescriptor clip(
        ::open(clip_file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!clip.valid()) return fail(durable::storage_error(errno, "create", clip_file));
    std::vector<FilePart> files;
    files.reserve(parts.size());
    for (const Upload& part : parts) files.push_back({part->clip_file(), part->written()});
    HANSOM_TRY_ASSIGN(const RunningSha256 hash,
                      join_files(clip, clip_file, files, parts.front()->running_hash()));
    // The bytes before the facts: a .json says that all of them are there.
    HANSOM_TRY(durable::sync_data(clip.get(), clip_file));
    HANSOM_TRY(
        durable::create_once(directory_.facts_file(facts.id), as_bytes(upload::facts_json(facts))));
    return hash;
  };
  // Counted, never refused: its parts were let in, and go when it is complete.
  admission_.take_in(facts.id, facts.unit, expected_bytes(facts));
  const auto hash = write();
  if (!hash) return not_created(facts.id, hash.error());
  const std::uint64_t bytes = *facts.length;
  auto upload = std::make_shared<SpoolUpload>(directory_, std::move(facts), bytes, false);
  upload->start_hash(*hash);
  upload->set_durable_at_start();  // synced above
  return keep(std::move(upload));
}

Status Spool::set_length(SpoolUpload& upload, std::uint64_t length) {
  UploadFacts facts = upload.facts();
  facts.length = length;
  Status recorded =
      durable::replace(directory_.facts_file(facts.id), as_bytes(upload::facts_json(facts)));
  if (!recorded) {
    directory_.failed(recorded.error());
    return recorded;
  }
  upload.set_length(length);
  admission_.resize(facts.id, length);
  return recorded;
}

Spool::Upload Spool::find(const UploadId& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = uploads_.find(id);
  return found == uploads_.end() ? nullptr : found->second;
}

std::vector<Spool::Upload> Spool::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Upload> uploads;
  uploads.reserve(uploads_.size());
  for (const auto& [id, upload] : uploads_) uploads.push_back(upload);
  return uploads;
}

std::size_t Spool::count() const {
  const std::scoped_lock lock(mutex_);
  return uploads_.size();
}

std::uint64_t Spool::bytes_undurable() const {
  std::uint64_t bytes = 0;
  for (const Upload& upload : all()) {
    const std::uint64_t sure = upload->durable();  // first: it never overtakes what is written
    if (!upload->moved()) bytes += upload->written() - std::min(sure, upload->written());
  }
  return bytes;
}

Status Spool::remove(const SpoolUpload& upload) {
  HANSOM_TRY(remove_files(upload));
  forget(upload.facts().id);
  return {};
}

void Spool::hand_over(const SpoolUpload& upload) {
  // Without a sync: of names that a power cut brings back the journal knows the upload.
  for (const fs::path& file : {directory_.facts_file(upload.facts().id), upload.clip_file()}) {
    if (Status removed = durable::remove_unsynced(file); !removed) {
      // The next start finds the clip and removes them.
      directory_.fault.raise(removed.error());
      break;
    }
  }
  forget(upload.facts().id);
}

Status Spool::remove_files(const SpoolUpload& upload) const {
  const UploadId id = upload.facts().id;
  Status removed;
  if (!upload.recorded()) {
    // Nobody knows it: where a power cut brings the name back, the scan removes it again.
    removed = durable::remove_unsynced(upload.clip_file());
  } else {
    removed = durable::remove_synced(directory_.facts_file(id));
    if (removed && !upload.moved()) removed = durable::remove_synced(directory_.clip_file(id));
  }
  if (!removed) directory_.fault.raise(removed.error());
  return removed;
}

void Spool::forget(const UploadId& id) {
  admission_.leave(id);
  const std::scoped_lock lock(mutex_);
  uploads_.erase(id);
}

void Spool::withdraw_unsynced() const {
  for (const Upload& upload : all()) upload->withdraw_unsynced();
}

}  // namespace hansom::ingest
