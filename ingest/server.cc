// Start and stop, in order.
#include "ingest/server.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "index/api/people_api.h"
#include "index/clocks/timekeeper.h"
#include "index/evidence_index.h"
#include "index/vault/vault.h"
#include "index/witness/witnesses.h"
#include "ingest/index_inspection_source.h"
#include "ingest/inspect/inspector_pool.h"
#include "ingest/listener_tls.h"
#include "ingest/local_api.h"
#include "ingest/restoration.h"
#include "ingest/server_metrics.h"
#include "ingest/site_keys.h"
#include "ingest/unit_api.h"
#include "proto/base/log.h"

namespace hansom::ingest {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPolicyBytesMax = std::size_t{1024} * 1024;
constexpr std::uint64_t kInspectBytesMax =
    1ULL << 30;  // a clip in memory; larger ones are kept uninspected
constexpr unsigned kPeopleThreads =
    2;  // they also read views and the vault; no unit waits for them
constexpr std::chrono::seconds kForcedStop{5};  // past the drain time, for what will not end

// A thread that runs one io_context until it is told to stop.
class IoThread {
 public:
  IoThread() : work_(asio::make_work_guard(context_)), thread_([this] { context_.run(); }) {}
  ~IoThread() {
    context_.stop();
    thread_.join();
  }
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  asio::io_context& context() { return context_; }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

using IoThreads = std::vector<std::unique_ptr<IoThread>>;

IoThreads make_threads(unsigned count) {
  IoThreads threads;
  for (unsigned i = 0; i < count; ++i) threads.push_back(std::make_unique<IoThread>());
  return threads;
}

std::vector<asio::io_context*> contexts_of(const IoThreads& threads) {
  std::vector<asio::io_context*> contexts;
  for (const auto& thread : threads) contexts.push_back(&thread->context());
  return contexts;
}

// The configured program, or the one beside this one. A server that cannot inspect does not start.
Result<std::filesystem::path> find_inspector(const std::filesystem::path& configured) {
  std::error_code error;
  const std::filesystem::path path = configured.empty()
                                         ? std::filesystem::read_symlink("/proc/self/exe", error)
                                               .replace_filename("hansom-inspector")
                                         : configured;
  if (::access(path.c_str(), X_OK) != 0) {
    return fail(ErrorKind::kInvalid, "bad_config",
                path.string() + " is not a program; set inspector.program in the configuration");
  }
  return path;
}

Status stop_listener(http::Server* listener, std::chrono::seconds drain) {
  if (listener == nullptr) return {};
  const auto ended = std::make_shared<std::promise<void>>();
  auto waiting = ended->get_future();
  listener->stop(drain, [ended] { ended->set_value(); });
  if (waiting.wait_for(drain + kForcedStop) != std::future_status::ready) {
    return fail(ErrorKind::kTimeout, "internal", "a listener did not end its sessions");
  }
  return {};
}

}  // namespace

// Members are declared in the order they start: destruction takes them apart in reverse.
struct Server::Parts {
  Parts(site::SiteConfig c, std::filesystem::path file)
      : config(std::move(c)), config_file(std::move(file)) {}

  // Caught from the beginning: who sees the server ready may tell it to stop.
  asio::io_context signals_context{1};
  asio::signal_set signals{signals_context, SIGTERM, SIGINT};
  asio::signal_set hangups{signals_context, SIGHUP};
  site::SiteConfig config;
  std::filesystem::path config_file;
  std::unique_ptr<age::IdentitySet> vault_identities;
  std::unique_ptr<vault::Vault> vault;
  std::unique_ptr<EvidenceIndex> index;
  std::unique_ptr<clocks::Timekeeper> timekeeper;
  std::unique_ptr<witness::Witnesses> witnesses;  // null: none are configured
  std::unique_ptr<IndexInspectionSource> inspection_source;
  std::unique_ptr<InspectorPool> inspectors;
  std::unique_ptr<scrub::Scrubber> scrubber;
  std::unique_ptr<UnitApi> unit_api;
  std::unique_ptr<api::PeopleApi> people_api;
  std::unique_ptr<LocalApi> local_api;
  http::Router people_routes;
  http::Router local_routes;
  IoThreads unit_threads;
  IoThreads people_threads;
  IoThreads local_threads;
  std::shared_ptr<http::TlsContext> units_tls;  // shared with their listeners
  std::shared_ptr<http::TlsContext> people_tls;
  std::unique_ptr<http::Server> unit_listener;
  std::unique_ptr<http::Server> people_listener;
  std::unique_ptr<http::Server> local_listener;
  std::atomic<bool> draining{false};

  Status open_site();
  Status open_witnesses();
  Status open_apis();
  Status listen();
  Result<std::unique_ptr<http::Server>> listen_one(const std::string& name,
                                                   const site::ListenerConfig& where,
                                                   const http::Router& routes, IoThreads& threads,
                                                   std::shared_ptr<http::TlsContext> tls);
  [[nodiscard]] Result<std::vector<Bytes>> reload_unit_authorities() const;
  [[nodiscard]] std::vector<std::string> not_ready_because() const;
  [[nodiscard]] MetricSources metric_sources() const;
  void renew_certificates_at_hangup();
  void stop();
};

// Keys, vault, journal; repairs what a crash left.
Status Server::Parts::open_site() {
  HANSOM_TRY(check_restoration(config.data));
  HANSOM_TRY_ASSIGN(vault_identities, load_vault_identities(config));
  HANSOM_TRY_ASSIGN(journal::KeyRing journal_keys, load_journal_keys(config));

  EvidenceIndexOptions options;
  options.directory = config.store();
  options.clock = &system_clock();
  options.random = &system_random();
  HANSOM_TRY_ASSIGN(index, EvidenceIndex::open(std::move(journal_keys), options));
  HANSOM_TRY_ASSIGN(timeline::Zone zone, timeline::Zone::find(config.zone));
  timekeeper = std::make_unique<clocks::Timekeeper>(*index, std::move(zone));
  index->watch([this](const evidence::Record& record) {
    if (clocks::brings_facts(record)) timekeeper->notify();
    // Nothing comes and nobody orders before there is an API, and that comes after the inspectors.
    if (record.has_clip_accepted() || record.has_inspection_ordered()) inspectors->notify();
  });
  // Behind the store's lock: it removes what it takes for leftovers.
  HANSOM_TRY_ASSIGN(vault, vault::open_file_vault(config.vault()));

  HANSOM_TRY(record_restoration(*index, config.data));
  std::error_code failed;
  std::filesystem::remove_all(config.backups(), failed);  // of a backup that a stop ended
  evidence::Record started = record_by_server();
  started.mutable_server_started()->set_version(HANSOM_VERSION);
  started.mutable_server_started()->set_configuration_sha256(
      to_text(sha256(site::to_toml(config)).span()));
  HANSOM_TRY(index->submit_and_wait(std::move(started)));
  HANSOM_TRY(retention::resume(*index, *vault));
  HANSOM_TRY(open_witnesses());
  return open_apis();
}

Status Server::Parts::open_witnesses() {
  if (config.witness_policy.empty()) return {};
  HANSOM_TRY_ASSIGN(const Bytes text, durable::read_file(config.witness_policy, kPolicyBytesMax));
  witness::WitnessesOptions options;
  auto policy = tlog::WitnessPolicy::parse(as_text(text));
  if (!policy) return fail(std::move(policy).error().in(config.witness_policy.string()));
  options.policy = *std::move(policy);
  options.journal_key = index->journal().key();
  options.file = config.witnessed();
  options.interval = config.witness_interval;
  options.timeout = config.witness_timeout;
  auto opened = witness::Witnesses::open(index->journal(), system_clock(), std::move(options));
  if (!opened) return fail(std::move(opened).error().in(config.witness_policy.string()));
  witnesses = *std::move(opened);
  return {};
}

Status Server::Parts::open_apis() {
  inspection_source = std::make_unique<IndexInspectionSource>(
      *index, *vault, *vault_identities, std::min(config.clip_bytes_max, kInspectBytesMax),
      config.inspector_levels);
  InspectorPoolOptions pool;
  pool.workers = config.inspector_workers;
  HANSOM_TRY_ASSIGN(pool.inspector.program, find_inspector(config.inspector));
  pool.inspector.wall_time = config.inspector_wall;
  pool.inspector.memory_bytes = config.inspector_memory_bytes;
  inspectors = std::make_unique<InspectorPool>(*inspection_source, std::move(pool));

  scrubber = std::make_unique<scrub::Scrubber>(
      *index, *vault, system_clock(),
      scrub::ScrubOptions{config.scrub_bytes_per_second, config.scrub_interval,
                          config.data / "scrub.json"});

  UnitApi::Dependencies units;
  units.config = &config;
  units.index = index.get();
  units.vault = vault.get();
  units.vault_identities = vault_identities.get();
  units.clock = &system_clock();
  units.random = &system_random();
  HANSOM_TRY_ASSIGN(unit_api, UnitApi::open(units));

  api::PeopleApiDependencies people;
  people.index = index.get();
  people.vault = vault.get();
  people.identities = vault_identities.get();
  people.clock = &system_clock();
  people.random = &system_random();
  people.reload_keys = [this] {
    return reload_keys(config_file, index->keys(), *vault_identities);
  };
  people.reload_unit_authorities = [this] { return reload_unit_authorities(); };
  people.controller = config.controller;
  people.zone = config.zone;
  people.retention = config.retention;
  people.scrubber = scrubber.get();
  people.witnesses = witnesses.get();
  people.minimum_index = config.log_minimum_index;
  people.backups = config.backups();
  people_api = std::make_unique<api::PeopleApi>(std::move(people));
  people_api->add_routes(people_routes);

  local_api = std::make_unique<LocalApi>(
      LocalApi::Dependencies{[this] { return not_ready_because(); },
                             [this] { return collect_metrics(metric_sources()); }});
  local_api->add_routes(local_routes);
  return {};
}

Status Server::Parts::listen() {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  unit_threads = make_threads(config.unit_threads != 0 ? config.unit_threads : cores);
  people_threads = make_threads(kPeopleThreads);
  local_threads = make_threads(1);
  unit_api->start();

  HANSOM_TRY_ASSIGN(units_tls,
                    http::TlsContext::make(units_tls_options(config, config.unit_authorities)));
  HANSOM_TRY_ASSIGN(unit_listener,
                    listen_one("units", config.units, unit_api->routes(), unit_threads, units_tls));
  HANSOM_TRY_ASSIGN(people_tls, http::TlsContext::make(people_tls_options(config)));
  HANSOM_TRY_ASSIGN(people_listener,
                    listen_one("people", config.people, people_routes, people_threads, people_tls));
  http::ServerOptions local;
  local.name = "local";
  local.address = config.local_address;
  local.port = config.local_port;
  HANSOM_TRY_ASSIGN(local_listener, http::Server::listen(contexts_of(local_threads), local_routes,
                                                         std::move(local)));
  return {};
}

// Nothing else of the file is taken over before a restart.
Result<std::vector<Bytes>> Server::Parts::reload_unit_authorities() const {
  HANSOM_TRY_ASSIGN(const site::SiteConfig now, site::load_config(config_file));
  HANSOM_TRY_ASSIGN(std::vector<Bytes> certificates, load_unit_authorities(now));
  HANSOM_TRY(units_tls->renew(units_tls_options(config, now.unit_authorities)));
  return certificates;
}

Result<std::unique_ptr<http::Server>> Server::Parts::listen_one(
    const std::string& name, const site::ListenerConfig& where, const http::Router& routes,
    IoThreads& threads, std::shared_ptr<http::TlsContext> tls) {
  http::ServerOptions options;
  options.name = name;
  options.address = where.address;
  options.port = where.port;
  options.limits = config.limits;
  options.method_override = tls == units_tls;
  options.tls = std::move(tls);
  return http::Server::listen(contexts_of(threads), routes, std::move(options));
}

std::vector<std::string> Server::Parts::not_ready_because() const {
  return unit_api->not_ready_because();
}

MetricSources Server::Parts::metric_sources() const {
  return {unit_api.get(),
          index.get(),
          inspectors.get(),
          timekeeper.get(),
          scrubber.get(),
          witnesses.get(),
          {{"units", unit_listener.get()}, {"people", people_listener.get()}}};
}

// Certificates of a few months are replaced by programs that know how to send SIGHUP.
void Server::Parts::renew_certificates_at_hangup() {
  hangups.async_wait([this](boost::system::error_code ended, int) {
    if (ended) return;
    renew_certificate("units", *units_tls);
    renew_certificate("people", *people_tls);
    renew_certificates_at_hangup();
  });
}

// Each step waits for what the one before let end; what does not end in time is forced by the
// listener.
void Server::Parts::stop() {
  if (draining.exchange(true)) return;
  if (unit_api) unit_api->drain();
  for (auto* listener : {unit_listener.get(), people_listener.get(), local_listener.get()}) {
    if (const auto ended = stop_listener(listener, config.drain); !ended) {
      log_error("listener_not_ended", ended.error());
    }
  }
  if (unit_api) unit_api->stop();
  if (people_api) people_api->stop();
  if (scrubber) scrubber->stop();
  if (witnesses) witnesses->stop();
  if (timekeeper) timekeeper->stop();
  if (inspectors) inspectors->stop(std::chrono::steady_clock::now() + config.drain);
  if (index) index->stop();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  parts_->stop();
}

Result<std::unique_ptr<Server>> Server::start(const site::SiteConfig& config,
                                              const std::filesystem::path& config_file) {
  std::unique_ptr<Server> server(new Server(std::make_unique<Parts>(config, config_file)));
  HANSOM_TRY(server->parts_->open_site());
  HANSOM_TRY(server->parts_->listen());
  server->parts_->inspectors->start();
  server->parts_->timekeeper->start();
  server->parts_->scrubber->start();
  if (server->parts_->witnesses) server->parts_->witnesses->start();
  log(LogLevel::kInfo, "server_started",
      {{"version", HANSOM_VERSION},
       {"units_port", int{server->parts_->unit_listener->port()}},
       {"people_port", int{server->parts_->people_listener->port()}},
       {"local_port", int{server->parts_->local_listener->port()}},
       {"journal_size", server->parts_->index->journal().head().size}});
  return server;
}

void Server::run_until_signalled() {
  int received = 0;
  parts_->signals.async_wait([&received, this](boost::system::error_code, int number) {
    received = number;
    parts_->hangups.cancel();
  });
  parts_->renew_certificates_at_hangup();
  parts_->signals_context.run();
  log(LogLevel::kInfo, "server_stopping", {{"signal", received}});
  parts_->stop();
  log(LogLevel::kInfo, "server_stopped", {{"journal_size", parts_->index->journal().head().size}});
}

}  // namespace hansom::ingest
