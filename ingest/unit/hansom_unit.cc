// `hansom-unit`: the reference recorder unit. Enrols, seals clips, uploads them, reports events.
#include <cstdio>

#include "ingest/unit/session.h"

namespace {

constexpr const char* kFooter =
    "A unit lives in one folder (--dir): unit.key and unit.csr from `enrol`, unit.pem, site.toml "
    "and\n"
    "server-ca.pem from the site, unit.toml for its own settings, queue/ for clips.\n\n"
    "Exit codes: 0 done; 1 a file or the disk; 2 options or configuration; 3 no server within the\n"
    "time given for it; 4 the server refused, and will refuse the same again; 5 a receipt that "
    "does\n"
    "not verify.";

void declare(CLI::App& app, hansom::ingest::Session& session) {
  app.set_version_flag("--version", "hansom-unit " HANSOM_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  app.add_option("--dir,-C", session.folder, "The unit's folder")
      ->envname("HANSOM_UNIT_DIR")
      ->capture_default_str();
  app.add_flag("--json", session.json, "Answer in JSON on stdout");
  app.add_option("--server", session.server, "The site's listener for units: https://host:8443");
  app.add_option("--server-ca", session.server_ca, "Authority of the server's certificate, PEM");
  app.add_option("--vault-recipient", session.vault_recipient, "Whom to seal to: age1...");
  app.add_option("--journal-key", session.journal_key, "The journal's verifier key");
  hansom::ingest::add_enrol_command(app, session);
  hansom::ingest::add_seal_command(app, session);
  hansom::ingest::add_upload_command(app, session);
  hansom::ingest::add_events_command(app, session);
  hansom::ingest::add_status_command(app, session);
  hansom::ingest::add_simulate_command(app, session);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("hansom-unit: the reference recorder unit of a Hansom site", "hansom-unit");
  hansom::ingest::Session session;
  try {
    declare(app, session);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);  // prints help, version or what is wrong
    return code == 0 ? 0 : hansom::ingest::kExitUsage;
  }
  const auto done = session.action();
  if (done) return 0;
  hansom::ingest::print_note("hansom-unit: " + done.error().message + " [" +
                             std::string(done.error().token) + "]");
  return hansom::ingest::exit_code(done.error());
}
