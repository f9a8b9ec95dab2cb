// `hansom`: the operator's tool. Parses arguments, runs one command, says how it ended.
#include <exception>

#include "index/cli/commands.h"
#include "index/cli/output.h"

namespace hansom::cli {
namespace {

void add_global_options(CLI::App& app, GlobalOptions& options) {
  app.add_option("--site", options.site, "Folder of the site (made by init)")
      ->envname("HANSOM_SITE");
  app.add_option("--server", options.server, "Address of the people's API, https://HOST:PORT");
  app.add_option("--authority", options.authority, "Certificates that the server's is signed by");
  app.add_option("--token-file", options.token_file, "File with your token (mode 0600)")
      ->envname("HANSOM_TOKEN_FILE");
  app.add_option("--purpose", options.purpose,
                 "What you ask for; recorded in the journal with every look and act")
      ->envname("HANSOM_PURPOSE");
  app.add_flag("--json", options.json, "One JSON object instead of text, errors included");
}

int run(int argc, char** argv) {
  Session session;
  CLI::App app("The operator's tool of a Hansom evidence server.", "hansom");
  app.set_version_flag("--version", std::string("hansom ") + HANSOM_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(exit_codes_help() +
             "\nTokens are never arguments: they come from files, or from a site's settings.");
  add_global_options(app, session.options);
  add_init_command(app, session);
  add_unit_commands(app, session);
  add_token_commands(app, session);
  add_register_commands(app, session);
  add_search_commands(app, session);
  add_show_command(app, session);
  add_clock_commands(app, session);
  add_inspect_command(app, session);
  add_fetch_command(app, session);
  add_export_command(app, session);
  add_receipt_commands(app, session);
  add_journal_commands(app, session);
  add_fsck_command(app, session);
  add_reindex_command(app, session);
  add_hold_commands(app, session);
  add_sweep_commands(app, session);
  add_scrub_commands(app, session);
  add_status_command(app, session);
  add_witness_commands(app, session);
  add_key_commands(app, session);
  add_backup_commands(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kUsage);
  }
  const Status done = session.action();
  if (done) return static_cast<int>(Exit::kDone);
  print_error(done.error(), session.options.json);
  if (session.own_exit) return session.own_exit(done.error());
  return static_cast<int>(exit_of(done.error()));
}

}  // namespace
}  // namespace hansom::cli

int main(int argc, char** argv) {
  try {
    return hansom::cli::run(argc, argv);
  } catch (const std::exception& error) {
    hansom::cli::print_error({hansom::ErrorKind::kInternal, "internal", error.what()}, false);
    return static_cast<int>(hansom::cli::Exit::kFailed);
  }
}
