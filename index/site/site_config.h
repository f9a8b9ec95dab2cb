// A site's configuration: one TOML file, whose commented form is deploy/hansomd.toml. Unknown keys
// are errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "index/inspections/level_policy.h"
#include "index/retention/retention.h"
#include "index/timeline/zone.h"
#include "proto/http/server.h"

namespace hansom::site {

struct ListenerConfig {
  std::string address;
  std::uint16_t port = 0;
  std::filesystem::path certificate;
  std::filesystem::path private_key;
};

// What uploads may take of the server at once, and one unit of that; beyond it 503.
struct UploadShares {
  std::uint64_t unit_uploads_max = 64;             // open uploads
  std::uint64_t unit_bodies_max = 16;              // requests whose bodies are being received
  std::uint64_t bytes_in_flight_max = 1ULL << 30;  // received and not written yet: memory
  unsigned spool_percent = 50;       // of the file system, for all open uploads at full length
  unsigned unit_spool_percent = 20;  // of that, for those of one unit
};

// Relative paths in the file are taken from the file's folder; here they are absolute.
struct SiteConfig {
  std::string origin;                        // of the journal: "hansom.example/demo"
  std::string controller;                    // the data controller all clips of this site belong to
  std::string zone{timeline::kDefaultZone};  // of people's times where they name none
  std::filesystem::path data;                // store/, vault/, spool/ lie here
  // Keys that can be used; the journal says which of them are in force (index/keys).
  std::vector<std::string> journal_keys;                // files (PEM, Ed25519) or URIs (proto/hsm)
  std::vector<std::filesystem::path> vault_identities;  // AGE-SECRET-KEY-1...

  ListenerConfig units;                                 // 8443
  std::vector<std::filesystem::path> unit_authorities;  // PEM
  ListenerConfig people;                                // 9443
  std::string local_address = "127.0.0.1";
  std::uint16_t local_port = 9480;  // health, readiness, metrics

  // Of both listeners, by preference.
  std::string tls_ciphers =
      "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
  std::string tls_groups = "X25519:P-256:P-384";

  unsigned unit_threads = 0;  // 0: one a core
  std::uint64_t clip_bytes_max = 4ULL << 30;
  // Free space that uploads leave: the larger of a share of the file system and a size.
  unsigned spool_reserve_percent = 5;
  std::uint64_t spool_reserve_bytes = 0;
  UploadShares upload_shares;
  std::chrono::hours upload_expiry{24 * 14};
  std::chrono::seconds drain{20};
  http::ServerLimits limits;

  std::filesystem::path inspector;  // the hansom-inspector program; empty: beside hansomd
  unsigned inspector_workers = 1;
  std::chrono::seconds inspector_wall{120};
  std::uint64_t inspector_memory_bytes = 768ULL << 20;
  inspections::LevelPolicy inspector_levels;

  std::uint64_t scrub_bytes_per_second = 8ULL << 20;  // 0: off
  std::chrono::days scrub_interval{30};               // 0: off

  retention::Policy retention;

  std::uint64_t log_minimum_index = 0;   // entry bundles of /log/ that end below it are refused
  std::filesystem::path witness_policy;  // c2sp.org/tlog-policy; empty: no witnesses
  std::chrono::seconds witness_interval{30};
  std::chrono::seconds witness_timeout{10};

  [[nodiscard]] std::filesystem::path store() const { return data / "store"; }
  [[nodiscard]] std::filesystem::path vault() const { return data / "vault"; }
  [[nodiscard]] std::filesystem::path spool() const { return data / "spool"; }
  [[nodiscard]] std::filesystem::path witnessed() const { return data / "witnessed.checkpoint"; }
  // Copies of the store while a backup is taken; emptied at start.
  [[nodiscard]] std::filesystem::path backups() const { return data / "backup"; }
};

// Errors: kInvalid `bad_config` with file, line and what to do; every problem is in one message, a
// line each.
[[nodiscard]] Result<SiteConfig> load_config(const std::filesystem::path& file);
// The effective configuration as TOML; load_config reads it back equal. Secrets are only ever named
// by path.
[[nodiscard]] std::string to_toml(const SiteConfig& config);

}  // namespace hansom::site
