// `hansom fetch`: takes a clip out, opened or sealed, and proves that the bytes are those that were
// recorded.
#include "index/cli/clip_file.h"
#include "index/cli/commands.h"
#include "index/cli/output.h"

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

Status run_fetch(const Session& session, const Fetch& fetch) {
  std::error_code failed;
  if (fs::exists(fetch.file, failed)) {
    return fail(ErrorKind::kConflict, "already_exists",
                fetch.file.string() + " exists; a clip is written to a new file");
  }
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  const std::string resource = "/v1/clips/" + path_segment(fetch.clip);
  HANSOM_TRY_ASSIGN(const boost::json::object facts, client->get(resource));
  HANSOM_TRY_ASSIGN(const Expected expected, expected_of(facts, fetch.sealed));

  HANSOM_TRY(download_checked(*client, resource + (fetch.sealed ? "/sealed" : "/media"), expected,
                              fetch.file));

  boost::json::object done;
  done["file"] = fetch.file.string();
  done["clip"] = fetch.clip;
  done["bytes"] = expected.bytes;
  done["sha256"] = expected.digest.hex();
  done["as_recorded"] = true;
  if (session.options.json) {
    print_json(done);
  } else {
    print(fetch.file.string() + ": " + std::to_string(expected.bytes) + " bytes, SHA-256 " +
          expected.digest.hex() + ", as recorded\n");
  }
  return {};
}

}  // namespace

void add_fetch_command(CLI::App& app, Session& session) {
  add_command<Fetch>(app, session, "fetch", "Take a clip out and check its digest", declare_fetch,
                     run_fetch);
}

}  // namespace hansom::cli
