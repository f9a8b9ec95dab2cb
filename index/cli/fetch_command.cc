// `hansom fetch`: takes a clip out, opened or sealed, and proves that the bytes are those that were
// recorded; or the repaired copy of one that does not play.
#include "index/cli/clip_file.h"
#include "index/cli/commands.h"
#include "index/cli/output.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

struct Fetch {
  std::string clip;
  bool sealed = false;
  bool repaired = false;
  fs::path file;
};

void declare_fetch(CLI::App& command, Fetch& fetch) {
  command.add_option("CLIP", fetch.clip, "The clip's digest")->required();
  command.add_flag("--sealed", fetch.sealed, "The sealed bytes as they arrived, not opened");
  command.add_flag("--repaired", fetch.repaired, "The copy that plays, of a clip that does not")
      ->excludes("--sealed");
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
  Expected expected;
  std::string part = fetch.sealed ? "/sealed" : "/media";
  if (fetch.repaired) {
    HANSOM_TRY_ASSIGN(const boost::json::object report, client->get(resource + "/report"));
    HANSOM_TRY_ASSIGN(expected, expected_of_repair(report));
    part = "/repaired";
  } else {
    HANSOM_TRY_ASSIGN(const boost::json::object facts, client->get(resource));
    HANSOM_TRY_ASSIGN(expected, expected_of(facts, fetch.sealed));
  }

  HANSOM_TRY(download_checked(*client, resource + part, expected, fetch.file));

  boost::json::object done;
  done["file"] = fetch.file.string();
  done["clip"] = fetch.clip;
  done["bytes"] = expected.bytes;
  done["sha256"] = expected.digest.hex();
  done["as_recorded"] = !fetch.repaired;
  if (session.options.json) {
    print_json(done);
  } else {
    print(fetch.file.string() + ": " + std::to_string(expected.bytes) + " bytes, SHA-256 " +
          expected.digest.hex() +
          (fetch.repaired ? ", a copy repaired by the server; the clip itself is as recorded\n"
                          : ", as recorded\n"));
  }
  return {};
}

}  // namespace

void add_fetch_command(CLI::App& app, Session& session) {
  add_command<Fetch>(app, session, "fetch", "Take a clip out and check its digest", declare_fetch,
                     run_fetch);
}

}  // namespace hansom::cli
