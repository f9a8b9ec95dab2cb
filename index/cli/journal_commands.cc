// `hansom journal`: checkpoint from the server, verify on the site's own files.
#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/local_site.h"
#include "index/cli/mirror_command.h"
#include "index/cli/offline_verify.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/verifier_key.h"
#include "index/journal/verify.h"

namespace hansom::cli {
namespace {

struct Checkpoint {
  std::filesystem::path key;
};

void declare_checkpoint(CLI::App& command, Checkpoint& checkpoint) {
  command.add_option("--key", checkpoint.key, "The journal's verifier key [the site's]");
}

// Prints the signed note itself, once its signature holds: it is what others keep and compare.
Status run_checkpoint(const Session& session, const Checkpoint& wanted) {
  HANSOM_TRY_ASSIGN(const tlog::VerifierKey key, verifier_key(session, wanted.key));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const std::string note, client->get_text("/v1/journal/checkpoint"));
  HANSOM_TRY_ASSIGN(const tlog::KeyHistory history, key_history(*client, key));
  HANSOM_TRY_ASSIGN(const tlog::Checkpoint checkpoint, tlog::verify_checkpoint(note, history));
  if (!session.options.json) {
    print(note);
    return {};
  }
  boost::json::object out;
  out["origin"] = checkpoint.origin;
  out["tree_size"] = checkpoint.size;
  out["root"] = checkpoint.root.hex();
  out["note"] = note;
  print_json(out);
  return {};
}

struct Keys {
  std::filesystem::path file;
};

void declare_keys(CLI::App& command, Keys& keys) {
  command.add_option("--output,-o", keys.file, "Where it goes; replaced")->required();
}

Status run_keys(const Session& session, const Keys& keys) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY(save_key_chain(*client, keys.file));
  boost::json::object out;
  out["file"] = keys.file.string();
  if (session.options.json) {
    print_json(out);
  } else {
    print(keys.file.string() + ": the chain of the journal's keys\n");
  }
  return {};
}

struct Verify {
  OfflineVerify offline;
  std::filesystem::path config;
  std::filesystem::path key;
  std::uint64_t every = 1;
};

void declare_verify(CLI::App& command, Verify& verify) {
  command.add_option("--config", verify.config, "The site's hansomd.toml [of the site]");
  command.add_option("--mirror", verify.offline.mirror,
                     "Instead of the site: a folder that mirror made");
  command.add_option("--proof", verify.offline.proof,
                     "Instead of the site: a .tlog-proof, of /log/proof/LEAF");
  command.add_option("--bundle", verify.offline.bundle,
                     "Instead of the site: a folder that export made");
  command.add_option("--from", verify.offline.old_checkpoint,
                     "An old checkpoint, as checkpoint printed it: the journal must begin with it");
  command.add_option("--policy", verify.offline.policy,
                     "With --mirror, --proof or --bundle: the witnesses that must have cosigned");
  command.add_option("--key", verify.key, "The journal's verifier key [the site's]");
  command.add_option("--keys", verify.offline.chain,
                     "With --mirror, --proof or --bundle: the chain of the journal's keys, where "
                     "it was rotated [the copy's, the bundle's or the site's]");
  command
      .add_option("--vault-every", verify.every,
                  "Hash every n-th object of the vault; 0: only presence and size")
      ->capture_default_str();
}

boost::json::object report_json(const journal::VerifyReport& report) {
  boost::json::object out;
  out["valid"] = report.clean();
  out["leaves"] = report.leaves;
  out["records_checked"] = report.records_checked;
  out["records_erased"] = report.records_erased;
  out["tiles"] = report.tiles;
  out["heads"] = report.heads;
  out["vault_objects"] = report.vault_objects;
  out["vault_bytes_read"] = report.vault_bytes_read;
  if (report.old_size) out["old_size"] = *report.old_size;
  out["problems_found"] = report.problems_found;
  boost::json::array problems;
  for (const journal::Problem& problem : report.problems) {
    boost::json::object item;
    item["what"] = problem.what;
    item["where"] = problem.where;
    item["detail"] = problem.detail;
    problems.push_back(std::move(item));
  }
  out["problems"] = std::move(problems);
  return out;
}

// What a clean report stands for, a line each.
std::vector<std::string> words_of(const journal::VerifyReport& report, const std::string& origin) {
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  std::vector<std::string> lines = {
      "the journal " + origin + ": " + number(report.leaves) + " leaves give the roots of all " +
          number(report.heads) + " heads that its keys signed, and its " + number(report.tiles) +
          " full tiles",
      number(report.records_checked) + " records are what their leaves commit to; " +
          number(report.records_erased) + " were erased, each by a recorded destruction",
      number(report.vault_objects) + " objects that the records name lie in the vault; " +
          number(report.vault_objects_read) + " of them were read, " +
          number(report.vault_bytes_read) + " bytes, and hash to their names"};
  if (report.old_size) {
    lines.push_back("the old checkpoint of " + number(*report.old_size) +
                    " leaves is the beginning of this journal");
  }
  return lines;
}

// Reads the site's files only; needs no server and no token, and disturbs neither.
Status run_verify(const Session& session, const Verify& verify) {
  const OfflineVerify& offline = verify.offline;
  if (!offline.mirror.empty() || !offline.proof.empty() || !offline.bundle.empty() ||
      !offline.policy.empty() || !offline.chain.empty()) {
    OfflineVerify wanted = offline;
    wanted.key = verify.key;
    return verify_offline(session, wanted);
  }
  HANSOM_TRY_ASSIGN(const site::SiteConfig config, local_config(session, verify.config));
  HANSOM_TRY_ASSIGN(const tlog::VerifierKey key, verifier_key(session, verify.key));
  journal::VerifyOptions options;
  options.store = config.store();
  options.vault = config.vault();
  options.key = key;
  options.vault_every = verify.every;
  options.progress = show_progress;
  if (!offline.old_checkpoint.empty()) {
    HANSOM_TRY_ASSIGN(options.old_checkpoint, read_text(offline.old_checkpoint));
  }
  HANSOM_TRY_ASSIGN(const journal::VerifyReport report, journal::verify(options));
  boost::json::object out = report_json(report);
  const auto words = report.clean() ? words_of(report, key.name) : std::vector<std::string>();
  if (session.options.json) {
    out["checked"] = boost::json::array(words.begin(), words.end());
    print_json(out);
  } else {
    for (const std::string& line : words) print("checked: " + printable(line) + "\n");
    if (!report.clean()) {
      print(
          table_of(out, "problems", {{"WHAT", "what"}, {"WHERE", "where"}, {"DETAIL", "detail"}}) +
          "\n");
    }
    out.erase("problems");
    print(fields_of(out));
  }
  if (report.clean()) return {};
  return fail(ErrorKind::kCorrupt, "journal_corrupt",
              std::to_string(report.problems_found) + " problems in the journal or the vault");
}

}  // namespace

void add_journal_commands(CLI::App& app, Session& session) {
  CLI::App& journals = *app.add_subcommand("journal", "The journal: checkpoint, mirror, verify");
  journals.require_subcommand(1);
  add_command<Checkpoint>(journals, session, "checkpoint",
                          "Print the newest signed checkpoint, its signature checked",
                          declare_checkpoint, run_checkpoint);
  add_command<Mirror>(journals, session, "mirror",
                      "Copy the public log into a folder, or bring the copy up to date",
                      declare_mirror, run_mirror);
  add_command<Keys>(journals, session, "keys",
                    "Save the chain of the journal's keys, for checking receipts offline",
                    declare_keys, run_keys);
  add_command<Verify>(journals, session, "verify",
                      "Read everything the site keeps, a copy of its log, or one proof, and say "
                      "what does not fit",
                      declare_verify, run_verify);
}

}  // namespace hansom::cli
