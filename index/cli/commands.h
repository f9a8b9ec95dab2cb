// The command groups of `hansom`, one file each. Each function adds its commands to `app`; a
// command that was chosen sets session.action. Requires: `session` outlives `app`.
#pragma once

#include <CLI/CLI.hpp>

#include "index/cli/session.h"

namespace hansom::cli {

void add_init_command(CLI::App& app, Session& session);
void add_unit_commands(CLI::App& app, Session& session);
void add_token_commands(CLI::App& app, Session& session);
void add_register_commands(CLI::App& app, Session& session);
void add_search_commands(CLI::App& app, Session& session);  // search, events
void add_show_command(CLI::App& app, Session& session);
void add_clock_commands(CLI::App& app, Session& session);  // see, correct, withdraw
void add_inspect_command(CLI::App& app, Session& session);
void add_fetch_command(CLI::App& app, Session& session);
void add_export_command(CLI::App& app, Session& session);
void add_receipt_commands(CLI::App& app, Session& session);
void add_journal_commands(CLI::App& app, Session& session);
void add_fsck_command(CLI::App& app, Session& session);
void add_reindex_command(CLI::App& app, Session& session);
void add_hold_commands(CLI::App& app, Session& session);
void add_sweep_commands(CLI::App& app, Session& session);
void add_scrub_commands(CLI::App& app, Session& session);
void add_status_command(CLI::App& app, Session& session);
void add_witness_commands(CLI::App& app, Session& session);  // init, run
void add_key_commands(CLI::App& app, Session& session);
// Into `hansom key`.
void add_authority_commands(CLI::App& keys, Session& session);
void add_backup_commands(CLI::App& app, Session& session);  // backup, restore, restore-confirm

// Adds a command whose arguments are a value of `Arguments`: `declare` adds its options, `run` is
// what it does. The command owns the value: CLI11 keeps copies of the callbacks, so it is shared.
// Returns the command.
template <typename Arguments>
CLI::App* add_command(CLI::App& app, Session& session, const char* name, const char* summary,
                      void (*declare)(CLI::App&, Arguments&),
                      Status (*run)(const Session&, const Arguments&)) {
  CLI::App* command = app.add_subcommand(name, summary);
  const auto arguments = std::make_shared<Arguments>();
  declare(*command, *arguments);
  command->callback([&session, arguments, run] {
    session.action = [&session, arguments, run] { return run(session, *arguments); };
  });
  return command;
}

struct NoArguments {};
inline void declare_nothing(CLI::App& /*command*/, NoArguments& /*arguments*/) {}

}  // namespace hansom::cli
