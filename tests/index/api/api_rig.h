// A whole index with a vault and the people's API over it, in a folder of its own, asked without
// sockets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "index/api/people_api.h"
#include "index/evidence_index.h"
#include "index/vault/vault.h"
#include "proto/age/identity_set.h"
#include "tests/support/temp_dir.h"

namespace hansom::test {

struct Ask {
  std::string method = "GET";
  std::string target;
  std::string token;  // empty: no Authorization
  std::string purpose = "test of the contract";
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

struct Reply {
  unsigned status = 0;
  http::Fields fields;
  std::string body;
  std::string token;  // of a problem document
  bool cut = false;   // fewer bytes than promised: the session closes the connection
  std::size_t largest_write_bytes = 0;
  std::optional<std::uint64_t> journal_size_at_release;

  [[nodiscard]] boost::json::object json() const;
  [[nodiscard]] std::string field(std::string_view name) const;
};

struct ClipSpec {
  std::string unit = "cab-7";
  std::string registration = "AB12CDE";
  std::string vehicle_licence = "PHV123";
  std::string driver_licence = "D42";
  std::uint32_t channel = 1;
  UtcTime start;
  std::chrono::milliseconds duration{60'000};
  std::string media_type = "video/mp4";
  Bytes media;
  evidence::Purpose::Kind purpose = evidence::Purpose::EVENT;
};

class ApiRig {
 public:
  // The scrubber's thread does not run; at 0 bytes a second it is off.
  explicit ApiRig(std::uint64_t scrub_bytes_per_second = 1 << 20);
  ~ApiRig();
  ApiRig(const ApiRig&) = delete;
  ApiRig& operator=(const ApiRig&) = delete;

  [[nodiscard]] Reply ask(const Ask& ask);
  [[nodiscard]] Reply get(const std::string& target,
                          access::Role role = access::Role::kInvestigator);
  [[nodiscard]] Reply post(const std::string& target, const std::string& json, access::Role role,
                           const std::string& method = "POST");
  [[nodiscard]] std::string token(access::Role role) const { return tokens_.at(role); }
  [[nodiscard]] std::string issue(access::Role role, UtcTime expires, std::string* id = nullptr);

  // Seals, stores and records a clip as an upload does.
  [[nodiscard]] ClipId accept(const ClipSpec& spec);
  // Records a report with `pictures` as sealed thumbnails.
  void inspect(const ClipId& clip, const std::vector<Bytes>& pictures,
               evidence::Report::Outcome outcome = evidence::Report::DECODABLE);
  // A report that the clip is damaged, with `copy` as its repaired copy; none where it is empty.
  void inspect_damaged(const ClipId& clip, const Bytes& copy);
  void report_event(const std::string& unit, std::uint64_t sequence, const std::string& type,
                    UtcTime at);
  [[nodiscard]] LeafIndex submit(evidence::Record record);

  [[nodiscard]] std::uint64_t journal_size() const { return index_->journal().head().size; }
  [[nodiscard]] evidence::Record record_at(std::uint64_t leaf) const;
  [[nodiscard]] EvidenceIndex& index() { return *index_; }
  [[nodiscard]] ManualClock& clock() { return clock_; }
  [[nodiscard]] const http::Router& router() const { return router_; }
  [[nodiscard]] api::PeopleApi& people_api() { return *api_; }
  // Takes the API down and puts one up that differs by `change`.
  void reopen(const std::function<void(api::PeopleApiDependencies&)>& change);
  [[nodiscard]] std::filesystem::path vault_file(const Digest& name) const;
  [[nodiscard]] std::string verifier_key() const { return verifier_key_; }
  [[nodiscard]] std::string recipient() const { return identity_->recipient().text(); }
  [[nodiscard]] std::filesystem::path folder() const { return dir_.path(); }

 private:
  TempDir dir_;
  ManualClock clock_;
  std::unique_ptr<Random> random_;
  std::string verifier_key_;
  std::unique_ptr<age::Identity> identity_;
  std::unique_ptr<age::IdentitySet> identities_;
  std::unique_ptr<EvidenceIndex> index_;
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<scrub::Scrubber> scrubber_;
  api::PeopleApiDependencies use_;
  std::unique_ptr<api::PeopleApi> api_;
  http::Router router_;
  std::map<access::Role, std::string> tokens_;
};

[[nodiscard]] Bytes pattern_bytes(std::size_t size, std::uint64_t seed);
[[nodiscard]] UtcTime at(std::string_view rfc3339);

}  // namespace hansom::test
