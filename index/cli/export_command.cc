// `hansom export`: takes a clip out as a bundle that proves itself.
//
// The media is fetched before the proof is asked for: the head that the witnesses then cosign
// covers the leaf that says who took the clip out.
#include <array>
#include <utility>

#include "index/cli/bundle.h"
#include "index/cli/clip_file.h"
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/verifier_key.h"
#include "proto/base/durable_file.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kFileMode = 0640;

struct Export {
  std::string clip;
  fs::path folder;
  fs::path key;
  bool sealed = false;
};

void declare_export(CLI::App& command, Export& wanted) {
  command.add_option("CLIP", wanted.clip, "The clip's digest")->required();
  command.add_option("--output,-o", wanted.folder, "A new folder")->required();
  command.add_flag("--sealed", wanted.sealed, "The sealed bytes as they arrived, too");
  command.add_option("--key", wanted.key, "The journal's verifier key [the site's]");
}

// A folder that is removed unless it was published.
class PartFolder {
 public:
  [[nodiscard]] static Result<PartFolder> make(const fs::path& folder) {
    std::error_code failed;
    for (const fs::path& name : {folder, fs::path(folder.string() + ".part")}) {
      if (!fs::exists(name, failed)) continue;
      return fail(ErrorKind::kConflict, "already_exists",
                  name.string() + " exists; a bundle is written to a new folder");
    }
    PartFolder part(folder.string() + ".part");
    HANSOM_TRY(durable::make_directories(part.path_));
    return part;
  }
  ~PartFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  PartFolder(PartFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PartFolder& operator=(PartFolder&&) = delete;
  PartFolder(const PartFolder&) = delete;
  PartFolder& operator=(const PartFolder&) = delete;

  [[nodiscard]] fs::path operator/(std::string_view name) const { return path_ / name; }
  [[nodiscard]] const fs::path& path() const { return path_; }
  Status publish(const fs::path& as) {
    HANSOM_TRY(durable::publish_by_rename(path_, as));
    path_.clear();
    return {};
  }

 private:
  explicit PartFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

std::string words_of(const BundleChecked& bundle, const std::string& journal) {
  return "One clip of a camera in a licensed vehicle, with what proves it.\n\n"
         "Clip:      " +
         bundle.receipt.clip.hex() +
         " (SHA-256 of its sealed bytes)\n"
         "Picture:   " +
         bundle.media_file + ", SHA-256 " + bundle.media.hex() +
         "\n"
         "Unit:      " +
         printable(bundle.receipt.unit) +
         "\n"
         "Accepted:  " +
         to_rfc3339(bundle.receipt.accepted) +
         "\n"
         "Journal:   " +
         journal + ", leaf " + std::to_string(to_u64(bundle.receipt.leaf_index)) + " of " +
         std::to_string(bundle.proven.checkpoint.size) +
         "\n\n"
         "receipt.json         the record of its arrival, and the journal's signature over it\n"
         "accepted.tlog-proof  its place in a later tree, with the witnesses' cosignatures\n"
         "journal-chain.json   how the journal's key changed\n"
         "journal.vkey         the journal's key as the server gave it: compare it with the key\n"
         "                     that the licensing authority or a witness publishes\n\n"
         "To check it without the server that made it:\n\n"
         "  hansom journal verify --bundle . --key JOURNAL-KEY [--policy WITNESSES]\n";
}

struct Source {
  PeopleClient& client;
  std::string resource;  // of the clip
};

Status fetch_bytes(const Source& from, const Export& wanted, const PartFolder& part) {
  HANSOM_TRY_ASSIGN(const boost::json::object facts, from.client.get(from.resource));
  HANSOM_TRY_ASSIGN(const Expected media, expected_of(facts, false));
  const std::string name = bundle_media_name(member_text(facts, "media_type"));
  HANSOM_TRY(download_checked(from.client, from.resource + "/media", media, part / name));
  if (!wanted.sealed) return {};
  HANSOM_TRY_ASSIGN(const Expected sealed, expected_of(facts, true));
  return download_checked(from.client, from.resource + "/sealed", sealed, part / kBundleSealed);
}

Status fetch_proofs(const Source& from, const PartFolder& part) {
  const std::array<std::pair<const char*, std::string>, 3> texts = {
      {{kBundleKey, "/v1/journal/key"},
       {kBundleReceipt, from.resource + "/receipt"},
       {kBundleProof, from.resource + "/proof"}}};
  for (const auto& [name, resource] : texts) {
    HANSOM_TRY_ASSIGN(const std::string text, from.client.get_text(resource));
    HANSOM_TRY(durable::create_once(part / name, as_bytes(text), kFileMode));
  }
  return save_key_chain(from.client, part / kMirroredChainFile);
}

void show(const Session& session, const Export& wanted, const BundleChecked& bundle) {
  boost::json::object done;
  done["folder"] = wanted.folder.string();
  done["clip"] = bundle.receipt.clip.hex();
  done["media"] = bundle.media_file;
  done["sha256"] = bundle.media.hex();
  done["leaf_index"] = to_u64(bundle.receipt.leaf_index);
  done["tree_size"] = bundle.proven.checkpoint.size;
  if (session.options.json) {
    print_json(done);
  } else {
    print(fields_of(done));
  }
}

Status run_export(const Session& session, const Export& wanted) {
  HANSOM_TRY_ASSIGN(const tlog::VerifierKey key, verifier_key(session, wanted.key));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(PartFolder part, PartFolder::make(wanted.folder));
  const Source from{*client, "/v1/clips/" + path_segment(wanted.clip)};
  HANSOM_TRY(fetch_bytes(from, wanted, part));
  HANSOM_TRY(fetch_proofs(from, part));
  // Nobody is handed what does not verify.
  HANSOM_TRY_ASSIGN(const tlog::KeyHistory keys,
                    key_history(session, wanted.key, part / kMirroredChainFile));
  HANSOM_TRY_ASSIGN(const BundleChecked bundle,
                    check_bundle(part.path(), keys, tlog::WitnessPolicy()));
  HANSOM_TRY(
      durable::create_once(part / "READ-ME.txt", as_bytes(words_of(bundle, key.name)), kFileMode));
  HANSOM_TRY(part.publish(wanted.folder));
  show(session, wanted, bundle);
  return {};
}

}  // namespace

void add_export_command(CLI::App& app, Session& session) {
  add_command<Export>(app, session, "export",
                      "Take a clip out as a bundle that proves itself: bytes, receipt, witnessed "
                      "proof",
                      declare_export, run_export);
}

}  // namespace hansom::cli
