// Uploads in progress: every file of the spool against its facts, the vault and the journal.
#include <map>

#include "index/fsck/checks.h"
#include "index/vault/vault.h"
#include "proto/base/durable_file.h"
#include "proto/upload/upload_facts.h"

namespace hansom::fsck {
namespace {

namespace fs = std::filesystem;

struct Files {
  bool facts = false;
  bool clip = false;
};

class SpoolCheck {
 public:
  SpoolCheck(const Options& options, Report& report) : options_(options), report_(report) {}

  void run() {
    std::error_code failed;
    for (fs::directory_iterator entry(options_.spool, failed), end; !failed && entry != end;
         entry.increment(failed)) {
      // No folder is ours: a file system of the spool's own has its lost+found here.
      std::error_code unknown;
      if (!entry->is_directory(unknown)) take(entry->path().filename().string());
    }
    if (failed == std::errc::no_such_file_or_directory) return;  // no upload was ever made
    if (failed) {
      report_.find({"spool_unreadable", options_.spool.string(), failed.message()});
    }
    for (const auto& [id, files] : uploads_) check(id, files);
    look_for_bytes();
  }

 private:
  [[nodiscard]] static std::string place(const std::string& name) { return "spool " + name; }
  [[nodiscard]] bool exists(const std::string& name) const {
    std::error_code unknown;
    return fs::exists(options_.spool / name, unknown) || unknown;
  }

  void take(const std::string& name) {
    const auto parsed = upload::parse_spool_name(name);
    if (parsed && parsed->file == upload::SpoolFile::kMark) {
      report_.note({"spool_unverified", place(name),
                    "bytes behind that offset came with a checksum that nobody has seen hold; the "
                    "next start of hansomd takes them back"});
    } else if (parsed) {
      Files& files = uploads_[parsed->id];
      (parsed->file == upload::SpoolFile::kFacts ? files.facts : files.clip) = true;
    } else if (name.ends_with(".json")) {
      report_.find({"spool_facts_unreadable", place(name), "it is not named after an upload"});
    } else {
      leftover(name);
    }
  }

  void leftover(const std::string& name) {
    if (!exists(name)) return;  // a running server has finished with it
    report_.note({"spool_leftover", place(name),
                  "a creation or a removal that was cut short, or an upload that is just being "
                  "created; the next start of hansomd removes it"});
  }

  void check(const UploadId& id, const Files& files) {
    if (!files.facts) {
      // The facts follow the clip file within a moment.
      if (!exists(upload::facts_file_name(id))) leftover(upload::clip_file_name(id));
      return;
    }
    const std::string name = upload::facts_file_name(id);
    const auto bytes = durable::read_file(options_.spool / name, upload::kFactsBytesMax);
    if (!bytes && bytes.error().kind == ErrorKind::kNotFound) return;  // finished meanwhile
    const auto facts = bytes ? upload::parse_facts(as_text(*bytes))
                             : Result<upload::UploadFacts>(fail(bytes.error()));
    if (!facts || facts->id != id) {
      report_.find({"spool_facts_unreadable", place(name),
                    facts ? "it is of another upload" : facts.error().message});
      return;
    }
    ++report_.uploads;
    check_bytes(*facts);
  }

  void check_bytes(const upload::UploadFacts& facts) {
    const std::string name = upload::clip_file_name(facts.id);
    std::error_code missing;
    const std::uint64_t size = fs::file_size(options_.spool / name, missing);
    if (missing) {
      moved_.push_back(facts);
    } else if (const std::uint64_t most = facts.length.value_or(facts.bytes_max); size > most) {
      report_.find({"spool_clip_too_long", place(name),
                    std::to_string(size) + " bytes of an upload of " + std::to_string(most)});
    } else if (size == facts.length && facts.concat != upload::Concat::kPartial) {
      pending(facts, "all its bytes are in the spool");
    }
  }

  void pending(const upload::UploadFacts& facts, const std::string& why) {
    report_.note({"acceptance_pending", place(upload::facts_file_name(facts.id)),
                  why + "; the server goes on with it"});
  }

  // Facts without a clip file: the clip was moved into the vault, or its bytes are lost.
  void look_for_bytes() {
    if (moved_.empty()) return;
    const auto vault = vault::open_file_vault(options_.vault, vault::VaultMode::kReadOnly);
    const auto reader = read_store(options_);
    for (const upload::UploadFacts& facts : moved_) {
      const bool in_vault = vault && (*vault)->open(facts.clip).has_value();
      const auto row = reader ? (*reader)->get(store::Family::kUpload, as_bytes(facts.id.text()))
                              : Result<std::optional<Bytes>>(std::nullopt);
      if (in_vault || (row && *row)) {
        pending(facts, "its clip was moved into the vault");
      } else if (exists(upload::facts_file_name(facts.id))) {
        report_.find({"upload_lost", place(upload::facts_file_name(facts.id)),
                      "neither spool, vault nor journal has clip " + facts.clip.hex()});
      }
    }
  }

  const Options& options_;
  Report& report_;
  std::map<UploadId, Files> uploads_;
  std::vector<upload::UploadFacts> moved_;
};

}  // namespace

void check_spool(const Options& options, Report& report) {
  SpoolCheck(options, report).run();
}

}  // namespace hansom::fsck
