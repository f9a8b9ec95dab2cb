// What all commands of `hansom-unit` share: the unit's folder, its configuration, how to speak.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <boost/json/value.hpp>

#include "ingest/unit/unit_config.h"

namespace hansom::ingest {

struct Session {
  std::filesystem::path folder = ".";
  bool json = false;
  // Given on the command line; win over the files.
  std::string server;
  std::filesystem::path server_ca;
  std::string vault_recipient;
  std::string journal_key;
  // Set by the command that was chosen.
  std::function<Status()> action;

  // The files of the folder with the command line on top. Error: kInvalid `bad_config`.
  [[nodiscard]] Result<UnitConfig> config() const;
  [[nodiscard]] std::filesystem::path queue_or(const std::filesystem::path& given) const;
  // One JSON text on stdout where --json was given, else the words.
  void say(const boost::json::value& json_form, std::string_view words) const;
};

// A text of somebody else's as it may stand on a terminal: control characters become '?'.
[[nodiscard]] std::string printable(std::string_view text);
void print_out(std::string_view text);   // stdout
void print_note(std::string_view text);  // stderr, as a line

// Exit codes.
inline constexpr int kExitFailed = 1;       // a file, the disk, or we ourselves
inline constexpr int kExitUsage = 2;        // options or configuration
inline constexpr int kExitUnreachable = 3;  // no server within the time given for it
inline constexpr int kExitRefused = 4;      // the server said no; the same again will get the same
inline constexpr int kExitReceipt = 5;      // a receipt that does not verify
[[nodiscard]] int exit_code(const Error& error);

void add_enrol_command(CLI::App& app, Session& session);
void add_seal_command(CLI::App& app, Session& session);
void add_upload_command(CLI::App& app, Session& session);
void add_events_command(CLI::App& app, Session& session);
void add_status_command(CLI::App& app, Session& session);
void add_simulate_command(CLI::App& app, Session& session);

// Adds a command whose options are a value of `Options`: `declare` adds them, `run` is what it
// does. Shared, because CLI11 keeps copies of callbacks.
template <typename Options>
void add_command(CLI::App& app, Session& session, const char* name, const char* summary,
                 void (*declare)(CLI::App&, Options&),
                 Status (*run)(const Session&, const Options&)) {
  CLI::App* command = app.add_subcommand(name, summary);
  command->fallthrough();  // --dir and the like may stand behind the command, too
  const auto options = std::make_shared<Options>();
  declare(*command, *options);
  command->callback([&session, options, run] {
    session.action = [&session, options, run] { return run(session, *options); };
  });
}

}  // namespace hansom::ingest
