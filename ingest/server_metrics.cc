// Counters of all parts under their Prometheus names.
#include "ingest/server_metrics.h"

#include "index/journal/commit_figures.h"
#include "index/scrub/damage.h"
#include "ingest/process_figures.h"

namespace hansom::ingest {
namespace {

constexpr double kMicrosecondsPerSecond = 1e6;

class Samples {
 public:
  void counter(std::string name, std::string help, std::uint64_t value) {
    add(MetricType::kCounter, std::move(name), std::move(help), static_cast<double>(value), {});
  }
  void seconds(std::string name, std::string help, std::uint64_t us) {
    add(MetricType::kCounter, std::move(name), std::move(help),
        static_cast<double>(us) / kMicrosecondsPerSecond, {});
  }
  void gauge(std::string name, std::string help, std::uint64_t value) {
    add(MetricType::kGauge, std::move(name), std::move(help), static_cast<double>(value), {});
  }
  void seconds_gauge(std::string name, std::string help, std::int64_t us) {
    add(MetricType::kGauge, std::move(name), std::move(help),
        static_cast<double>(us) / kMicrosecondsPerSecond, {});
  }
  void histogram(std::string name, std::string help, Histogram::Snapshot seen) {
    metrics_.push_back(
        {std::move(name), std::move(help), MetricType::kHistogram, 0, {}, std::move(seen)});
  }
  void add(MetricType type, std::string name, std::string help, double value,
           std::vector<std::pair<std::string, std::string>> labels) {
    metrics_.push_back({std::move(name), std::move(help), type, value, std::move(labels), {}});
  }
  std::vector<Metric> take() { return std::move(metrics_); }

 private:
  std::vector<Metric> metrics_;
};

// What was refused because bytes were not what their digest says.
std::uint64_t digest_failures(const std::map<std::string, std::uint64_t>& refusals) {
  std::uint64_t failures = 0;
  for (const auto& [token, count] : refusals) {
    if (token == "digest_mismatch" || token == "checksum_mismatch") failures += count;
  }
  return failures;
}

// How full the server is, and how full it may get.
void add_admission(Samples& out, const UnitApi::Counters& counters) {
  out.gauge("hansom_accepting_uploads", "0 while no upload can be created: /readyz says why",
            counters.takes_uploads ? 1 : 0);
  out.gauge("hansom_spool_uploads", "Uploads that are not complete", counters.spool.uploads);
  out.gauge("hansom_spool_bytes", "Their full length", counters.spool.bytes);
  out.gauge("hansom_spool_bytes_max", "uploads.spool_percent of the file system",
            counters.limits.spool_bytes_max);
  out.gauge("hansom_bodies", "Bodies of uploads that are being received", counters.bodies.bodies);
  out.gauge("hansom_bytes_in_flight", "What they may have in memory", counters.bodies.bytes);
  out.gauge("hansom_bytes_in_flight_max", "uploads.bytes_in_flight_max",
            counters.limits.bytes_in_flight_max);
  out.gauge("hansom_disk_free_bytes", "Room on the file system of the spool", counters.disk.free);
  out.gauge("hansom_disk_reserve_bytes", "What uploads leave of it", counters.disk.reserve);
  out.counter("hansom_disk_full_total", "Writes that found no room", counters.disk_ran_out);
}

void add_uploads(Samples& out, const UnitApi::Counters& counters) {
  out.counter("hansom_upload_bytes_total", "Bytes of uploads received", counters.bytes_received);
  out.counter("hansom_upload_durable_bytes_total", "Bytes of uploads covered by a sync",
              counters.bytes_durable);
  out.gauge("hansom_upload_lag_bytes", "Bytes written to the spool that no sync covers yet",
            counters.bytes_undurable);
  out.counter("hansom_syncs_total", "Syncs of uploads asked for", counters.syncs);
  out.counter("hansom_sync_groups_total", "Syncs made for them", counters.sync_groups);
  out.seconds("hansom_sync_seconds_total", "Time spent in them", counters.sync_us);
  out.histogram("hansom_sync_group_size", "Uploads made durable by one sync",
                counters.sync_group_sizes);
  out.histogram("hansom_sync_group_seconds", "Time of one such sync", counters.sync_group_seconds);
  out.counter("hansom_upload_saved_bytes_total",
              "Bytes kept of requests that broke off: resuming saved sending them again",
              counters.bytes_saved);
  out.counter("hansom_digest_failures_total", "Uploads whose bytes were not what was announced",
              digest_failures(counters.refusals));
  out.gauge("hansom_uploads_open", "Uploads that are not complete", counters.uploads_open);
  out.counter("hansom_leases_taken_over_total", "Uploads taken over by a newer request",
              counters.leases_taken_over);
  out.counter("hansom_clips_accepted_total", "Clips accepted and journalled",
              counters.clips_accepted);
  out.counter("hansom_events_accepted_total", "Events journalled", counters.events_accepted);
  for (const auto& [token, count] : counters.refusals) {
    out.add(MetricType::kCounter, "hansom_refusals_total", "Requests of units refused, by token",
            static_cast<double>(count), {{"token", token}});
  }
}

void add_journal(Samples& out, EvidenceIndex& index) {
  const auto counters = index.journal().counters();
  out.gauge("hansom_journal_size", "Leaves in the journal", index.journal().head().size);
  out.gauge("hansom_journal_queued", "Commands waiting", counters.queued);
  out.counter("hansom_journal_commands_total", "Commands committed", counters.commands);
  out.counter("hansom_journal_refused_total", "Commands refused", counters.refused);
  out.counter("hansom_journal_groups_total", "Synced batches", counters.groups);
  out.seconds("hansom_journal_sync_seconds_total", "Time spent in them", counters.sync_us);
  const journal::CommitFigures commits = journal::commit_figures(index.journal());
  out.histogram("hansom_journal_group_size", "Commands of one synced batch", commits.group_sizes);
  out.histogram("hansom_journal_group_seconds", "Time of one commit", commits.group_seconds);
  out.gauge("hansom_journal_healthy", "0 once a commit has failed", index.journal().healthy());
}

void add_inspection(Samples& out, const InspectorPool& inspectors) {
  const auto counters = inspectors.counters();
  out.add(MetricType::kCounter, "hansom_inspections_total", "Clips inspected, by outcome",
          static_cast<double>(counters.decodable), {{"outcome", "decodable"}});
  out.add(MetricType::kCounter, "hansom_inspections_total", "Clips inspected, by outcome",
          static_cast<double>(counters.undecodable), {{"outcome", "undecodable"}});
  out.counter("hansom_inspectors_died_total", "Inspectors that did not end by themselves",
              counters.inspectors_died);
  out.counter("hansom_inspections_postponed_total", "Clips put off to the next start",
              counters.postponed);
  out.counter("hansom_inspection_store_errors_total", "Reports that could not be stored at once",
              counters.store_errors);
  out.counter("hansom_inspector_parents_total",
              "Warm parents started: one for every 256 clips, and one after each death",
              counters.parents);
  out.gauge("hansom_inspections_running", "Inspectors at work", counters.running);
}

void add_clocks(Samples& out, const clocks::Timekeeper& timekeeper) {
  const auto figures = timekeeper.figures();
  out.counter("hansom_clocks_reckoned_total", "Units whose clocks were reckoned", figures.units);
  out.counter("hansom_clip_times_stated_total", "Intervals of true time stated, first or anew",
              figures.stated);
}

void add_scrub(Samples& out, const MetricSources& sources) {
  out.counter("hansom_scrub_bytes_total", "Bytes of the vault read again",
              sources.scrubber->bytes_read());
  out.gauge("hansom_scrub_running", "1 while a pass runs", sources.scrubber->progress() ? 1 : 0);
  const auto view = sources.index->view();
  if (!view) return;  // the journal's own metrics say what is wrong
  const auto damage = scrub::list_damage(view->reader());
  const auto last = scrub::last_pass(view->reader());
  if (damage) {
    out.gauge("hansom_objects_damaged", "Objects of the vault found damaged", damage->size());
  }
  if (last && *last) {
    out.seconds_gauge("hansom_scrub_finished_timestamp_seconds", "When the last pass ended",
                      (*last)->finished_us());
  }
}

void add_witnesses(Samples& out, const witness::Witnesses* witnesses) {
  if (witnesses == nullptr) return;
  const auto counters = witnesses->counters();
  for (const auto& one : counters.witnesses) {
    for (std::size_t outcome = 0; outcome < one.asked.size(); ++outcome) {
      out.add(MetricType::kCounter, "hansom_witness_requests_total",
              "Requests to witnesses, by how they ended",
              static_cast<double>(one.asked.at(outcome)),
              {{"witness", one.name},
               {"outcome", std::string(word_of(static_cast<witness::Outcome>(outcome)))}});
    }
  }
  out.counter("hansom_witness_forks_total",
              "Times somebody saw another history of this journal: see journal_forked in the log",
              counters.forks);
  out.gauge("hansom_witnessed_size", "Leaves of the newest checkpoint that the quorum cosigned",
            counters.size);
  out.add(MetricType::kGauge, "hansom_witnessed_time_seconds", "When that was, Unix time",
          static_cast<double>(counters.unix_us) / kMicrosecondsPerSecond, {});
  out.gauge("hansom_witnesses_behind", "Witnesses that have not cosigned that checkpoint",
            counters.behind);
}

// Names that every dashboard knows.
void add_process(Samples& out) {
  const ProcessFigures process = process_figures();
  out.add(MetricType::kCounter, "process_cpu_seconds_total", "Processor time, user and system",
          process.processor_seconds, {});
  out.gauge("process_resident_memory_bytes", "Resident memory", process.resident_bytes);
  out.gauge("process_open_fds", "Open file descriptors", process.open_files);
  out.add(MetricType::kGauge, "process_start_time_seconds", "Start of the process, Unix time",
          process.started_unix_seconds, {});
}

using Field = std::uint64_t http::ServerCounters::*;

void add_listeners(Samples& out, const MetricSources& sources) {
  const auto each = [&](MetricType type, const char* name, const char* help, Field field) {
    for (const auto& [listener, server] : sources.listeners) {
      if (server == nullptr) continue;
      out.add(type, name, help, static_cast<double>(server->counters().*field),
              {{"listener", listener}});
    }
  };
  each(MetricType::kGauge, "hansom_connections_open", "Open connections",
       &http::ServerCounters::connections_open);
  each(MetricType::kCounter, "hansom_connections_total", "Connections accepted",
       &http::ServerCounters::connections_total);
  each(MetricType::kCounter, "hansom_connections_refused_total",
       "Connections over limits.connections_max", &http::ServerCounters::connections_refused);
  each(MetricType::kCounter, "hansom_tls_sessions_resumed_total", "TLS handshakes that resumed",
       &http::ServerCounters::sessions_resumed);
  each(MetricType::kCounter, "hansom_handshakes_failed_total", "TLS handshakes that failed",
       &http::ServerCounters::handshakes_failed);
  each(MetricType::kCounter, "hansom_requests_total", "Requests",
       &http::ServerCounters::requests_total);
  each(MetricType::kCounter, "hansom_received_bytes_total", "Plaintext bytes received",
       &http::ServerCounters::bytes_received);
  each(MetricType::kCounter, "hansom_sent_bytes_total", "Plaintext bytes sent",
       &http::ServerCounters::bytes_sent);
}

}  // namespace

std::vector<Metric> collect_metrics(const MetricSources& sources) {
  Samples out;
  const UnitApi::Counters units = sources.units->counters();
  add_uploads(out, units);
  add_admission(out, units);
  add_journal(out, *sources.index);
  add_inspection(out, *sources.inspectors);
  add_clocks(out, *sources.timekeeper);
  add_scrub(out, sources);
  add_witnesses(out, sources.witnesses);
  add_listeners(out, sources);
  add_process(out);
  return out.take();
}

}  // namespace hansom::ingest
