// Downloads to a file of its own beside the wanted name, and gives it that name when it is right.
#include "index/cli/clip_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "index/cli/output.h"
#include "proto/base/durable_file.h"
#include "proto/base/sha256.h"
#include "proto/base/write_all.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

// A file that is removed unless it was published.
class PartFile {
 public:
  explicit PartFile(fs::path path)
      : path_(std::move(path)),
        fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {}
  ~PartFile() {
    if (!path_.empty() && fd_.valid()) ::unlink(path_.c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] bool valid() const { return fd_.valid(); }
  [[nodiscard]] const fs::path& path() const { return path_; }
  Status append(ByteSpan bytes) { return durable::write_all(fd_.get(), bytes, path_); }
  Status publish(const fs::path& as) {
    HANSOM_TRY(durable::sync_data(fd_.get(), path_));
    HANSOM_TRY(durable::publish_by_rename(path_, as));
    path_.clear();
    return {};
  }

 private:
  fs::path path_;
  FileDescriptor fd_;
};

}  // namespace

namespace {

Result<Expected> expected_of(const boost::json::object& facts, std::string_view digest,
                             std::string_view size) {
  Expected expected;
  HANSOM_TRY_ASSIGN(expected.digest, Digest::from_hex(member_text(facts, digest)));
  const std::string bytes = member_text(facts, size);
  std::from_chars(bytes.data(), bytes.data() + bytes.size(), expected.bytes);
  return expected;
}

}  // namespace

Result<Expected> expected_of_repair(const boost::json::object& report) {
  const boost::json::value* repair = report.if_contains("repair");
  if (repair == nullptr || !repair->is_object()) {
    return fail(ErrorKind::kNotFound, "no_repaired_copy", "the clip is whole: it needs no repair");
  }
  const boost::json::object& facts = repair->get_object();
  if (member_text(facts, "copy_sha256").empty()) {
    return fail(ErrorKind::kNotFound, "no_repaired_copy", member_text(facts, "missing"));
  }
  return expected_of(facts, "copy_sha256", "copy_bytes");
}

Result<Expected> expected_of(const boost::json::object& facts, bool sealed) {
  if (member_text(facts, "state") == "destroyed") {
    return fail(ErrorKind::kGone, "destroyed",
                "the clip was destroyed; `hansom show` has its tombstone");
  }
  return sealed ? expected_of(facts, "clip", "sealed_bytes")
                : expected_of(facts, "media_sha256", "media_bytes");
}

Status download_checked(PeopleClient& client, std::string_view resource, const Expected& expected,
                        const fs::path& file) {
  PartFile part(file.string() + ".part");
  if (!part.valid()) return fail(durable::storage_error(errno, "create", part.path()));
  Sha256 hash;
  Progress progress(file.filename().string(), expected.bytes);
  const PeopleClient::Sink sink = [&](ByteSpan bytes) {
    hash.update(bytes);
    progress.add(bytes.size());
    return part.append(bytes);
  };
  HANSOM_TRY(client.download(resource, sink));
  const Digest got = hash.finish();
  if (got != expected.digest) {
    return fail(ErrorKind::kCorrupt, "digest_mismatch",
                "the bytes that came are not those recorded: SHA-256 " + got.hex() +
                    " instead of " + expected.digest.hex() + "; nothing was kept");
  }
  return part.publish(file);
}

}  // namespace hansom::cli
