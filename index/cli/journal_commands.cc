// `hansom journal`: checkpoint.
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/verifier_key.h"

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
  HANSOM_TRY_ASSIGN(const tlog::Checkpoint checkpoint, tlog::verify_checkpoint(note, key));
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

}  // namespace

void add_journal_commands(CLI::App& app, Session& session) {
  CLI::App& journals = *app.add_subcommand("journal", "The journal: checkpoint, verify");
  journals.require_subcommand(1);
  add_command<Checkpoint>(journals, session, "checkpoint",
                          "Print the newest signed checkpoint, its signature checked",
                          declare_checkpoint, run_checkpoint);
}

}  // namespace hansom::cli
