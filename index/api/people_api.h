// The people's API: every route of the people's listener (proto/openapi.yaml, tag "people").
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/access/access.h"
#include "index/evidence_index.h"
#include "index/retention/retention.h"
#include "index/scrub/scrubber.h"
#include "index/timeline/zone.h"
#include "index/vault/vault.h"
#include "proto/age/identity_set.h"
#include "proto/http/router.h"

namespace hansom::witness {
class Witnesses;
}

namespace hansom::api {

// Borrowed; everything outlives the PeopleApi.
struct PeopleApiDependencies {
  EvidenceIndex* index = nullptr;
  vault::Vault* vault = nullptr;
  const age::IdentitySet* identities = nullptr;  // of the vault
  Clock* clock = nullptr;
  Random* random = nullptr;
  std::function<Status()>
      reload_keys;  // reads the keys the configuration names by now; may be empty
  // Reads which authorities the configuration names by now and holds new connections of units
  // against them; their certificates, DER. May be empty.
  std::function<Result<std::vector<Bytes>>()> reload_unit_authorities;
  std::string controller;                    // new units belong to it
  std::string zone{timeline::kDefaultZone};  // of people's times where a question names none
  retention::Policy retention;
  scrub::Scrubber* scrubber = nullptr;      // null: none, as if it were off
  witness::Witnesses* witnesses = nullptr;  // null: none are configured
  std::uint64_t minimum_index = 0;          // of the entry bundles of /log/
  std::filesystem::path backups;            // copies of the store lie here while a backup is taken
};

// What the contract says of a route besides its handler; tests hold it against openapi.yaml.
struct RouteFacts {
  std::string_view method;
  std::string_view pattern;
  std::optional<access::Right> right;  // none: any person (or, for the journal's key, anyone)
  bool open_to_all = false;            // asks for no token
  std::vector<std::string_view> query_parameters;
  bool has_body = false;
};

// Owns a helper thread for sweeps. Handlers run on the connection's thread and may block it for a
// read of RocksDB or of the vault: people's threads are their own, no unit waits for them.
class PeopleApi {
 public:
  explicit PeopleApi(PeopleApiDependencies dependencies);
  ~PeopleApi();
  PeopleApi(const PeopleApi&) = delete;
  PeopleApi& operator=(const PeopleApi&) = delete;

  // Requires: this object outlives every exchange the router serves.
  void add_routes(http::Router& router);
  [[nodiscard]] static std::vector<RouteFacts> routes();
  // Refuses further work of the helper thread (kUnavailable `draining`), lets what runs end, joins.
  // Idempotent. Call it when the listener has no session left.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hansom::api
