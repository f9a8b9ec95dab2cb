// `hansom register`: load, show.
#include "index/cli/commands.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"

namespace hansom::cli {
namespace {

constexpr std::size_t kRegisterBytesMax = 64 << 20;

struct Load {
  std::filesystem::path file;
};

void declare_load(CLI::App& command, Load& load) {
  command.add_option("FILE", load.file, "register.toml or register.csv")->required();
}

Status run_load(const Session& session, const Load& load) {
  const std::string extension = load.file.extension().string();
  if (extension != ".toml" && extension != ".csv") {
    return fail(ErrorKind::kUnsupported, "unsupported_media_type",
                load.file.string() + ": a register is a .toml or a .csv file");
  }
  HANSOM_TRY_ASSIGN(const std::string text, read_text(load.file, kRegisterBytesMax));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(
      const boost::json::object answer,
      client->put("/v1/register", text, extension == ".csv" ? "text/csv" : "application/toml"));
  if (session.options.json) {
    print_json(answer);
  } else {
    print("Loaded " + member_text(answer, "links") +
          " links; they replace those that stood before.\n");
  }
  return {};
}

Status run_show(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->get("/v1/register"));
  if (session.options.json) {
    print_json(answer);
  } else {
    print(table_of(answer, "links",
                   {{"UNIT", "unit"},
                    {"REGISTRATION", "registration"},
                    {"VEHICLE LICENCE", "vehicle_licence"},
                    {"OPERATOR LICENCE", "operator_licence"},
                    {"DRIVER LICENCE", "driver_licence"},
                    {"VIN", "vin"}}));
  }
  return {};
}

}  // namespace

void add_register_commands(CLI::App& app, Session& session) {
  CLI::App& registers = *app.add_subcommand("register", "The register of vehicles: load, show");
  registers.require_subcommand(1);
  add_command<Load>(registers, session, "load", "Replace the links of vehicles, licences and units",
                    declare_load, run_load);
  add_command<NoArguments>(registers, session, "show", "Show the links", declare_nothing, run_show);
}

}  // namespace hansom::cli
