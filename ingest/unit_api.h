// The units' API: what a recorder unit can ask for, over mutual TLS.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "index/evidence_index.h"
#include "index/site/site_config.h"
#include "index/vault/vault.h"
#include "ingest/upload/admission.h"
#include "ingest/upload/disk_room.h"
#include "proto/age/identity_set.h"
#include "proto/base/histogram.h"
#include "proto/http/router.h"

namespace hansom::ingest {

// Owns spool, disk threads and leases; borrows the rest. Its handlers run on any of the listener's
// contexts.
class UnitApi {
 public:
  struct Dependencies {
    const site::SiteConfig* config = nullptr;
    EvidenceIndex* index = nullptr;
    vault::Vault* vault = nullptr;
    const age::IdentitySet* vault_identities = nullptr;
    Clock* clock = nullptr;
    Random* random = nullptr;
  };
  // Counters are monotonic; what is open, in use or free is of this moment.
  struct Counters {
    std::uint64_t bytes_received = 0;   // of uploads, written to the spool or not
    std::uint64_t bytes_durable = 0;    // of uploads, covered by a sync
    std::uint64_t bytes_undurable = 0;  // of open uploads, written and not yet covered
    std::uint64_t syncs = 0;            // asked for
    std::uint64_t sync_groups = 0;      // made for them
    std::uint64_t sync_us = 0;          // spent in them
    Histogram::Snapshot sync_group_sizes, sync_group_seconds;
    std::uint64_t bytes_saved = 0;  // kept of requests that broke off
    std::uint64_t uploads_open = 0;
    AdmissionLimits limits;
    SpoolUse spool;  // open uploads, at full length
    BodyUse bodies;
    DiskRoom::Figures disk;  // zeros where the file system cannot be asked
    std::uint64_t disk_ran_out = 0;
    bool takes_uploads = false;  // why not: not_ready_because()
    std::uint64_t leases_taken_over = 0;
    std::uint64_t clips_accepted = 0;
    std::uint64_t events_accepted = 0;
    std::map<std::string, std::uint64_t> refusals;  // by token
  };

  // Opens and scans the spool. Blocks. Requires: everything in `dependencies` is set and outlives
  // this. Error: kStorage; a spool that cannot be read stops the start.
  [[nodiscard]] static Result<std::unique_ptr<UnitApi>> open(const Dependencies& dependencies);
  // Requires: no exchange runs any more and stop() was called, or no exchange ever ran.
  ~UnitApi();
  UnitApi(const UnitApi&) = delete;
  UnitApi& operator=(const UnitApi&) = delete;

  // The routes of the units' listener; lives as long as this. Give it to http::Server::listen with
  // ServerOptions::method_override set.
  [[nodiscard]] const http::Router& routes() const;
  // Starts the housekeeping, on a thread of its own: finishes acceptances that were interrupted and
  // removes expired uploads, at once and then every few minutes.
  void start();
  // From now on uploads are refused (503 `draining`) and running ones are ended with what came
  // kept: the units resume later. Any thread. Call before http::Server::stop.
  void drain();
  // Ends the housekeeping and joins the disk threads. Blocks until what they do is done. Requires:
  // no exchange runs. Idempotent.
  void stop();

  // Why no upload can be created now, in words for an operator; empty: it can. For /readyz.
  [[nodiscard]] std::vector<std::string> not_ready_because() const;
  [[nodiscard]] Counters counters() const;

 private:
  struct State;
  explicit UnitApi(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hansom::ingest
