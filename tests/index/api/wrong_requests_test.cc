// The table of wrong requests: each error token that the contract documents for an operation of
// the people is provoked there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <boost/json/serialize.hpp>

#include "index/api/unit_certificate.h"
#include "proto/base/durable_file.h"
#include "proto/http/wire_errors.h"
#include "tests/index/api/api_rig.h"
#include "tests/index/api/openapi.h"
#include "tests/index/api/wrong_requests_rows.h"
#include "tests/support/test_pki.h"

namespace hansom::test {
namespace {

using access::Role;

// The rows that media and sealed have in common, with GET and HEAD.
constexpr std::pair<const char*, const char*> kBytesRows[] = {
    {"xyz", "bad_digest"},         {"$ZERO", "clip_not_found"},
    {"$DESTROYED", "destroyed"},   {"$DAMAGED", "vault_corrupt"},
    {"$MISSING", "vault_missing"}, {"$QUARANTINED", "object_damaged"},
};

// Those of a repaired copy, which is an object of its own.
constexpr std::pair<const char*, const char*> kRepairedRows[] = {
    {"xyz", "bad_digest"},
    {"$ZERO", "clip_not_found"},
    {"$DESTROYED", "destroyed"},
    {"$NEW", "not_inspected"},
    {"$DAMAGED", "no_repaired_copy"},
    {"$COPY_DAMAGED", "vault_corrupt"},
    {"$COPY_MISSING", "vault_missing"},
    {"$COPY_QUARANTINED", "object_damaged"},
};

constexpr std::size_t kBodyBytesMax = std::size_t{64} * 1024;
constexpr std::size_t kRegisterBytesMax = std::size_t{4} * 1024 * 1024;

class WrongRequests : public testing::Test {
 protected:
  WrongRequests() {
    names_["ZERO"] = Digest{}.hex();
    names_["LARGE"] = std::string(kBodyBytesMax + 1, ' ');
    destroy_one();
    names_["NEW"] = accept(2).hex();
    const ClipId damaged = accept(3);
    rig_.inspect(damaged, {pattern_bytes(300, 1), pattern_bytes(300, 2)});
    cut(rig_.vault_file(damaged));
    cut(rig_.vault_file(thumbnail_of(damaged)));
    names_["DAMAGED"] = damaged.hex();
    const ClipId missing = accept(4);
    rig_.inspect(missing, {pattern_bytes(300, 3)});
    std::filesystem::remove(rig_.vault_file(missing));
    std::filesystem::remove(rig_.vault_file(thumbnail_of(missing)));
    names_["MISSING"] = missing.hex();
    quarantine_one();
    std::string id;
    static_cast<void>(rig_.issue(kWho, rig_.clock().now() + std::chrono::days(1), &id));
    names_["TOKEN_OUT"] = id;
    EXPECT_EQ(revoke("/v1/tokens/" + id + "/revoke", kOps), 200U);
    const auto hold =
        rig_.post("/v1/holds", R"({"clip": ")" + names_["NEW"] + R"(", "reason": "case"})", kWho);
    names_["HOLD_OUT"] = std::string(hold.json().at("hold_id").as_string());
    EXPECT_EQ(revoke("/v1/holds/" + names_["HOLD_OUT"] + "/release", kWho), 200U);
    const std::string corrections = "/v1/units/cab-7/clock/corrections";
    const auto correction =
        rig_.post(corrections,
                  R"({"from": "2026-03-01T10:00:00Z", "until": "2026-03-01T11:00:00Z",
                      "error_s": 192, "uncertainty_s": 2, "reason": "measured"})",
                  kWho);
    names_["CORRECTION_OUT"] = std::string(correction.json().at("correction_id").as_string());
    EXPECT_EQ(revoke(corrections + "/" + names_["CORRECTION_OUT"] + "/withdraw", kWho), 200U);
    evidence::Record enrolled = record_by_server();
    enrolled.mutable_unit_enrolled()->set_unit("cab-out");
    enrolled.mutable_unit_enrolled()->set_certificate_der("stands for a certificate");
    static_cast<void>(rig_.submit(enrolled));
    EXPECT_EQ(revoke("/v1/units/cab-out/revoke", kOps), 200U);
    accept_anothers();
    make_copies();
    make_keys();
    make_authorities();
  }

  // A journal key nobody loaded, a recipient units are told, and one that is retired.
  void make_keys() {
    names_["JOURNAL_KEY"] = rig_.verifier_key();
    names_["OTHER_KEY"] =
        tlog::Signer::from_pem("hansom.test/rig", tlog::Signer::generate_pem())->verifier().text();
    names_["RECIPIENT"] = rig_.recipient();
    names_["RETIRED"] = age::Identity::generate(*seeded_random(9)).recipient().text();
    evidence::Record record = record_by_server();
    record.mutable_vault_identity_added()->set_recipient(names_["RETIRED"]);
    record.mutable_vault_identity_added()->set_reason("test");
    static_cast<void>(rig_.submit(record));
    const auto added =
        rig_.post("/v1/keys/vault/add",
                  R"({"reason": "test", "recipient": ")" + names_["RECIPIENT"] + R"("})", kOps);
    EXPECT_EQ(added.status, 200U) << added.body;
    const auto retired = rig_.post(
        "/v1/keys/vault/retire",
        R"({"reason": "test", "accepted_days": 0, "recipient": ")" + names_["RETIRED"] + R"("})",
        kOps);
    EXPECT_EQ(retired.status, 200U) << retired.body;
  }

  // An authority in force, one the server does not know, and one that is retired.
  void make_authorities() {
    const TestPki in_force(rig_.folder(), "in-force");
    const TestPki other(rig_.folder(), "other");
    const Bytes pem = *durable::read_file(in_force.authority(), 10'000);
    const std::vector<Bytes> loaded = *api::read_certificates(as_text(pem));
    rig_.reopen([&loaded](api::PeopleApiDependencies& use) {
      use.reload_unit_authorities = [loaded] { return Result<std::vector<Bytes>>(loaded); };
    });
    const auto in_json = [](ByteSpan text) {
      const std::string quoted = boost::json::serialize(boost::json::string(as_text(text)));
      return quoted.substr(1, quoted.size() - 2);
    };
    names_["AUTHORITY"] = in_json(pem);
    names_["SHA256_IN_FORCE"] = sha256(loaded.front()).hex();
    names_["OTHER_AUTHORITY"] = in_json(*durable::read_file(other.authority(), 10'000));
    const auto added = rig_.post(
        "/v1/keys/units/add",
        R"({"reason": "test", "certificate_pem": ")" + names_["AUTHORITY"] + R"("})", kOps);
    EXPECT_EQ(added.status, 200U) << added.body;
    const auto retired =
        rig_.post("/v1/keys/units/retire",
                  R"({"reason": "test", "certificate_sha256": ")" + names_["ZERO"] + R"("})", kOps);
    EXPECT_EQ(retired.status, 200U) << retired.body;
  }

  ClipId accept(std::uint64_t seed) {
    ClipSpec spec;
    spec.start = at("2026-03-01T10:00:00Z");
    spec.media = pattern_bytes(1000, seed);
    return rig_.accept(spec);
  }
  unsigned revoke(const std::string& target, Role role) {
    return rig_.post(target, R"({"reason": "test"})", role).status;
  }
  void destroy_one() {
    const ClipId clip = accept(1);
    rig_.inspect(clip, {});
    rig_.clock().advance(std::chrono::days(40));
    const auto plan = rig_.post("/v1/sweeps", "", kOps).json();
    const Reply done =
        rig_.post("/v1/sweeps/" + std::string(plan.at("plan").as_string()) + "/execute", "", kOps);
    EXPECT_EQ(done.status, 200U) << done.body;
    names_["DESTROYED"] = clip.hex();
  }
  void quarantine(const ClipId& clip, const Digest& object) {
    evidence::Record record = record_by_server();
    record.mutable_object_damaged()->set_object(to_text(object.span()));
    record.mutable_object_damaged()->set_clip(to_text(clip.span()));
    record.mutable_object_damaged()->set_found("digest");
    static_cast<void>(rig_.submit(record));
  }
  // Clips with repaired copies: one that is sound, one cut, one missing, one in quarantine.
  void make_copies() {
    const auto repaired = [this](const char* name, std::uint64_t seed) {
      const ClipId clip = accept(seed);
      rig_.inspect_damaged(clip, pattern_bytes(900, seed + 1));
      names_[name] = clip.hex();
      const auto report = rig_.get("/v1/clips/" + clip.hex() + "/report").json();
      const auto copy =
          *Digest::from_hex(std::string_view(report.at("repair").at("sealed_sha256").as_string()));
      return std::pair(clip, copy);
    };
    repaired("COPY_SOUND", 20);
    cut(rig_.vault_file(repaired("COPY_DAMAGED", 30).second));
    std::filesystem::remove(rig_.vault_file(repaired("COPY_MISSING", 40).second));
    const auto [clip, copy] = repaired("COPY_QUARANTINED", 50);
    quarantine(clip, copy);
  }
  void quarantine_one() {
    const ClipId clip = accept(5);
    rig_.inspect(clip, {pattern_bytes(300, 4)});
    quarantine(clip, clip);
    quarantine(clip, thumbnail_of(clip));
    names_["QUARANTINED"] = clip.hex();
    EXPECT_EQ(rig_.post("/v1/scrub", "", kOps).status, 202U);
  }
  // A clip of a unit that belongs to somebody else.
  void accept_anothers() {
    evidence::Record enrolled = record_by_server();
    enrolled.mutable_unit_enrolled()->set_unit("cab-9");
    enrolled.mutable_unit_enrolled()->set_certificate_der("of cab-9");
    enrolled.mutable_unit_enrolled()->set_controller("another council");
    static_cast<void>(rig_.submit(enrolled));
    ClipSpec spec;
    spec.unit = "cab-9";
    spec.start = at("2026-03-01T10:00:00Z");
    spec.media = pattern_bytes(1000, 77);
    names_["OTHERS"] = rig_.accept(spec).hex();
  }
  Digest thumbnail_of(const ClipId& clip) {
    const auto report = rig_.get("/v1/clips/" + clip.hex() + "/report").json();
    return *Digest::from_hex(
        std::string_view(report.at("thumbnails").at(0).at("sealed_sha256").as_string()));
  }
  // Takes the last byte away.
  static void cut(const std::filesystem::path& file) {
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  }
  [[nodiscard]] std::string filled(std::string text) const {
    for (const auto& [name, value] : names_) {
      const std::string mark = "$" + name;
      for (std::size_t place = text.find(mark); place != std::string::npos;
           place = text.find(mark)) {
        text.replace(place, mark.size(), value);
      }
    }
    return text;
  }
  void provoke(const WrongRequest& row) {
    SCOPED_TRACE(std::string(row.method) + " " + row.target + " " + row.token);
    Ask ask;
    ask.method = row.method;
    ask.target = filled(row.target);
    ask.token = rig_.token(row.role);
    const bool to_register = std::string_view(row.target) == "/v1/register";
    ask.body = to_register && std::string_view(row.body) == "$LARGE"
                   ? std::string(kRegisterBytesMax + 1, ' ')
                   : filled(row.body);
    if (*row.content_type != '\0') ask.fields = {{"Content-Type", row.content_type}};
    const std::uint64_t leaves = rig_.journal_size();
    const Reply reply = rig_.ask(ask);
    EXPECT_EQ(reply.token, row.token) << reply.body;
    EXPECT_EQ(reply.status, http::wire_error({ErrorKind::kInternal, row.token, ""}).status);
    EXPECT_EQ(rig_.journal_size(), leaves);
    provoked_.insert(std::string(row.method) + " " + row.pattern + " " + row.token);
  }

  ApiRig rig_;
  std::map<std::string, std::string> names_;
  std::set<std::string> provoked_;
};

TEST_F(WrongRequests, each_gets_its_status_and_token_and_none_of_the_contract_is_left_out) {
  for (const WrongRequest& row : kRows) provoke(row);
  for (const char* method : {"GET", "HEAD"}) {
    for (const std::string part : {"/media", "/sealed"}) {
      const std::string pattern = "/v1/clips/{id}" + part;
      for (const auto& [clip, token] : kBytesRows) {
        const std::string target = std::string("/v1/clips/") + clip + part;
        provoke({method, pattern.c_str(), target.c_str(), kWho, "", token});
      }
    }
    for (const auto& [clip, token] : kRepairedRows) {
      const std::string target = std::string("/v1/clips/") + clip + "/repaired";
      provoke({method, "/v1/clips/{id}/repaired", target.c_str(), kWho, "", token});
    }
  }
  for (const std::string part : {"/media", "/sealed", "/repaired"}) {  // below
    provoked_.insert("GET /v1/clips/{id}" + part + " range_not_satisfiable");
  }
  ApiRig without(0);
  EXPECT_EQ(without.post("/v1/scrub", "", kOps).token, "scrub_off");
  provoked_.insert("POST /v1/scrub scrub_off");
  provoked_.merge(std::set<std::string>{"GET /log/checkpoint not_witnessed",
                                        "GET /log/proof/{leaf} not_witnessed",
                                        "GET /log/tile/{tile} entries_pruned"});  // log_test.cc
  provoked_.insert("POST /v1/inspections too_large");          // inspections/choose_test.cc
  provoked_.insert("GET /v1/clips/{id}/proof not_witnessed");  // end_to_end/witness_test.py
  for (const Operation& operation : contract().operations) {
    if (operation.tag != "people") continue;
    for (const std::string& token : operation.errors) {
      if (token == "forbidden") continue;  // roles_test.cc, for every route
      EXPECT_TRUE(provoked_.contains(operation.name() + " " + token))
          << operation.name() << " documents " << token << ", and nothing here provokes it";
    }
  }
}

// It shows the size of a clip, so it is a leaf, unlike the refusals above.
TEST_F(WrongRequests, an_unsatisfiable_range_is_a_problem_with_the_size_and_a_leaf) {
  for (const auto& [clip, part] : {std::pair("NEW", "/media"), std::pair("NEW", "/sealed"),
                                   std::pair("COPY_SOUND", "/repaired")}) {
    Ask ask;
    ask.target = "/v1/clips/" + names_[clip] + part;
    ask.token = rig_.token(kWho);
    ask.fields = {{"Range", "bytes=99999-"}};
    const std::uint64_t leaves = rig_.journal_size();
    const Reply reply = rig_.ask(ask);
    EXPECT_EQ(reply.status, 416U);
    EXPECT_EQ(reply.token, "range_not_satisfiable");
    EXPECT_TRUE(reply.field("Content-Range").starts_with("bytes */"));
    EXPECT_EQ(rig_.journal_size(), leaves + 1);
    EXPECT_EQ(rig_.record_at(leaves).access().range_bytes(), 0U);
  }
}

}  // namespace
}  // namespace hansom::test
