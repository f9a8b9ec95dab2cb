// Seals in one pass.
#include "ingest/unit/seal_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "proto/base/durable_file.h"
#include "proto/base/write_all.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kReadBytes = 1024UL * 1024;

// A file under a name of its own, removed unless it was published.
class Draft {
 public:
  [[nodiscard]] static Result<Draft> create(const std::filesystem::path& folder, Random& random) {
    Draft draft;
    draft.path_ = folder / (".sealing-" + UploadId::make(random).text());
    draft.file_ =
        FileDescriptor(::open(draft.path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!draft.file_.valid()) {
      const int error = errno;
      return fail(durable::storage_error(error, "create", draft.path_));
    }
    draft.is_there_ = true;
    return draft;
  }
  ~Draft() {
    if (is_there_) ignore(durable::remove_synced(path_), "a draft that stays is only waste");
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  Draft(Draft&& other) noexcept
      : path_(std::move(other.path_)),
        file_(std::move(other.file_)),
        is_there_(std::exchange(other.is_there_, false)) {}
  Draft& operator=(Draft&&) = delete;

  Status write(ByteSpan bytes) { return durable::write_all(file_.get(), bytes, path_); }
  Status publish(const std::filesystem::path& to) {
    HANSOM_TRY(durable::sync_data(file_.get(), path_));
    HANSOM_TRY(durable::publish_by_rename(path_, to));
    is_there_ = false;
    return {};
  }

 private:
  Draft() = default;
  std::filesystem::path path_;
  FileDescriptor file_;
  bool is_there_ = false;
};

Result<std::size_t> read_some(const FileDescriptor& file, Bytes& buffer,
                              const std::filesystem::path& path) {
  while (true) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return fail(durable::storage_error(errno, "read", path));
  }
}

}  // namespace

Result<SealedFile> seal_file(const std::filesystem::path& media, const std::filesystem::path& queue,
                             std::span<const age::Recipient> recipients, Random& random) {
  const FileDescriptor source(::open(media.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.valid()) return fail(durable::storage_error(errno, "open", media));
  HANSOM_TRY(durable::make_directories(queue));
  HANSOM_TRY_ASSIGN(age::Sealer sealer, age::Sealer::start(recipients, random));
  HANSOM_TRY_ASSIGN(Draft draft, Draft::create(queue, random));
  SealedFile sealed;
  Sha256 media_hash;
  Sha256 sealed_hash;
  Bytes out;
  const auto flush = [&]() -> Status {
    sealed_hash.update(out);
    sealed.clip.sealed_bytes += out.size();
    HANSOM_TRY(draft.write(out));
    out.clear();
    return {};
  };
  sealer.header(out);
  Bytes buffer(kReadBytes);
  while (true) {
    HANSOM_TRY_ASSIGN(const std::size_t got, read_some(source, buffer, media));
    if (got == 0) break;
    const ByteSpan plain(buffer.data(), got);
    media_hash.update(plain);
    sealed.media_bytes += got;
    sealer.update(plain, out);
    HANSOM_TRY(flush());
  }
  sealer.finish(out);
  HANSOM_TRY(flush());
  sealed.media = media_hash.finish();
  const auto sealed_bytes = sealed.clip.sealed_bytes;
  sealed.clip = clip_in(queue, sealed_hash.finish());
  sealed.clip.sealed_bytes = sealed_bytes;
  HANSOM_TRY(draft.publish(sealed.clip.sealed));
  return sealed;
}

}  // namespace hansom::ingest
