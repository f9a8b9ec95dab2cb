// `hansom init`: makes a site.
#include "index/cli/commands.h"
#include "index/cli/make_site.h"
#include "index/cli/output.h"

namespace hansom::cli {
namespace {

void declare_init(CLI::App& command, NewSite& site) {
  command.add_option("DIR", site.folder, "The site's folder; must not exist, or be empty")
      ->required();
  command.add_option("--origin", site.origin, "Name of the journal, for ever: a domain and a path")
      ->capture_default_str();
  command.add_option("--controller", site.controller, "Data controller of all clips")
      ->capture_default_str();
  command.add_option("--name", site.names,
                     "DNS name or IP address of the server, beside localhost; repeatable");
  command.add_option("--address", site.address, "IP address both listeners bind");
  command.add_option("--units-port", site.units_port, "Port for units")->capture_default_str();
  command.add_option("--people-port", site.people_port, "Port for people")->capture_default_str();
  command.add_option("--local-port", site.local_port, "Loopback port for health and metrics")
      ->capture_default_str();
  command.add_option("--person", site.person, "Whom the first token (operations) is issued to")
      ->capture_default_str();
  command.add_flag("--demo", site.demo, "Also issue an investigator's token");
}

Status run_init(const Session& session, const NewSite& site) {
  HANSOM_TRY(make_site(site, system_clock(), system_random()));
  const std::string folder = site.folder.string();
  boost::json::object made;
  made["site"] = folder;
  made["configuration"] = (site.folder / site_files::kConfig).string();
  made["operator_token_file"] = (site.folder / site_files::kOperatorToken).string();
  if (site.demo) {
    made["investigator_token_file"] = (site.folder / site_files::kInvestigatorToken).string();
  }
  made["journal_key"] = (site.folder / site_files::kJournalVerifier).string();
  made["vault_recipient"] = (site.folder / site_files::kVaultRecipient).string();
  if (session.options.json) {
    print_json(made);
    return {};
  }
  print(fields_of(made));
  print("\nKeep copies of " + folder + "/ca and " + folder +
        "/keys where neither fire nor this machine reaches.\nStart the server: hansomd --config " +
        (site.folder / site_files::kConfig).string() + "\n");
  return {};
}

}  // namespace

void add_init_command(CLI::App& app, Session& session) {
  add_command<NewSite>(app, session, "init",
                       "Make a site: keys, authorities, certificates, configuration, journal",
                       declare_init, run_init);
}

}  // namespace hansom::cli
