// `hansom key`: list, rotate the journal's key, rotate and retire recipients of the vault.
#include <algorithm>

#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/key_places.h"
#include "index/cli/make_site.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/verifier_key.h"
#include "index/site/open_keys.h"
#include "index/site/site_config.h"
#include "proto/age/age.h"
#include "proto/base/durable_file.h"
#include "proto/base/random.h"
#include "proto/hsm/token_key.h"
#include "proto/tlog/checkpoint.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

struct Rotate {
  std::string place;
  std::string reason;
};

void declare_rotate(CLI::App& command, Rotate& rotate) {
  command.add_option("--reason", rotate.reason, "Why; recorded in the journal")->required();
  command.add_option("--new", rotate.place,
                     "The new key: a file, or for the journal a pkcs11: URI [made in keys/]");
}

void show(const Session& session, const boost::json::object& out, const std::string& then) {
  if (session.options.json) {
    print_json(out);
  } else {
    print(fields_of(out) + then);
  }
}

Status run_rotate_journal(const Session& session, const Rotate& rotate) {
  HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
  HANSOM_TRY_ASSIGN(const site::SiteConfig config,
                    site::load_config(site.folder / site_files::kConfig));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  // 1. A key the configuration names; the server does not use it yet.
  std::string place = rotate.place;
  if (place.empty()) {
    HANSOM_TRY_ASSIGN(const fs::path made, write_new(site.folder / "keys", "journal", ".pem",
                                                     tlog::Signer::generate_pem()));
    place = made.string();
  } else if (!hsm::is_pkcs11_uri(place)) {
    place = fs::absolute(place).lexically_normal().string();
  }
  HANSOM_TRY_ASSIGN(const tlog::Signer signer, site::open_journal_key(config.origin, place));
  HANSOM_TRY(add_place(site, "journal_key", config.journal_keys, place));
  // 2. The server reads it and rotates. From here the journal says which key signs.
  boost::json::object body;
  body["new_key"] = signer.verifier().text();
  body["reason"] = rotate.reason;
  HANSOM_TRY_ASSIGN(boost::json::object out, client->post("/v1/keys/journal/rotate", body));
  // 3. The proof of it, for whoever holds the old key.
  HANSOM_TRY(save_key_chain(*client, site.folder / kKeyChainFile));
  const fs::path newest = site.folder / kNewestKeyFile;
  HANSOM_TRY(durable::replace(newest, as_bytes(signer.verifier().text() + "\n"), 0644));
  out["verifier_key"] = newest.string();
  out["place"] = place_in(site.folder, place);
  out["chain"] = (site.folder / kKeyChainFile).string();
  show(session, out,
       "The old key signs nothing more. Its place may leave journal_key at the next restart; keep "
       "its verifier key: old receipts are checked with it.\n");
  return {};
}

Status run_rotate_vault(const Session& session, const Rotate& rotate) {
  HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
  HANSOM_TRY_ASSIGN(const site::SiteConfig config,
                    site::load_config(site.folder / site_files::kConfig));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  fs::path file = rotate.place;
  if (file.empty()) {
    const age::Identity identity = age::Identity::generate(system_random());
    HANSOM_TRY_ASSIGN(file,
                      write_new(site.folder / "keys", "vault-identity", ".txt", identity.text()));
  }
  file = fs::absolute(file).lexically_normal();
  HANSOM_TRY_ASSIGN(const age::Identity identity, site::open_identity(file));
  const std::string recipient = identity.recipient().text();
  std::vector<std::string> places;
  for (const fs::path& path : config.vault_identities) places.push_back(path.string());
  HANSOM_TRY(add_place(site, "vault_identity", std::move(places), file.string()));
  boost::json::object body;
  body["recipient"] = recipient;
  body["reason"] = rotate.reason;
  HANSOM_TRY_ASSIGN(boost::json::object out, client->post("/v1/keys/vault/add", body));
  // From here units are told it. Those that are enrolled from now on get it with their site.toml.
  HANSOM_TRY(durable::replace(site.folder / site_files::kVaultRecipient, as_bytes(recipient + "\n"),
                              0644));
  out["place"] = place_in(site.folder, file.string());
  show(session, out,
       "Keep every older identity in vault_identity: clips sealed to it are opened with it. Copy "
       "the new one to where neither fire nor this machine reaches.\n");
  return {};
}

struct Retire {
  std::string recipient;
  std::string reason;
  int accepted_days = 31;
};

void declare_retire(CLI::App& command, Retire& retire) {
  command.add_option("RECIPIENT", retire.recipient, "age1..., as `hansom key list` shows it")
      ->required();
  command.add_option("--reason", retire.reason, "Why; recorded in the journal")->required();
  command
      .add_option("--accepted-days", retire.accepted_days,
                  "How long clips sealed to it are still accepted")
      ->capture_default_str();
}

Status run_retire(const Session& session, const Retire& retire) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  boost::json::object body;
  body["recipient"] = retire.recipient;
  body["reason"] = retire.reason;
  body["accepted_days"] = retire.accepted_days;
  HANSOM_TRY_ASSIGN(const boost::json::object out, client->post("/v1/keys/vault/retire", body));
  show(session, out, "Its identity stays in vault_identity: old clips are opened with it.\n");
  return {};
}

Status run_list(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->get("/v1/keys"));
  if (session.options.json) {
    print_json(answer);
    return {};
  }
  print("journal: " + member_text(answer, "journal_key") + "\n");
  print(table_of(answer, "journal_rotations",
                 {{"ROTATED", "rotated"}, {"LEAF", "leaf_index"}, {"FROM", "old_key"}}));
  print("vault:   " + member_text(answer, "vault_recipient") + "\n");
  print(table_of(answer, "vault_recipients",
                 {{"RECIPIENT", "recipient"},
                  {"ADDED", "added"},
                  {"RETIRED", "retired"},
                  {"ACCEPTED UNTIL", "accepted_until"}}));
  print("units:\n");
  print(table_of(
      answer, "unit_authorities",
      {{"AUTHORITY SHA-256", "certificate_sha256"}, {"ADDED", "added"}, {"RETIRED", "retired"}}));
  return {};
}

}  // namespace

void add_key_commands(CLI::App& app, Session& session) {
  CLI::App& keys = *app.add_subcommand("key", "Keys of the site: list, rotate, retire");
  keys.require_subcommand(1);
  add_command<NoArguments>(keys, session, "list", "Which keys are in force", declare_nothing,
                           run_list);
  add_command<Rotate>(keys, session, "rotate-journal",
                      "Give the journal a new signing key, beside running uploads", declare_rotate,
                      run_rotate_journal);
  add_command<Rotate>(keys, session, "rotate-vault",
                      "Give the vault a new identity, beside running uploads", declare_rotate,
                      run_rotate_vault);
  add_command<Retire>(keys, session, "retire-vault",
                      "End the acceptance of clips sealed to an old recipient", declare_retire,
                      run_retire);
  add_authority_commands(keys, session);
}

}  // namespace hansom::cli
