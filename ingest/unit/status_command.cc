// `hansom-unit status`: what the server knows of this unit, and what waits here.
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "ingest/unit/clip_queue.h"
#include "ingest/unit/server_calls.h"
#include "ingest/unit/session.h"
#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

constexpr std::chrono::seconds kPatience{10};

struct AskStatus {
  std::filesystem::path queue;
  bool save = false;
};

void declare_status(CLI::App& command, AskStatus& status) {
  command.add_option("--queue,-q", status.queue, "Where sealed clips wait [queue/ in --dir]");
  command.add_flag("--save", status.save,
                   "Write what the server says of the site (vault recipient, journal key) to "
                   "site.toml; values of unit.toml still win");
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return "-";
  const auto* text = value->if_string();
  return printable(text == nullptr ? boost::json::serialize(*value)
                                   : std::string(text->begin(), text->end()));
}

// TOML and JSON write plain texts the same way.
Status save_site(const Session& session, const UnitConfig& config,
                 const boost::json::object& told) {
  std::string text = "# What the site told this unit.\n";
  const auto add = [&text](std::string_view name, const boost::json::value& value) {
    text += std::string(name) + " = " + boost::json::serialize(value) + "\n";
  };
  add("server", boost::json::value(config.server));
  add("server_ca", boost::json::value(std::filesystem::absolute(config.server_ca).string()));
  add("vault_recipient", boost::json::value(text_of(told, "vault_recipient")));
  // A key this unit has stays the one it begins at: receipts of later keys are proven from it.
  add("journal_key", config.journal_key.empty()
                         ? boost::json::value(text_of(told, "journal_verifier_key"))
                         : boost::json::value(config.journal_key));
  return durable::replace(session.folder / unit_files::kSite, as_bytes(text));
}

Status run_status(const Session& session, const AskStatus& ask) {
  HANSOM_TRY_ASSIGN(const UnitConfig config, session.config());
  HANSOM_TRY_ASSIGN(const auto waiting, waiting_clips(session.queue_or(ask.queue)));
  HANSOM_TRY_ASSIGN(HttpClient client, HttpClient::open(config));
  HttpRequest request;
  request.target = "/v1/unit";
  HANSOM_TRY_ASSIGN(const HttpAnswer answer,
                    call_server(client, request, system_random(), kPatience));
  boost::system::error_code error;
  auto value = boost::json::parse(answer.body, error);
  if (error || !value.is_object()) {
    return fail(ErrorKind::kInternal, "bad_json", "the server's answer is not a JSON object");
  }
  boost::json::object& told = value.get_object();
  if (ask.save) HANSOM_TRY(save_site(session, config, told));
  std::uint64_t waiting_bytes = 0;
  for (const QueuedClip& clip : waiting) waiting_bytes += clip.sealed_bytes;
  std::string words;
  for (const auto& [name, member] : told) {
    words += std::string(name) + ": " + text_of(told, name) + "\n";
  }
  words += "waiting here: " + std::to_string(waiting.size()) + " clips, " +
           std::to_string(waiting_bytes) + " bytes\n";
  told["waiting_clips"] = waiting.size();
  told["waiting_bytes"] = waiting_bytes;
  session.say(value, words);
  return {};
}

}  // namespace

void add_status_command(CLI::App& app, Session& session) {
  add_command<AskStatus>(app, session, "status", "Ask what the server knows of this unit",
                         declare_status, run_status);
}

}  // namespace hansom::ingest
