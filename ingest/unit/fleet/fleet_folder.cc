// Keys, requests and certificates of many units.
#include "ingest/unit/fleet/fleet_folder.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "ingest/unit/key_request.h"
#include "proto/base/check.h"
#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPemBytesMax = 64 * 1024UL;

fs::path file_of(const fs::path& folder, const UnitId& unit, const char* suffix) {
  return folder / (unit.text() + suffix);
}

Status prepare_one(const fs::path& folder, const UnitId& unit) {
  const Secret key = make_unit_key();
  HANSOM_TRY_ASSIGN(const std::string request, make_certificate_request(unit, key));
  // The key last: a request without one is made again.
  HANSOM_TRY(durable::replace(file_of(folder, unit, ".csr"), as_bytes(request), 0644));
  return durable::create_once(file_of(folder, unit, ".key"), key.span(), 0600);
}

}  // namespace

UnitId fleet_unit_id(std::size_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  return UnitId::parse("sim-" + digits).value();
}

Result<std::vector<UnitId>> prepare_fleet(const fs::path& folder, std::size_t units) {
  HANSOM_TRY(durable::make_directories(folder, 0700));
  std::vector<UnitId> without_certificate;
  for (std::size_t i = 1; i <= units; ++i) {
    const UnitId unit = fleet_unit_id(i);
    std::error_code failed;
    if (!fs::exists(file_of(folder, unit, ".key"), failed)) HANSOM_TRY(prepare_one(folder, unit));
    if (!fs::exists(file_of(folder, unit, ".pem"), failed)) without_certificate.push_back(unit);
  }
  return without_certificate;
}

Result<std::vector<FleetUnit>> load_fleet(const fs::path& folder, std::size_t units) {
  std::vector<FleetUnit> fleet;
  fleet.reserve(units);
  for (std::size_t i = 1; i <= units; ++i) {
    const UnitId unit = fleet_unit_id(i);
    const auto certificate = durable::read_file(file_of(folder, unit, ".pem"), kPemBytesMax);
    const auto key = durable::read_file(file_of(folder, unit, ".key"), kPemBytesMax);
    if (!certificate || !key) {
      return fail(ErrorKind::kInvalid, "bad_config",
                  "unit " + unit.text() +
                      " is not enrolled: give --site DIR, or run `hansom unit "
                      "enrol --request " +
                      folder.string() + "` at the site");
    }
    fleet.push_back({unit, {to_text(*certificate), Secret(ByteSpan(*key))}});
  }
  return fleet;
}

Status enrol_fleet(const fs::path& site, const fs::path& folder) {
  std::error_code failed;
  const std::string program =
      fs::read_symlink("/proc/self/exe", failed).replace_filename("hansom").string();
  std::vector<std::string> words = {program, "--site", site.string(), "--purpose",    "simulation",
                                    "unit",  "enrol",  "--request",   folder.string()};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  // What it says is for people: our own stdout may be somebody's JSON.
  posix_spawn_file_actions_t actions{};
  HANSOM_CHECK(::posix_spawn_file_actions_init(&actions) == 0);
  HANSOM_CHECK(::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) == 0);
  const int refused =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (refused != 0) {
    return fail(ErrorKind::kNotFound, "not_found", program + ": " + std::strerror(refused));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) HANSOM_CHECK(errno == EINTR);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(ErrorKind::kUnavailable, "server_unreachable",
              "the units were not enrolled: does the site's server run?");
}

}  // namespace hansom::ingest
