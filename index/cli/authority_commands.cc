// `hansom key rotate-units` and `retire-units`: the authority of units' certificates.
#include <algorithm>

#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/key_places.h"
#include "index/cli/make_site.h"
#include "index/cli/output.h"
#include "index/cli/people_client.h"
#include "index/cli/unit_authority.h"
#include "proto/base/durable_file.h"
#include "proto/hsm/token_key.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSetting = "units.authorities";
constexpr std::string_view kKeyEnding = "-key.pem";

struct Rotate {
  std::string place;
  std::string reason;
};

void declare_rotate(CLI::App& command, Rotate& rotate) {
  command.add_option("--reason", rotate.reason, "Why; recorded in the journal")->required();
  command.add_option("--new", rotate.place,
                     "The new authority: its certificate, NAME.pem, with its key in NAME-key.pem "
                     "beside it; or the pkcs11: URI of a P-256 key [made in ca/]");
}

std::vector<std::string> places_of(const site::SiteConfig& config) {
  std::vector<std::string> places;
  for (const fs::path& file : config.unit_authorities) places.push_back(file.string());
  return places;
}

// Makes ca/unit-ca-2.pem with its key, or the place of its key, beside it.
Result<fs::path> make_new(const SitePaths& site, const site::SiteConfig& config,
                          const std::string& token) {
  const UtcTime now = system_clock().now();
  const std::string name = "Hansom units: " + config.origin + ", " + to_rfc3339(now);
  Credentials made;
  if (token.empty()) {
    HANSOM_TRY_ASSIGN(made, make_authority(name, now));
  } else {
    HANSOM_TRY_ASSIGN(made.token, hsm::open_token_key(token, hsm::KeyKind::kP256));
    HANSOM_TRY_ASSIGN(made.certificate, certify_authority(name, *made.token, now));
    made.private_key = Secret(token + "\n");
  }
  HANSOM_TRY_ASSIGN(const fs::path key, write_new(site.folder / "ca", "unit-ca",
                                                  std::string(kKeyEnding), made.private_key));
  std::string stem = key.filename().string();
  stem.resize(stem.size() - kKeyEnding.size());
  const fs::path file = key.parent_path() / (stem + ".pem");
  HANSOM_TRY(durable::create_once(file, as_bytes(made.certificate), 0644));
  return file;
}

Status run_rotate(const Session& session, const Rotate& rotate) {
  HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
  HANSOM_TRY_ASSIGN(const site::SiteConfig config,
                    site::load_config(site.folder / site_files::kConfig));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  // 1. An authority the configuration names last, so that it signs from here.
  const bool in_token = hsm::is_pkcs11_uri(rotate.place);
  fs::path file;
  if (rotate.place.empty() || in_token) {
    HANSOM_TRY_ASSIGN(file, make_new(site, config, rotate.place));
  } else {
    file = fs::absolute(rotate.place).lexically_normal();
  }
  site::SiteConfig next = config;
  next.unit_authorities = {file};
  HANSOM_TRY_ASSIGN(const Credentials authority, open_unit_authority(next));
  HANSOM_TRY(add_place(site, kSetting, places_of(config), file.string()));
  // 2. The server reads it; from here it takes certificates of both.
  boost::json::object body;
  body["certificate_pem"] = authority.certificate;
  body["reason"] = rotate.reason;
  HANSOM_TRY_ASSIGN(boost::json::object out, client->post("/v1/keys/units/add", body));
  out["place"] = place_in(site.folder, file.string());
  if (session.options.json) {
    print_json(out);
  } else {
    print(fields_of(out) +
          "It signs from now on; certificates of the older ones are accepted until they are "
          "retired. Enrol every unit again, then `hansom key retire-units OLD`.\n");
  }
  return {};
}

struct Retire {
  fs::path file;
  std::string reason;
};

void declare_retire(CLI::App& command, Retire& retire) {
  command.add_option("FILE", retire.file, "The old authority's certificate")->required();
  command.add_option("--reason", retire.reason, "Why; recorded in the journal")->required();
}

Status run_retire(const Session& session, const Retire& retire) {
  HANSOM_TRY_ASSIGN(const SitePaths site, session.require_site());
  HANSOM_TRY_ASSIGN(const site::SiteConfig config,
                    site::load_config(site.folder / site_files::kConfig));
  HANSOM_TRY_ASSIGN(const auto client, PeopleClient::open(session));
  std::error_code failed;
  // As the configuration has it, or from where we stand.
  const fs::path file = fs::exists(retire.file, failed) ? retire.file : site.folder / retire.file;
  HANSOM_TRY_ASSIGN(const std::string certificate, read_text(file));
  HANSOM_TRY_ASSIGN(const Digest digest, certificate_digest(certificate));
  // 1. The configuration names it no more: a restart must not bring it back.
  std::vector<std::string> places = places_of(config);
  std::erase_if(places,
                [&](const std::string& place) { return fs::equivalent(place, file, failed); });
  if (places.empty()) {
    return fail(ErrorKind::kConflict, "key_in_use",
                "it is the only authority of units; `hansom key rotate-units` first");
  }
  if (places.size() < config.unit_authorities.size())
    HANSOM_TRY(set_places(site, kSetting, places));
  // 2. The server reads that, and revokes the units that have no other certificate.
  boost::json::object body;
  body["certificate_sha256"] = digest.hex();
  body["reason"] = retire.reason;
  HANSOM_TRY_ASSIGN(const boost::json::object out, client->post("/v1/keys/units/retire", body));
  if (session.options.json) {
    print_json(out);
    return {};
  }
  print("Retired " + file.string() + ".\n");
  const boost::json::value* units = out.if_contains("units_revoked");
  for (const boost::json::value& unit :
       units == nullptr ? boost::json::array() : units->as_array()) {
    print("Revoked with it: " + printable(unit.as_string()) + "\n");
  }
  return {};
}

}  // namespace

void add_authority_commands(CLI::App& keys, Session& session) {
  add_command<Rotate>(keys, session, "rotate-units",
                      "Give units' certificates a new authority, beside running uploads",
                      declare_rotate, run_rotate);
  add_command<Retire>(keys, session, "retire-units",
                      "Refuse certificates of an old authority, and revoke who has no other",
                      declare_retire, run_retire);
}

}  // namespace hansom::cli
