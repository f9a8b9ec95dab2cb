// `hansom-unit simulate`: a depot full of units with a backlog, in one process.
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <csignal>

#include "ingest/unit/fleet/fleet_member.h"
#include "ingest/unit/fleet/server_watch.h"
#include "ingest/unit/fleet/simulation_report.h"
#include "ingest/unit/session.h"

namespace hansom::ingest {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kProgressEvery{5};
constexpr rlim_t kDescriptorsBesides = 100;

struct Simulate {
  std::size_t units = 50;
  std::uint64_t backlog = 5;
  std::string link = "4g";
  std::size_t clip_bytes = 4096;
  double arrive_seconds = 60;
  double seconds = 0;
  unsigned patience_seconds = 600;
  std::uint64_t seed = 1;
  std::optional<double> cut_seconds;
  std::filesystem::path site;
  std::filesystem::path fleet;
  std::string metrics = "http://127.0.0.1:9480/metrics";
};

void declare_simulate(CLI::App& command, Simulate& simulate) {
  command.add_option("--units", simulate.units, "How many units")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_option("--backlog", simulate.backlog, "Clips each of them has kept of the last week")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--link", simulate.link,
                  "4g, wifi or depot for all, or a mixture in turns: 4g:100,depot:1")
      ->capture_default_str();
  command.add_option("--clip-bytes", simulate.clip_bytes, "Media of a clip, before it is sealed")
      ->check(CLI::Range(0, 1 << 30))
      ->capture_default_str();
  command.add_option("--arrive-seconds", simulate.arrive_seconds, "All have come after so long")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--seconds", simulate.seconds,
                  "Begin no clip after so long; those begun are finished. 0: until all is sent")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--patience", simulate.patience_seconds,
                  "A unit gives a clip up after so many seconds in which nothing went forward")
      ->capture_default_str();
  command.add_option("--cut-seconds", simulate.cut_seconds,
                     "Mean time between cuts of a link instead of the link's own; 0: none");
  command.add_option("--seed", simulate.seed, "Of arrivals, cuts, waits and media")
      ->capture_default_str();
  command.add_option("--site", simulate.site,
                     "The site's folder: units that have no certificate yet are enrolled by "
                     "`hansom`, the program beside this one");
  command.add_option("--fleet", simulate.fleet,
                     "Keys and certificates of the units [fleet/ in --dir]");
  command
      .add_option("--metrics", simulate.metrics,
                  "Where the server tells its figures; empty: do not ask")
      ->capture_default_str();
}

// Each connection is a descriptor.
Status allow_descriptors(std::size_t units) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = units + kDescriptorsBesides;
  if (limit.rlim_cur >= wanted) return {};
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return {};
  return fail(ErrorKind::kInvalid, "bad_parameter",
              std::to_string(units) + " units need as many open files, and " +
                  std::to_string(limit.rlim_max) + " are allowed here: raise `ulimit -n`");
}

// "https://host:port".
Status resolve(const std::string& url, Fleet& fleet) {
  constexpr std::string_view kScheme = "https://";
  const auto colon = url.rfind(':');
  if (!url.starts_with(kScheme) || colon < kScheme.size()) {
    return fail(ErrorKind::kInvalid, "bad_config",
                "no server: give --server https://host:8443, or enrol the fleet anew");
  }
  fleet.host = url.substr(kScheme.size(), colon - kScheme.size());
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  boost::system::error_code error;
  const auto found =
      resolver.resolve(asio::ip::tcp::v4(), fleet.host, url.substr(colon + 1), error);
  if (error || found.empty()) {
    return fail(ErrorKind::kUnavailable, "server_unreachable", url + ": " + error.message());
  }
  fleet.server = found.begin()->endpoint();
  return {};
}

Result<std::vector<FleetUnit>> open_fleet(const Simulate& simulate,
                                          const std::filesystem::path& folder) {
  HANSOM_TRY_ASSIGN(const auto strangers, prepare_fleet(folder, simulate.units));
  if (!strangers.empty() && !simulate.site.empty()) {
    print_note("enrolling " + std::to_string(strangers.size()) + " units");
    HANSOM_TRY(enrol_fleet(simulate.site, folder));
  }
  return load_fleet(folder, simulate.units);
}

// Everything that runs while the fleet is at work.
class Simulation {
 public:
  Simulation(Fleet& fleet, const Simulate& options, const ServerWatch* watch)
      : fleet_(fleet),
        options_(options),
        watch_(watch),
        progress_(io_),
        signals_(io_, SIGINT, SIGTERM) {}

  Status run(const std::vector<FleetUnit>& units) {
    HANSOM_TRY_ASSIGN(const auto links, parse_links(options_.link, units.size()));
    const auto random = seeded_random(options_.seed);
    started_ = Link::Clock::now();
    if (options_.seconds > 0) fleet_.no_new_clips_after = started_ + span(options_.seconds);
    for (std::size_t i = 0; i < units.size(); ++i) {
      LinkProfile link = links[i];
      if (options_.cut_seconds) link.cut_seconds = *options_.cut_seconds;
      members_.push_back(std::make_unique<FleetMember>(fleet_, units[i], std::move(link),
                                                       options_.seed * 1'000'003 + i));
      const auto begin = started_ + span(uniform(*random) * options_.arrive_seconds);
      asio::co_spawn(io_, members_.back()->live(begin), [this](const std::exception_ptr& thrown) {
        if (thrown) std::rethrow_exception(thrown);
        if (fleet_.tally.units_done == members_.size()) end();
      });
    }
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (error) return;
      print_note("no new clips; those begun are finished");
      fleet_.no_new_clips_after = Link::Clock::now();
    });
    show_progress();
    io_.run();
    return {};
  }
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Link::Clock::now() - started_).count();
  }

 private:
  static std::chrono::nanoseconds span(double seconds) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
  }
  void end() {
    boost::system::error_code unread;  // nothing waits for them any more
    progress_.cancel();
    signals_.cancel(unread);
  }
  void show_progress() {
    progress_.expires_after(kProgressEvery);
    progress_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      print_note(progress_line(fleet_.tally, watch_ ? watch_->figures() : ServerFigures(),
                               seconds(), options_.units));
      show_progress();
    });
  }

  Fleet& fleet_;
  const Simulate& options_;
  const ServerWatch* watch_;
  asio::io_context io_{1};
  asio::steady_timer progress_;
  asio::signal_set signals_;
  std::vector<std::unique_ptr<FleetMember>> members_;
  Link::Clock::time_point started_;
};

Status run_simulate(const Session& session, const Simulate& simulate) {
  // 1. Everything that can be wrong is found before the first unit comes.
  HANSOM_TRY(parse_links(simulate.link, 1));
  HANSOM_TRY(allow_descriptors(simulate.units));
  Session site = session;
  site.folder = simulate.fleet.empty() ? session.folder / "fleet" : simulate.fleet;
  HANSOM_TRY_ASSIGN(const std::vector<FleetUnit> units, open_fleet(simulate, site.folder));
  HANSOM_TRY_ASSIGN(const UnitConfig config, site.config());
  Fleet fleet;
  HANSOM_TRY(resolve(config.server, fleet));
  HANSOM_TRY_ASSIGN(fleet.trust, http::ClientTrust::make(config.server_ca));
  HANSOM_TRY_ASSIGN(fleet.recipient, age::Recipient::parse(config.vault_recipient));
  HANSOM_TRY_ASSIGN(fleet.journal_key, tlog::VerifierKey::parse(config.journal_key));
  fleet.backlog = simulate.backlog;
  fleet.media_bytes = simulate.clip_bytes;
  fleet.patience = std::chrono::seconds(simulate.patience_seconds);
  fleet.now = system_clock().now();

  // 2. They come, send and go.
  std::optional<ServerWatch> watch;
  if (!simulate.metrics.empty()) watch.emplace(simulate.metrics);
  Simulation simulation(fleet, simulate, watch ? &*watch : nullptr);
  HANSOM_TRY(simulation.run(units));

  // 3. What became of it.
  const double took = simulation.seconds();
  const ServerFigures server = watch ? watch->stop() : ServerFigures();
  const Verdict verdict = judge(fleet.tally, server);
  session.say(report_json(fleet.tally, server, verdict, took, simulate.seed),
              report_words(fleet.tally, server, verdict, took, simulate.seed));
  if (verdict.good) return {};
  return fail(ErrorKind::kCorrupt, "receipt_invalid", verdict.words);
}

}  // namespace

void add_simulate_command(CLI::App& app, Session& session) {
  add_command<Simulate>(app, session, "simulate",
                        "Be a fleet of units with a backlog, and see that nothing is lost",
                        declare_simulate, run_simulate);
}

}  // namespace hansom::ingest
