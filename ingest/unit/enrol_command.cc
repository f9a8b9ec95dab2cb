// `hansom-unit enrol`: a key that never leaves the unit, and the request for its certificate.
#include "ingest/unit/key_request.h"
#include "ingest/unit/session.h"
#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kKeyBytesMax = 16 * 1024UL;

struct Enrol {
  std::string unit;
};

void declare_enrol(CLI::App& command, Enrol& enrol) {
  command.add_option("--unit", enrol.unit, "The unit's name: 1-64 of a-z, 0-9 and inner '-'")
      ->required();
}

// The key that is there, or a fresh one: asking again never loses the key of a unit that is known.
Result<Secret> key_at(const std::filesystem::path& file) {
  auto stored = durable::read_file(file, kKeyBytesMax);
  if (stored) return Secret(ByteSpan(*stored));
  if (stored.error().kind != ErrorKind::kNotFound) return fail(std::move(stored).error());
  Secret key = make_unit_key();
  HANSOM_TRY(durable::create_once(file, key.span(), 0600));
  return key;
}

Status write_config(const std::filesystem::path& folder, const UnitConfig& config) {
  auto written =
      durable::create_once(folder / unit_files::kConfig, as_bytes(unit_toml(config, folder)));
  if (!written && written.error().kind == ErrorKind::kConflict) return {};  // the unit's own stays
  return written;
}

Status run_enrol(const Session& session, const Enrol& enrol) {
  HANSOM_TRY_ASSIGN(const UnitId unit, UnitId::parse(enrol.unit));
  HANSOM_TRY(durable::make_directories(session.folder, 0700));
  HANSOM_TRY_ASSIGN(UnitConfig config, session.config());
  if (!config.unit.empty() && config.unit != unit.text()) {
    return fail(ErrorKind::kConflict, "already_exists",
                session.folder.string() + " is the folder of unit " + config.unit +
                    "; give another with --dir");
  }
  config.unit = unit.text();
  HANSOM_TRY_ASSIGN(const Secret key, key_at(config.key));
  auto request = make_certificate_request(unit, key);
  if (!request) return fail(std::move(request).error().in(config.key.string()));
  const auto request_file = session.folder / unit_files::kRequest;
  HANSOM_TRY(durable::replace(request_file, as_bytes(*request), 0644));
  HANSOM_TRY(write_config(session.folder, config));
  session.say({{"unit", unit.text()},
               {"key", config.key.string()},
               {"request", request_file.string()},
               {"certificate", config.certificate.string()}},
              "Unit " + unit.text() + ": key " + config.key.string() + " (keep it here), request " +
                  request_file.string() + ".\nNext, at the site:\n  hansom unit enrol --request " +
                  request_file.string() + "\nand put what it writes (the certificate as " +
                  config.certificate.string() + ", site.toml and server-ca.pem beside it) into " +
                  session.folder.string() +
                  ".\nThen `hansom-unit status` shows that the server knows the unit.\n");
  return {};
}

}  // namespace

void add_enrol_command(CLI::App& app, Session& session) {
  add_command<Enrol>(app, session, "enrol", "Make the unit's key and certificate request",
                     declare_enrol, run_enrol);
}

}  // namespace hansom::ingest
