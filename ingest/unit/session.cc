// Configuration, words and exit codes of `hansom-unit`.
#include "ingest/unit/session.h"

#include <unistd.h>

#include <cstdio>

#include <boost/json/serialize.hpp>

namespace hansom::ingest {

Result<UnitConfig> Session::config() const {
  HANSOM_TRY_ASSIGN(UnitConfig config, load_unit_config(folder));
  if (!server.empty()) config.server = server;
  if (!server_ca.empty()) config.server_ca = server_ca;
  if (!vault_recipient.empty()) config.vault_recipient = vault_recipient;
  if (!journal_key.empty()) config.journal_key = journal_key;
  return config;
}

std::filesystem::path Session::queue_or(const std::filesystem::path& given) const {
  return given.empty() ? folder / unit_files::kQueue : given;
}

void Session::say(const boost::json::value& json_form, std::string_view words) const {
  print_out(json ? boost::json::serialize(json_form) + "\n" : std::string(words));
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

void print_out(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_note(std::string_view text) {
  std::fprintf(stderr, "%s\n", printable(text).c_str());
}

int exit_code(const Error& error) {
  if (error.token == "receipt_invalid" || error.token == "bad_receipt") return kExitReceipt;
  if (error.token == "server_refused") return kExitRefused;
  switch (error.kind) {
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout:
      return kExitUnreachable;
    case ErrorKind::kInvalid:
    case ErrorKind::kNotFound:
    case ErrorKind::kConflict:
    case ErrorKind::kUnauthenticated:
    case ErrorKind::kTooLarge:
      return kExitUsage;
    default:
      return kExitFailed;
  }
}

}  // namespace hansom::ingest
