// `hansom journal mirror`: copies the public log into a folder, and goes on where it stopped.
#include "index/cli/mirror_command.h"

#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/verifier_key.h"
#include "index/journal/mirror.h"
#include "proto/base/durable_file.h"

namespace hansom::cli {
namespace {

struct Copied {
  std::uint64_t files = 0;
  std::uint64_t refused = 0;  // entry bundles the server does not show any more
};

bool is_there(const std::filesystem::path& file) {
  std::error_code failed;
  return std::filesystem::exists(file, failed);
}

// Files never change: what is there stays. Partial ones are named by their width.
Status copy_tiles(PeopleClient& client, const std::filesystem::path& folder, std::uint64_t size,
                  Copied& copied) {
  for (const tlog::TilePath& tile : journal::tiles_of(size)) {
    const std::string name = journal::path_of(tile);
    const std::filesystem::path file = folder / name;
    if (is_there(file)) continue;
    const auto bytes = client.get_text("/log/" + name);
    if (!bytes && tile.entries && bytes.error().kind == ErrorKind::kGone) {
      ++copied.refused;
      continue;
    }
    if (!bytes) return fail(Error(bytes.error()).in(name));
    HANSOM_TRY(durable::make_directories(file.parent_path()));
    HANSOM_TRY(durable::create_once(file, as_bytes(*bytes), 0644));
    ++copied.files;
  }
  return {};
}

// The tiles give the new root, and the tree that was mirrored before is in it.
Status check_growth(const std::filesystem::path& folder, const tlog::KeyHistory& keys,
                    const tlog::Checkpoint& checkpoint) {
  const auto nodes = journal::mirrored_nodes(folder, checkpoint.size);
  HANSOM_TRY_ASSIGN(const Digest root, tlog::root(checkpoint.size, nodes));
  if (root != checkpoint.root) {
    return fail(ErrorKind::kCorrupt, "proof_invalid",
                "the tiles do not give the root that was signed");
  }
  if (!is_there(folder / "checkpoint")) return {};
  HANSOM_TRY_ASSIGN(const std::string note, read_text(folder / "checkpoint"));
  HANSOM_TRY_ASSIGN(const tlog::Checkpoint before, tlog::verify_checkpoint(note, keys));
  if (before.size == 0) return {};
  if (before.size > checkpoint.size) {
    return fail(ErrorKind::kCorrupt, "journal_forked",
                "the log had " + std::to_string(before.size) + " leaves, and now it has " +
                    std::to_string(checkpoint.size));
  }
  HANSOM_TRY_ASSIGN(const tlog::Proof proof,
                    tlog::consistency_proof(before.size, checkpoint.size, nodes));
  return tlog::verify_consistency(before.size, checkpoint.size, proof, before.root,
                                  checkpoint.root);
}

}  // namespace

void declare_mirror(CLI::App& command, Mirror& mirror) {
  command.add_option("DIR", mirror.folder, "Where the copy is, or shall be")->required();
  command.add_option("--key", mirror.key, "The journal's verifier key [the site's]");
}

Status run_mirror(const Session& session, const Mirror& mirror) {
  HANSOM_TRY_ASSIGN(const tlog::VerifierKey key, verifier_key(session, mirror.key));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open_public(session));
  HANSOM_TRY_ASSIGN(const std::string note, client->get_text("/log/checkpoint"));
  // The chain proves itself from the key that was given; of a log whose key never changed it has no
  // links.
  HANSOM_TRY_ASSIGN(const tlog::KeyHistory keys, key_history(*client, key));
  HANSOM_TRY_ASSIGN(const tlog::Checkpoint checkpoint, tlog::verify_checkpoint(note, keys));
  HANSOM_TRY(durable::make_directories(mirror.folder));
  Copied copied;
  HANSOM_TRY(copy_tiles(*client, mirror.folder, checkpoint.size, copied));
  HANSOM_TRY(check_growth(mirror.folder, keys, checkpoint));
  HANSOM_TRY(save_key_chain(*client, mirror.folder / kMirroredChainFile));
  // The checkpoint comes last: what it covers is there, and holds what it covered before.
  HANSOM_TRY(durable::replace(mirror.folder / "checkpoint", as_bytes(note), 0644));
  boost::json::object done;
  done["folder"] = mirror.folder.string();
  done["tree_size"] = checkpoint.size;
  done["files_copied"] = copied.files;
  done["bundles_not_shown"] = copied.refused;
  if (session.options.json) {
    print_json(done);
  } else {
    print(fields_of(done));
  }
  return {};
}

}  // namespace hansom::cli
