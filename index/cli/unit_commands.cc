// `hansom unit`: enrol, list, revoke.
#include <algorithm>
#include <set>

#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/make_site.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/unit_authority.h"
#include "index/site/site_config.h"
#include "proto/base/durable_file.h"

namespace hansom::cli {
namespace {

// Beside a unit's certificate; the unit's program reads them.
constexpr const char* kSiteFactsName = "site.toml";
constexpr const char* kServerAuthorityName = "server-ca.pem";

struct Enrol {
  std::vector<std::filesystem::path> requests;
  std::filesystem::path certificate;
  int days = 730;
  bool keep_previous = false;
};

void declare_enrol(CLI::App& command, Enrol& enrol) {
  command
      .add_option("--request", enrol.requests,
                  "The unit's certificate request, PEM; several, or a folder: all *.csr in it that "
                  "have no certificate beside them")
      ->required();
  command.add_option("--out,-o", enrol.certificate,
                     "Where the one certificate goes [beside the request, ending .pem]");
  command.add_option("--days", enrol.days, "Life of the certificate")->capture_default_str();
  command.add_flag("--keep-previous", enrol.keep_previous,
                   "Accept the unit's certificate before as well, until it has the new one: ends "
                   "when its authority retires, it expires or the unit is enrolled again");
}

std::string line_of(const Result<std::string>& text) {
  return text ? text->substr(0, text->find_first_of("\r\n")) : "";
}

// What a unit needs to know of the site, as its site.toml has it, with the authority it names.
Status write_site_facts(const SitePaths& site, const site::SiteConfig& config,
                        const std::filesystem::path& folder) {
  HANSOM_TRY_ASSIGN(const std::string authority, read_text(site.authority));
  const std::string text =
      "# What the site told this unit when it was enrolled.\nserver = \"https://" + site.host +
      ":" + std::to_string(config.units.port) + "\"\nserver_ca = \"" + kServerAuthorityName +
      "\"\nvault_recipient = \"" + line_of(read_text(site.folder / site_files::kVaultRecipient)) +
      "\"\njournal_key = \"" + line_of(read_text(site.journal_key)) + "\"\n";
  HANSOM_TRY(durable::replace(folder / kServerAuthorityName, as_bytes(authority), 0644));
  return durable::replace(folder / kSiteFactsName, as_bytes(text), 0644);
}

std::filesystem::path beside(const std::filesystem::path& request) {
  return std::filesystem::path(request).replace_extension(".pem");
}

// Folders stand for the requests in them that nobody has signed yet.
Result<std::vector<std::filesystem::path>> requests_of(const Enrol& enrol) {
  std::vector<std::filesystem::path> requests;
  for (const std::filesystem::path& given : enrol.requests) {
    std::error_code failed;
    if (!std::filesystem::is_directory(given, failed)) {
      requests.push_back(given);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(given, failed)) {
      const std::filesystem::path& file = entry.path();
      if (file.extension() != ".csr") continue;
      if (!std::filesystem::exists(beside(file), failed)) requests.push_back(file);
    }
    if (failed) return fail(durable::storage_error(failed.value(), "list", given));
  }
  std::ranges::sort(requests);
  if (requests.size() > 1 && !enrol.certificate.empty()) {
    return fail(ErrorKind::kInvalid, "bad_parameter",
                "--out names one certificate, and there are " + std::to_string(requests.size()) +
                    " requests");
  }
  return requests;
}

struct Enrolling {
  const SitePaths& site;
  const site::SiteConfig& config;
  const Credentials& authority;
  PeopleClient& client;
  std::set<std::filesystem::path>& told;  // folders that have the site's facts
};

// Signs here, with the site's authority; the server learns the certificate and then knows the unit.
Result<boost::json::object> enrol_one(const Enrolling& with, const Enrol& enrol,
                                      const std::filesystem::path& request_file) {
  HANSOM_TRY_ASSIGN(const std::string request, read_text(request_file));
  auto issued =
      issue_unit(with.authority, request, std::chrono::days(enrol.days), system_clock().now());
  if (!issued) return fail(std::move(issued).error().in(request_file.string()));
  boost::json::object body;
  body["unit"] = issued->unit.text();
  body["certificate_pem"] = issued->certificate;
  body["keep_previous"] = enrol.keep_previous;
  HANSOM_TRY_ASSIGN(boost::json::object enrolled, with.client.post("/v1/units", body));
  // From here the server knows the unit by this certificate.
  const std::filesystem::path file =
      enrol.certificate.empty() ? beside(request_file) : enrol.certificate;
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (with.told.insert(folder).second) {
    HANSOM_TRY(write_site_facts(with.site, with.config, folder));
  }
  HANSOM_TRY(durable::replace(file, as_bytes(issued->certificate), 0644));
  enrolled["unit"] = issued->unit.text();
  enrolled["certificate"] = file.string();
  enrolled["site_facts"] = (folder / kSiteFactsName).string();
  return enrolled;
}

Status run_enrol(const Session& session, const Enrol& enrol) {
  HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
  HANSOM_TRY_ASSIGN(const auto requests, requests_of(enrol));
  HANSOM_TRY_ASSIGN(const site::SiteConfig config,
                    site::load_config(site.folder / site_files::kConfig));
  HANSOM_TRY_ASSIGN(const Credentials authority, open_unit_authority(config));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  boost::json::array all;
  std::set<std::filesystem::path> told;
  for (const std::filesystem::path& request : requests) {
    HANSOM_TRY_ASSIGN(boost::json::object enrolled,
                      enrol_one({site, config, authority, *client, told}, enrol, request));
    all.push_back(std::move(enrolled));
  }
  if (session.options.json) {
    print_json(all.size() == 1 ? all.front().as_object() : boost::json::object{{"units", all}});
  } else if (all.size() == 1) {
    const boost::json::object& one = all.front().as_object();
    const auto word = [&one](const char* name) { return std::string(one.at(name).as_string()); };
    print("Enrolled " + word("unit") + ". These go to the unit: " + word("certificate") + ", " +
          kSiteFactsName + " and " + kServerAuthorityName + " beside it.\n");
  } else {
    print("Enrolled " + std::to_string(all.size()) +
          " units. Their certificates lie beside their "
          "requests, with " +
          kSiteFactsName + " and " + kServerAuthorityName + ".\n");
  }
  return {};
}

Status run_list(const Session& session, const NoArguments& /*none*/) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer, client->get("/v1/units"));
  if (session.options.json) {
    print_json(answer);
  } else {
    print(table_of(answer, "units",
                   {{"UNIT", "unit"},
                    {"ENROLLED", "enrolled"},
                    {"REVOKED", "revoked"},
                    {"CONTROLLER", "controller"},
                    {"CERTIFICATE SHA-256", "certificate_sha256"}}));
  }
  return {};
}

struct Revoke {
  std::string unit;
  std::string reason;
};

void declare_revoke(CLI::App& command, Revoke& revoke) {
  command.add_option("UNIT", revoke.unit, "The unit's name")->required();
  command.add_option("--reason", revoke.reason, "Why; recorded in the journal")->required();
}

Status run_revoke(const Session& session, const Revoke& revoke) {
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  HANSOM_TRY_ASSIGN(const boost::json::object answer,
                    client->post("/v1/units/" + path_segment(revoke.unit) + "/revoke",
                                 {{"reason", revoke.reason}}));
  if (session.options.json) {
    print_json(answer);
  } else {
    print("Revoked " + printable(revoke.unit) + ". It is refused from its next request on.\n");
  }
  return {};
}

}  // namespace

void add_unit_commands(CLI::App& app, Session& session) {
  CLI::App& units = *app.add_subcommand("unit", "Units: enrol, list, revoke");
  units.require_subcommand(1);
  add_command<Enrol>(units, session, "enrol",
                     "Sign a unit's certificate request and enrol the unit", declare_enrol,
                     run_enrol);
  add_command<NoArguments>(units, session, "list", "List units", declare_nothing, run_list);
  add_command<Revoke>(units, session, "revoke", "Refuse a unit from now on", declare_revoke,
                      run_revoke);
}

}  // namespace hansom::cli
