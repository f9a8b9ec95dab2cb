// The table of wrong requests: each error token that the contract documents for an operation of
// the people is provoked there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "proto/http/wire_errors.h"
#include "tests/index/api/api_rig.h"
#include "tests/index/api/openapi.h"

namespace hansom::test {
namespace {

using access::Role;

constexpr Role kWho = Role::kInvestigator;
constexpr Role kOps = Role::kOperations;

// In targets and bodies $X stands for a name that the fixture made.
struct Row {
  const char* method;
  const char* pattern;
  const char* target;
  Role role;
  const char* body;
  const char* token;
  const char* content_type = "application/json";
};

constexpr Row kRows[] = {
    {"GET", "/v1/clips", "/v1/clips", kWho, "", "bad_query"},
    {"GET", "/v1/clips", "/v1/clips?order=oldest", kWho, "", "bad_query"},
    {"GET", "/v1/clips", "/v1/clips?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", kWho, "",
     "bad_query"},
    {"GET", "/v1/clips", "/v1/clips?from=yesterday", kWho, "", "bad_time"},
    {"GET", "/v1/clips", "/v1/clips?to=2026-03-01", kWho, "", "bad_time"},
    {"GET", "/v1/clips", "/v1/clips?unit=CAB%207", kWho, "", "bad_unit_id"},
    {"GET", "/v1/clips", "/v1/clips?unit=cab-7&cursor=zz", kWho, "", "bad_cursor"},
    {"GET", "/v1/clips", "/v1/clips?registration=", kWho, "", "bad_parameter"},
    {"GET", "/v1/clips", "/v1/clips?unit=cab-7&limit=0", kWho, "", "bad_parameter"},
    {"GET", "/v1/clips", "/v1/clips?unit=cab-7&limit=501", kWho, "", "bad_parameter"},
    {"GET", "/v1/clips", "/v1/clips?unit=cab-7&limit=-1", kWho, "", "bad_parameter"},
    {"GET", "/v1/clips", "/v1/clips?unit=cab-7&limit=1e2", kWho, "", "bad_parameter"},
    {"GET", "/v1/clips", "/v1/clips?unit=cab-7&order=sideways", kWho, "", "bad_parameter"},
    {"GET", "/v1/clips", "/v1/clips?event_sequence=4", kWho, "", "bad_parameter"},
    {"GET", "/v1/clips/{id}", "/v1/clips/xyz", kWho, "", "bad_digest"},
    {"GET", "/v1/clips/{id}", "/v1/clips/$ZERO", kWho, "", "clip_not_found"},
    {"GET", "/v1/clips/{id}/report", "/v1/clips/xyz/report", kWho, "", "bad_digest"},
    {"GET", "/v1/clips/{id}/report", "/v1/clips/$ZERO/report", kWho, "", "clip_not_found"},
    {"GET", "/v1/clips/{id}/report", "/v1/clips/$NEW/report", kWho, "", "not_inspected"},
    {"GET", "/v1/clips/{id}/report", "/v1/clips/$DESTROYED/report", kWho, "", "destroyed"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/xyz/thumbnails/0", kWho, "", "bad_digest"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$ZERO/thumbnails/0", kWho, "",
     "clip_not_found"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$NEW/thumbnails/0", kWho, "",
     "not_inspected"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$DAMAGED/thumbnails/2", kWho, "",
     "thumbnail_not_found"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$DAMAGED/thumbnails/-1", kWho, "",
     "thumbnail_not_found"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$DAMAGED/thumbnails/0", kWho, "",
     "vault_corrupt"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$MISSING/thumbnails/0", kWho, "",
     "vault_missing"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$QUARANTINED/thumbnails/0", kWho, "",
     "object_damaged"},
    {"POST", "/v1/scrub", "/v1/scrub", kOps, "", "scrub_running"},
    {"GET", "/v1/clips/{id}/thumbnails/{n}", "/v1/clips/$DESTROYED/thumbnails/0", kWho, "",
     "destroyed"},
    {"GET", "/v1/clips/{id}/receipt", "/v1/clips/xyz/receipt", kWho, "", "bad_digest"},
    {"GET", "/v1/clips/{id}/receipt", "/v1/clips/$ZERO/receipt", kWho, "", "clip_not_found"},
    {"GET", "/v1/clips/{id}/receipt", "/v1/clips/$DESTROYED/receipt", kWho, "", "destroyed"},
    {"GET", "/v1/events", "/v1/events", kWho, "", "bad_query"},
    {"GET", "/v1/events", "/v1/events?unit=cab-7&from=1", kWho, "", "bad_time"},
    {"GET", "/v1/events", "/v1/events?unit=-", kWho, "", "bad_unit_id"},
    {"GET", "/v1/events", "/v1/events?unit=cab-7&cursor=AA", kWho, "", "bad_cursor"},
    {"GET", "/v1/events", "/v1/events?unit=cab-7&limit=x", kWho, "", "bad_parameter"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof", kWho, "", "bad_query"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof?leaf=1&old_size=2", kWho, "", "bad_query"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof?old_size=1&tree_size=2", kWho, "", "bad_query"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof?leaf=01", kWho, "", "bad_parameter"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof?leaf=1&tree_size=0", kWho, "", "bad_tree_size"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof?leaf=1&tree_size=99999", kWho, "",
     "bad_tree_size"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof?old_size=3&new_size=2", kWho, "",
     "bad_tree_size"},
    {"GET", "/v1/journal/proof", "/v1/journal/proof?leaf=99999", kWho, "", "leaf_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/0", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/0/0", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/0/000", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/0/000.p/255", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/0/001.p/1", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/1/000.p/1", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/63/000.p/1", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/0/x018/x446/x744/x073/x709/x551/615", kWho, "",
     "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/entries/000.p/0", kWho, "", "tile_not_found"},
    {"GET", "/log/tile/{tile}", "/log/tile/entries/001", kWho, "", "tile_not_found"},
    {"GET", "/log/proof/{leaf}", "/log/proof/1e2", kWho, "", "bad_parameter"},
    {"GET", "/log/proof/{leaf}", "/log/proof/00", kWho, "", "bad_parameter"},
    {"GET", "/log/proof/{leaf}", "/log/proof/99999", kWho, "", "leaf_not_found"},
    {"GET", "/log/proof/{leaf}", "/log/proof/18446744073709551615", kWho, "", "leaf_not_found"},
    {"POST", "/v1/units", "/v1/units", kOps, "{}", "unsupported_media_type", "text/plain"},
    {"POST", "/v1/units", "/v1/units", kOps, "{", "bad_json"},
    {"POST", "/v1/units", "/v1/units", kOps, "[]", "bad_json"},
    {"POST", "/v1/units", "/v1/units", kOps, "{}", "bad_parameter"},
    {"POST", "/v1/units", "/v1/units", kOps, R"({"surprise": 1})", "bad_parameter"},
    {"POST", "/v1/units", "/v1/units", kOps, R"({"unit": 7, "certificate_pem": "x"})",
     "bad_parameter"},
    {"POST", "/v1/units", "/v1/units", kOps, R"({"unit": "A B", "certificate_pem": "x"})",
     "bad_unit_id"},
    {"POST", "/v1/units", "/v1/units", kOps, R"({"unit": "cab-1", "certificate_pem": "x"})",
     "bad_certificate"},
    {"POST", "/v1/units", "/v1/units", kOps, "$LARGE", "body_too_large"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/A/revoke", kOps, R"({"reason": "x"})",
     "bad_unit_id"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/cab-7/revoke", kOps, "", "bad_json"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/cab-7/revoke", kOps, "{}", "bad_parameter"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/cab-7/revoke", kOps, R"({"reason": "a\nb"})",
     "bad_parameter"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/cab-7/revoke", kOps, "$LARGE", "body_too_large"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/cab-7/revoke", kOps, "{}",
     "unsupported_media_type", "application/toml"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/none/revoke", kOps, R"({"reason": "x"})",
     "unit_not_found"},
    {"POST", "/v1/units/{unit}/revoke", "/v1/units/cab-out/revoke", kOps, R"({"reason": "x"})",
     "unit_already_revoked"},
    {"PUT", "/v1/register", "/v1/register", kOps, "[[vehicle]", "bad_register", "application/toml"},
    {"PUT", "/v1/register", "/v1/register", kOps, "a,b\n1,2\n", "bad_register", "text/csv"},
    {"PUT", "/v1/register", "/v1/register", kOps, "{}", "unsupported_media_type"},
    {"PUT", "/v1/register", "/v1/register", kOps, "$LARGE", "body_too_large", "text/csv"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps, "x", "bad_json"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps, "{}", "unsupported_media_type", ""},
    {"POST", "/v1/tokens", "/v1/tokens", kOps, "$LARGE", "body_too_large"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps, R"({"person": "A", "role": "king", "days": 1})",
     "bad_role"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps,
     R"({"person": "A", "role": "auditor", "expires": "soon"})", "bad_time"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps,
     R"({"person": "A", "role": "auditor", "expires": "2020-01-01T00:00:00Z"})", "bad_parameter"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps, R"({"person": "A", "role": "auditor"})",
     "bad_parameter"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps, R"({"person": "A", "role": "auditor", "days": 0})",
     "bad_parameter"},
    {"POST", "/v1/tokens", "/v1/tokens", kOps, R"({"person": "A", "role": "auditor", "days": 367})",
     "bad_parameter"},
    {"POST", "/v1/tokens/{id}/revoke", "/v1/tokens/a%20b/revoke", kOps, R"({"reason": "x"})",
     "bad_id"},
    {"POST", "/v1/tokens/{id}/revoke", "/v1/tokens/tok-0/revoke", kOps, R"({"reason": "x"})",
     "token_not_found"},
    {"POST", "/v1/tokens/{id}/revoke", "/v1/tokens/$TOKEN_OUT/revoke", kOps, R"({"reason": "x"})",
     "token_already_revoked"},
    {"POST", "/v1/tokens/{id}/revoke", "/v1/tokens/tok-0/revoke", kOps, "nope", "bad_json"},
    {"POST", "/v1/tokens/{id}/revoke", "/v1/tokens/tok-0/revoke", kOps, "$LARGE", "body_too_large"},
    {"POST", "/v1/tokens/{id}/revoke", "/v1/tokens/tok-0/revoke", kOps, "{}",
     "unsupported_media_type", "text/csv"},
    {"GET", "/v1/holds", "/v1/holds?all=yes", kWho, "", "bad_parameter"},
    {"POST", "/v1/holds", "/v1/holds", kWho, "{}}", "bad_json"},
    {"POST", "/v1/holds", "/v1/holds", kWho, "{}", "unsupported_media_type", "text/plain"},
    {"POST", "/v1/holds", "/v1/holds", kWho, "$LARGE", "body_too_large"},
    {"POST", "/v1/holds", "/v1/holds", kWho, R"({"clip": "xyz", "reason": "x"})", "bad_digest"},
    {"POST", "/v1/holds", "/v1/holds", kWho, R"({"clip": "$ZERO", "reason": "x"})",
     "clip_not_found"},
    {"POST", "/v1/holds", "/v1/holds", kWho, R"({"clip": "$DESTROYED", "reason": "x"})",
     "destroyed"},
    {"POST", "/v1/holds", "/v1/holds", kWho, R"({"clip": "$NEW", "reason": ""})", "bad_parameter"},
    {"POST", "/v1/holds/{id}/release", "/v1/holds/a.b/release", kWho, R"({"reason": "x"})",
     "bad_id"},
    {"POST", "/v1/holds/{id}/release", "/v1/holds/00/release", kWho, R"({"reason": "x"})",
     "hold_not_found"},
    {"POST", "/v1/holds/{id}/release", "/v1/holds/$HOLD_OUT/release", kWho, R"({"reason": "x"})",
     "hold_released"},
    {"POST", "/v1/holds/{id}/release", "/v1/holds/00/release", kWho, "", "bad_json"},
    {"POST", "/v1/holds/{id}/release", "/v1/holds/00/release", kWho, "$LARGE", "body_too_large"},
    {"POST", "/v1/holds/{id}/release", "/v1/holds/00/release", kWho, "{}", "unsupported_media_type",
     "text/plain"},
    {"GET", "/v1/sweeps/{digest}", "/v1/sweeps/xyz", kOps, "", "bad_digest"},
    {"GET", "/v1/sweeps/{digest}", "/v1/sweeps/$ZERO", kOps, "", "plan_not_found"},
    {"POST", "/v1/sweeps/{digest}/execute", "/v1/sweeps/xyz/execute", kOps, "", "bad_digest"},
    {"POST", "/v1/sweeps/{digest}/execute", "/v1/sweeps/$ZERO/execute", kOps, "", "plan_not_found"},
};

// The rows that media and sealed have in common, with GET and HEAD.
constexpr std::pair<const char*, const char*> kBytesRows[] = {
    {"xyz", "bad_digest"},         {"$ZERO", "clip_not_found"},
    {"$DESTROYED", "destroyed"},   {"$DAMAGED", "vault_corrupt"},
    {"$MISSING", "vault_missing"}, {"$QUARANTINED", "object_damaged"},
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
    evidence::Record enrolled = record_by_server();
    enrolled.mutable_unit_enrolled()->set_unit("cab-out");
    enrolled.mutable_unit_enrolled()->set_certificate_der("stands for a certificate");
    static_cast<void>(rig_.submit(enrolled));
    EXPECT_EQ(revoke("/v1/units/cab-out/revoke", kOps), 200U);
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
  void quarantine_one() {
    const ClipId clip = accept(5);
    rig_.inspect(clip, {pattern_bytes(300, 4)});
    for (const Digest& object : {clip, thumbnail_of(clip)}) {
      evidence::Record record = record_by_server();
      record.mutable_object_damaged()->set_object(to_text(object.span()));
      record.mutable_object_damaged()->set_clip(to_text(clip.span()));
      record.mutable_object_damaged()->set_found("digest");
      static_cast<void>(rig_.submit(record));
    }
    names_["QUARANTINED"] = clip.hex();
    EXPECT_EQ(rig_.post("/v1/scrub", "", kOps).status, 202U);
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
  void provoke(const Row& row) {
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
  for (const Row& row : kRows) provoke(row);
  for (const char* method : {"GET", "HEAD"}) {
    for (const std::string part : {"/media", "/sealed"}) {
      const std::string pattern = "/v1/clips/{id}" + part;
      for (const auto& [clip, token] : kBytesRows) {
        const std::string target = std::string("/v1/clips/") + clip + part;
        provoke({method, pattern.c_str(), target.c_str(), kWho, "", token});
      }
      provoked_.insert("GET " + pattern + " range_not_satisfiable");  // below
    }
  }
  ApiRig without(0);
  EXPECT_EQ(without.post("/v1/scrub", "", kOps).token, "scrub_off");
  provoked_.insert("POST /v1/scrub scrub_off");
  provoked_.merge(std::set<std::string>{"GET /log/checkpoint not_witnessed",
                                        "GET /log/proof/{leaf} not_witnessed",
                                        "GET /log/tile/{tile} entries_pruned"});  // log_test.cc
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
  for (const std::string part : {"/media", "/sealed"}) {
    Ask ask;
    ask.target = "/v1/clips/" + names_["NEW"] + part;
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
