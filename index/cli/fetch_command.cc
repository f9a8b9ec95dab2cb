// `hansom fetch`: takes a clip out, opened or sealed, and proves that the bytes are those that were
// recorded.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "proto/base/durable_file.h"
#include "proto/base/sha256.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

struct Fetch {
  std::string clip;
  bool sealed = false;
  fs::path file;
};

void declare_fetch(CLI::App& command, Fetch& fetch) {
  command.add_option("CLIP", fetch.clip, "The clip's digest")->required();
  command.add_flag("--sealed", fetch.sealed, "The sealed bytes as they arrived, not opened");
  command.add_option("--output,-o", fetch.file, "A new file")->required();
}

// What the clip's facts say of the bytes that will come.
struct Expected {
  Digest digest;
  std::uint64_t bytes = 0;
};

Result<Expected> expected_of(const boost::json::object& facts, bool sealed) {
  Expected expected;
  HANSOM_TRY_ASSIGN(expected.digest,
                    Digest::from_hex(member_text(facts, sealed ? "clip" : "media_sha256")));
  const std::string bytes = member_text(facts, sealed ? "sealed_bytes" : "media_bytes");
  std::from_chars(bytes.data(), bytes.data() + bytes.size(), expected.bytes);
  return expected;
}

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
  Status append(ByteSpan bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail(durable::storage_error(errno, "write", path_));
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }
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

Status run_fetch(const Session& session, const Fetch& fetch) {
  std::error_code failed;
  if (fs::exists(fetch.file, failed)) {
    return fail(ErrorKind::kConflict, "already_exists",
                fetch.file.string() + " exists; a clip is written to a new file");
  }
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  const std::string resource = "/v1/clips/" + path_segment(fetch.clip);
  HANSOM_TRY_ASSIGN(const boost::json::object facts, client->get(resource));
  if (member_text(facts, "state") == "destroyed") {
    return fail(ErrorKind::kGone, "destroyed",
                "the clip was destroyed; `hansom show` has its tombstone");
  }
  HANSOM_TRY_ASSIGN(const Expected expected, expected_of(facts, fetch.sealed));

  PartFile part(fetch.file.string() + ".part");
  if (!part.valid()) return fail(durable::storage_error(errno, "create", part.path()));
  Sha256 hash;
  Progress progress("fetch", expected.bytes);
  const PeopleClient::Sink sink = [&](ByteSpan bytes) {
    hash.update(bytes);
    progress.add(bytes.size());
    return part.append(bytes);
  };
  HANSOM_TRY(client->download(resource + (fetch.sealed ? "/sealed" : "/media"), sink));
  const Digest got = hash.finish();
  if (got != expected.digest) {
    return fail(ErrorKind::kCorrupt, "digest_mismatch",
                "the bytes that came are not those recorded: SHA-256 " + got.hex() +
                    " instead of " + expected.digest.hex() + "; nothing was kept");
  }
  HANSOM_TRY(part.publish(fetch.file));

  boost::json::object done;
  done["file"] = fetch.file.string();
  done["clip"] = fetch.clip;
  done["bytes"] = expected.bytes;
  done["sha256"] = got.hex();
  done["as_recorded"] = true;
  if (session.options.json) {
    print_json(done);
  } else {
    print(fetch.file.string() + ": " + std::to_string(expected.bytes) + " bytes, SHA-256 " +
          got.hex() + ", as recorded\n");
  }
  return {};
}

}  // namespace

void add_fetch_command(CLI::App& app, Session& session) {
  add_command<Fetch>(app, session, "fetch", "Take a clip out and check its digest", declare_fetch,
                     run_fetch);
}

}  // namespace hansom::cli
