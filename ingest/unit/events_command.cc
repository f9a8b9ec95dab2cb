// `hansom-unit events`: reports events in batches; sending them twice changes nothing.
#include <iostream>
#include <iterator>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "ingest/unit/event_batches.h"
#include "ingest/unit/server_calls.h"
#include "ingest/unit/session.h"
#include "proto/base/durable_file.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kEventsFileBytesMax = 256 * 1024UL * 1024;

struct Events {
  std::string file;
  unsigned patience_seconds = 600;
};

void declare_events(CLI::App& command, Events& events) {
  command.add_option("FILE", events.file, "{\"events\": [...]} as events.md describes; - is stdin")
      ->required();
  command.add_option("--patience", events.patience_seconds, "Seconds to try without an answer")
      ->capture_default_str();
}

Result<std::string> read_events(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(file, kEventsFileBytesMax));
  return to_text(bytes);
}

std::uint64_t count_of(const std::string& body, std::string_view name) {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains(name);
  if (member == nullptr || !member->is_number()) return 0;
  return member->to_number<std::uint64_t>(error);
}

Status run_events(const Session& session, const Events& events) {
  HANSOM_TRY_ASSIGN(const UnitConfig config, session.config());
  HANSOM_TRY_ASSIGN(const std::string text, read_events(events.file));
  HANSOM_TRY_ASSIGN(const std::vector<std::string> batches, event_batches(text));
  HANSOM_TRY_ASSIGN(HttpClient client, HttpClient::open(config));
  std::uint64_t accepted = 0;
  std::uint64_t repeated = 0;
  for (const std::string& batch : batches) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/v1/events";
    request.fields = {"Content-Type: application/json"};
    request.body = batch;
    HANSOM_TRY_ASSIGN(const HttpAnswer answer,
                      call_server(client, request, system_random(),
                                  std::chrono::seconds(events.patience_seconds)));
    accepted += count_of(answer.body, "accepted");
    repeated += count_of(answer.body, "repeated");
  }
  session.say({{"accepted", accepted}, {"repeated", repeated}, {"batches", batches.size()}},
              std::to_string(accepted) + " events recorded, " + std::to_string(repeated) +
                  " had been before\n");
  return {};
}

}  // namespace

void add_events_command(CLI::App& app, Session& session) {
  add_command<Events>(app, session, "events", "Report events", declare_events, run_events);
}

}  // namespace hansom::ingest
