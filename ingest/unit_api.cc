// Assembles the units' API: uploads, events, and what a unit can ask about itself.
#include "ingest/unit_api.h"

#include <algorithm>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "index/async_commit.h"
#include "index/keys/site_keys.h"
#include "index/register/register.h"
#include "ingest/unit_uploads.h"
#include "ingest/upload/housekeeping.h"
#include "ingest/upload/upload_routes.h"
#include "proto/base/log.h"
#include "proto/evidence/events_json.h"
#include "proto/upload/tus.h"

namespace hansom::ingest {
namespace {

http::Awaitable<Status> respond_json(http::Exchange& exchange, const boost::json::object& object) {
  http::Response response;
  response.fields.add("Content-Type", "application/json");
  response.fields.add("Cache-Control", "no-store");
  response.body = boost::json::serialize(object);
  auto responding = exchange.respond(std::move(response));
  co_return co_await std::move(responding);
}

boost::json::object link_json(const evidence::RegisterLink& link) {
  boost::json::object object;
  object["registration"] = link.registration();
  object["vin"] = link.vin();
  object["vehicle_licence"] = link.vehicle_licence();
  object["operator_licence"] = link.operator_licence();
  object["driver_licence"] = link.driver_licence();
  return object;
}

// Shares become bytes once, of the file system as it is at the start. One that cannot be asked
// leaves the spool to fail with its reason.
UploadOptions upload_options(const site::SiteConfig& config) {
  const site::UploadShares& shares = config.upload_shares;
  UploadOptions options;
  options.clip_bytes_max = config.clip_bytes_max;
  options.expiry = config.upload_expiry;
  options.reserve = {config.spool_reserve_percent, config.spool_reserve_bytes};
  options.limits.unit_uploads_max = shares.unit_uploads_max;
  options.limits.unit_bodies_max = shares.unit_bodies_max;
  options.limits.bytes_in_flight_max = shares.bytes_in_flight_max;
  std::error_code failed;
  const auto disk = std::filesystem::space(config.data, failed);
  if (!failed) {
    options.limits.spool_bytes_max = disk.capacity / 100 * shares.spool_percent;
    options.limits.unit_spool_bytes_max =
        options.limits.spool_bytes_max / 100 * shares.unit_spool_percent;
  }
  return options;
}

boost::json::array unknown_types(const std::vector<evidence::Event>& events) {
  std::set<std::string> types;
  for (const evidence::Event& event : events) {
    if (!event.known_type()) types.insert(event.type());
  }
  boost::json::array array;
  for (const std::string& type : types) array.emplace_back(type);
  return array;
}

// A certificate that passed TLS and not the register: the operator asks why a unit stays away.
void log_unknown_unit(const http::Peer& peer, const Error& error) {
  if (!is_refusal_of_identity(error)) return;
  const auto& certificate = peer.certificate;
  log(LogLevel::kInfo, "unit_refused",
      {{"token", error.token},
       {"message", error.message},
       {"peer", peer.address},
       {"certificate", certificate ? certificate->subject : ""},
       {"certificate_sha256", certificate ? certificate->sha256.hex() : ""}});
}

}  // namespace

struct UnitApi::State {
  explicit State(const Dependencies& dependencies)
      : use(dependencies),
        unit_uploads(*use.index, *use.vault, *use.vault_identities, *use.clock),
        uploads(unit_uploads, *use.clock, *use.random, upload_options(*use.config),
                use.config->spool()),
        upload_routes(uploads) {
    add_routes();
  }

  void add_routes();
  void add(std::string method, std::string pattern, http::Handler handler);
  [[nodiscard]] http::Awaitable<Status> counted(http::Exchange& exchange, http::Handler& handler);
  [[nodiscard]] http::Awaitable<Status> report_events(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> tell_receipt(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> tell_keys(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> tell_about_unit(http::Exchange& exchange);

  const Dependencies use;
  UnitUploads unit_uploads;
  UploadContext uploads;
  UploadRoutes upload_routes;
  std::deque<http::Handler> handlers;  // what the router's handlers refer to
  http::Router router;
  std::atomic<std::uint64_t> events_accepted = 0;
  std::unique_ptr<Housekeeping> housekeeping;
};

// Every handler passes here, so that no refusal goes uncounted.
http::Awaitable<Status> UnitApi::State::counted(http::Exchange& exchange, http::Handler& handler) {
  Status status = co_await handler(exchange);
  if (!status) {
    uploads.refusals.count(status.error());
    log_unknown_unit(exchange.peer(), status.error());
  }
  co_return status;
}

void UnitApi::State::add(std::string method, std::string pattern, http::Handler handler) {
  http::Handler& kept = handlers.emplace_back(std::move(handler));
  router.add(std::move(method), std::move(pattern),
             [this, &kept](http::Exchange& exchange) { return counted(exchange, kept); });
}

void UnitApi::State::add_routes() {
  const std::string one = std::string(kUploadsPath) + "/{id}";
  for (http::Route& route : upload_routes.routes()) {
    add(std::move(route.method), std::move(route.pattern), std::move(route.handler));
  }
  router.add_common_field("Tus-Resumable", std::string(upload::Tus::kVersion));
  add("GET", one + "/receipt", [this](http::Exchange& e) { return tell_receipt(e); });
  add("POST", "/v1/events", [this](http::Exchange& e) { return report_events(e); });
  add("GET", "/v1/unit/keys", [this](http::Exchange& e) { return tell_keys(e); });
  add("GET", "/v1/unit", [this](http::Exchange& e) { return tell_about_unit(e); });
}

http::Awaitable<Status> UnitApi::State::report_events(http::Exchange& exchange) {
  const auto unit = identify_unit(*use.index, exchange.peer());
  if (!unit) co_return fail(unit.error());
  if (Status open = uploads.check_open(); !open) co_return fail(std::move(open).error());
  const auto body = co_await exchange.read_all(evidence::kEventBatchBytesMax);
  if (!body) co_return fail(body.error());
  // Megabytes of JSON: not on the thread that serves a thousand other units.
  const std::function<Result<std::vector<evidence::Event>>()> parse = [&body] {
    return evidence::parse_events(*body);
  };
  const auto events = co_await uploads.disk.await<std::vector<evidence::Event>>(parse);
  if (!events) co_return fail(events.error());

  evidence::Record record = record_by_unit(unit->id.text());
  evidence::EventsReported& act = *record.mutable_events_reported();
  act.set_unit(unit->id.text());
  for (const evidence::Event& event : *events) *act.add_events() = event;
  auto commit = async_commit(*use.index, std::move(record));
  const auto committed = co_await std::move(commit);
  if (!committed) co_return fail(committed.error());

  const auto accepted =
      static_cast<std::uint64_t>(committed->record.events_reported().events_size());
  events_accepted.fetch_add(accepted, std::memory_order_relaxed);
  boost::json::object answer;
  answer["accepted"] = accepted;
  answer["repeated"] = events->size() - accepted;
  answer["unknown_types"] = unknown_types(*events);
  answer["leaf_index"] = to_u64(committed->leaf);
  co_return co_await respond_json(exchange, answer);
}

http::Awaitable<Status> UnitApi::State::tell_receipt(http::Exchange& exchange) {
  const auto unit = unit_uploads.identify(exchange.peer());
  if (!unit) co_return fail(unit.error());
  const auto id = upload_of(exchange.request());
  if (!id) co_return fail(id.error());
  const auto receipt = unit_uploads.find_receipt(*id, *unit);
  if (!receipt) co_return fail(receipt.error());
  if (!*receipt) {
    const Spool::Upload open = uploads.spool->find(*id);
    if (!open || open->facts().unit != unit->id) co_return no_such_upload();
    co_return fail(ErrorKind::kNotFound, "receipt_not_found",
                   "the upload is not complete; its receipt comes with its last byte");
  }
  http::Response response =
      http::text_response(200, "application/json", evidence::receipt_json(**receipt));
  auto responding = exchange.respond(std::move(response));
  co_return co_await std::move(responding);
}

// Public: receipts of every era are checked with it.
http::Awaitable<Status> UnitApi::State::tell_keys(http::Exchange& exchange) {
  const auto unit = identify_unit(*use.index, exchange.peer());
  if (!unit) co_return fail(unit.error());
  const auto chain = use.index->key_chain();
  if (!chain) co_return fail(chain.error());
  http::Response response;
  response.fields.add("Content-Type", "application/json");
  response.fields.add("Cache-Control", "no-store");
  response.body = evidence::key_chain_json(*chain);
  auto responding = exchange.respond(std::move(response));
  co_return co_await std::move(responding);
}

http::Awaitable<Status> UnitApi::State::tell_about_unit(http::Exchange& exchange) {
  const auto unit = identify_unit(*use.index, exchange.peer());
  if (!unit) co_return fail(unit.error());
  const auto view = use.index->view();
  if (!view) co_return fail(view.error());
  const auto link = registry::link_of_unit(view->reader(), unit->id);
  if (!link) co_return fail(link.error());
  const auto recipient = keys::current_recipient(view->reader());
  if (!recipient) co_return fail(recipient.error());
  boost::json::object answer;
  answer["unit"] = unit->id.text();
  answer["controller"] = unit->controller;
  answer["register"] = *link ? boost::json::value(link_json(**link)) : boost::json::value(nullptr);
  answer["vault_recipient"] =
      recipient->empty() ? use.vault_identities->all().front().recipient().text() : *recipient;
  answer["journal_verifier_key"] = use.index->journal().key().text();
  answer["certificate_expires"] = to_rfc3339(exchange.peer().certificate->not_after);
  answer["server_time"] = to_rfc3339(use.clock->now());
  answer["clip_bytes_max"] = use.config->clip_bytes_max;
  co_return co_await respond_json(exchange, answer);
}

Result<std::unique_ptr<UnitApi>> UnitApi::open(const Dependencies& dependencies) {
  auto state = std::make_unique<State>(dependencies);
  const Spool::Withdraw withdraw = [&dependencies](const ClipId& clip) {
    return take_out_of_vault(clip, *dependencies.index, *dependencies.vault);
  };
  HANSOM_TRY_ASSIGN(state->uploads.spool,
                    Spool::open(dependencies.config->spool(), state->uploads.admission,
                                state->uploads.room, state->uploads.fault, withdraw));
  return std::unique_ptr<UnitApi>(new UnitApi(std::move(state)));
}

UnitApi::UnitApi(std::unique_ptr<State> state) : state_(std::move(state)) {}

UnitApi::~UnitApi() {
  stop();
}

const http::Router& UnitApi::routes() const {
  return state_->router;
}

void UnitApi::start() {
  state_->housekeeping = std::make_unique<Housekeeping>(state_->uploads);
}

void UnitApi::drain() {
  state_->uploads.draining = true;
  state_->uploads.leases.stop_all();
}

void UnitApi::stop() {
  state_->uploads.draining = true;
  state_->housekeeping = nullptr;
  state_->uploads.stop();
}

std::vector<std::string> UnitApi::not_ready_because() const {
  UploadContext& uploads = state_->uploads;
  std::vector<std::string> reasons;
  if (uploads.draining) reasons.emplace_back("draining: the server was told to stop");
  if (!state_->use.index->journal().healthy()) {
    reasons.emplace_back("journal: a commit failed; nothing is accepted until a restart");
  }
  if (uploads.fault.raised()) {
    reasons.emplace_back("storage: a write or sync failed; nothing is accepted until a restart");
  }
  if (const Status room = uploads.room.check(0); !room) {
    reasons.emplace_back("disk: " + room.error().message + "; nothing is deleted to make room");
  }
  return reasons;
}

UnitApi::Counters UnitApi::counters() const {
  const UploadContext& uploads = state_->uploads;
  const SyncGroup::Counters syncs = uploads.syncs.counters();
  Counters counters;
  counters.bytes_received = uploads.bytes_received;
  counters.bytes_durable = uploads.spool->bytes_durable();
  counters.bytes_undurable = uploads.spool->bytes_undurable();
  counters.syncs = syncs.syncs;
  counters.sync_groups = syncs.groups;
  counters.sync_us = syncs.sync_us;
  counters.sync_group_sizes = syncs.group_sizes;
  counters.sync_group_seconds = syncs.group_seconds;
  counters.bytes_saved = uploads.bytes_saved;
  counters.limits = uploads.admission.limits();
  counters.spool = uploads.admission.spool_use();
  counters.bodies = uploads.admission.body_use();
  counters.disk = uploads.room.figures().value_or(DiskRoom::Figures());
  counters.disk_ran_out = uploads.room.times_ran_out();
  counters.takes_uploads = not_ready_because().empty();
  counters.uploads_open = uploads.spool->count();
  counters.leases_taken_over = uploads.leases.taken_over();
  counters.clips_accepted = state_->unit_uploads.clips_accepted();
  counters.events_accepted = state_->events_accepted;
  counters.refusals = uploads.refusals.counts();
  return counters;
}

}  // namespace hansom::ingest
