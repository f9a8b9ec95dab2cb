// Every route of the people's API answers as the contract says, and what it shows is what is so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "proto/base/durable_file.h"
#include "proto/evidence/receipt.h"
#include "proto/tlog/checkpoint.h"
#include "tests/index/api/agreed.h"
#include "tests/index/api/api_rig.h"
#include "tests/support/test_pki.h"

namespace hansom::test {
namespace {

using access::Role;
using testing::HasSubstr;
using testing::SizeIs;

class Routes : public testing::Test {
 protected:
  ClipId accept(std::string_view start = "2026-03-01T10:00:00Z") {
    ClipSpec spec;
    spec.start = at(start);
    spec.media = pattern_bytes(1000, 1);
    return rig_.accept(spec);
  }

  ApiRig rig_;
};

TEST_F(Routes, search_finds_clips_by_each_selector_and_by_overlap) {
  const ClipId clip = accept();
  rig_.report_event("cab-7", 5, "panic_button", at("2026-03-01T10:00:30Z"));
  for (const char* query :
       {"registration=ab12%20cde", "vehicle_licence=phv123", "driver_licence=D42", "unit=cab-7",
        "registration=AB12CDE&event_type=panic_button", "unit=cab-7&event_sequence=5",
        "from=2026-03-01T10:00:59Z&to=2026-03-01T10:05:00Z",
        "from=2026-03-01T09:00:00Z&to=2026-03-01T10:00:00.001Z&order=oldest&limit=1"}) {
    SCOPED_TRACE(query);
    const auto json = agreed(rig_.get(std::string("/v1/clips?") + query), "GET", "/v1/clips");
    ASSERT_THAT(json.at("clips").as_array(), SizeIs(1));
    EXPECT_EQ(json.at("clips").at(0).at("clip").as_string(), clip.hex());
  }
  for (const char* query : {"registration=ZZ99ZZZ", "unit=cab-8", "unit=cab-7&event_sequence=6",
                            "from=2026-03-01T10:01:00Z&to=2026-03-01T10:05:00Z"}) {
    SCOPED_TRACE(query);
    EXPECT_THAT(rig_.get(std::string("/v1/clips?") + query).json().at("clips").as_array(),
                SizeIs(0));
  }
}

TEST_F(Routes, paging_by_cursor_gives_every_clip_once_in_order) {
  for (int minute = 10; minute < 33; ++minute) {
    ClipSpec spec;
    spec.start = at("2026-03-01T10:" + std::to_string(minute) + ":00Z");
    spec.media = pattern_bytes(10, static_cast<std::uint64_t>(minute));
    static_cast<void>(rig_.accept(spec));
  }
  for (const std::string order : {"newest", "oldest"}) {
    std::vector<std::string> starts;
    std::string cursor;
    int pages = 0;
    do {
      const Reply reply = rig_.get("/v1/clips?unit=cab-7&limit=5&order=" + order +
                                   (cursor.empty() ? "" : "&cursor=" + cursor));
      const auto json = agreed(reply, "GET", "/v1/clips");
      for (const auto& clip : json.at("clips").as_array()) {
        starts.emplace_back(clip.at("start").as_string());
      }
      cursor = json.contains("next_cursor") ? std::string(json.at("next_cursor").as_string()) : "";
      ++pages;
    } while (!cursor.empty());
    EXPECT_GE(pages, 5);
    EXPECT_THAT(starts, SizeIs(23));
    EXPECT_TRUE(order == "oldest"
                    ? std::is_sorted(starts.begin(), starts.end(), std::less_equal<>())
                    : std::is_sorted(starts.begin(), starts.end(), std::greater_equal<>()));
  }
}

TEST_F(Routes, one_clip_shows_state_raw_values_arrivals_and_manifest) {
  const ClipId clip = accept();
  auto json = agreed(rig_.get("/v1/clips/" + clip.hex()), "GET", "/v1/clips/{id}");
  EXPECT_EQ(json.at("state").as_string(), "accepted");
  EXPECT_EQ(json.at("start").as_string(), "2026-03-01T10:00:00Z");
  EXPECT_EQ(json.at("told").at("start_us").to_number<std::int64_t>(),
            to_unix_us(at("2026-03-01T10:00:00Z")));
  EXPECT_THAT(json.at("arrivals").as_array(), SizeIs(1));
  EXPECT_TRUE(json.at("manifest").is_object());
  rig_.inspect(clip, {});
  EXPECT_EQ(rig_.get("/v1/clips/" + clip.hex()).json().at("state").as_string(), "inspected");
  rig_.inspect(clip, {}, evidence::Report::UNDECODABLE);
  json = agreed(rig_.get("/v1/clips/" + clip.hex()), "GET", "/v1/clips/{id}");
  EXPECT_EQ(json.at("state").as_string(), "undecodable");
  EXPECT_EQ(json.at("undecodable").at("token").as_string(), "damaged");
}

TEST_F(Routes, report_and_thumbnails_come_from_the_inspection) {
  const ClipId clip = accept();
  const Bytes picture = pattern_bytes(5000, 9);
  rig_.inspect(clip, {pattern_bytes(10, 8), picture});
  const std::string base = "/v1/clips/" + clip.hex();
  const auto json = agreed(rig_.get(base + "/report"), "GET", "/v1/clips/{id}/report");
  EXPECT_EQ(json.at("outcome").as_string(), "decodable");
  EXPECT_THAT(json.at("thumbnails").as_array(), SizeIs(2));
  EXPECT_EQ(json.at("signed_media").at("state").as_string(), "broken");
  EXPECT_EQ(json.at("signed_media").at("streams").at(0).at("pictures_valid").as_int64(), 255);
  const auto whole = agreed(rig_.get(base), "GET", "/v1/clips/{id}");
  EXPECT_EQ(whole.at("signed_media").at("says").as_string(),
            json.at("signed_media").at("says").as_string());
  const Reply thumbnail = rig_.get(base + "/thumbnails/1");
  EXPECT_EQ(thumbnail.status, 200U);
  EXPECT_EQ(thumbnail.field("Content-Type"), "image/jpeg");
  EXPECT_EQ(thumbnail.body, to_text(picture));
}

TEST_F(Routes, receipt_verifies_with_the_public_key_and_stays_the_same) {
  const ClipId clip = accept();
  Ask open;
  open.target = "/v1/journal/key";
  open.purpose = "";
  const Reply key_reply = rig_.ask(open);
  ASSERT_EQ(key_reply.status, 200U);
  const auto key = tlog::VerifierKey::parse(
      std::string_view(key_reply.body).substr(0, key_reply.body.size() - 1));
  ASSERT_TRUE(key);
  const Reply reply = rig_.get("/v1/clips/" + clip.hex() + "/receipt");
  ASSERT_EQ(reply.status, 200U);
  const auto receipt = evidence::parse_receipt(reply.body);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->clip, clip);
  EXPECT_TRUE(evidence::verify_receipt(*receipt, *key));
  EXPECT_EQ(rig_.get("/v1/clips/" + clip.hex() + "/receipt").body, reply.body);
}

TEST_F(Routes, checkpoint_and_proofs_hold) {
  static_cast<void>(accept());
  const Reply note = rig_.get("/v1/journal/checkpoint", Role::kAuditor);
  const auto key = tlog::VerifierKey::parse(rig_.verifier_key());
  ASSERT_TRUE(key);
  const auto checkpoint = tlog::verify_checkpoint(note.body, *key);
  ASSERT_TRUE(checkpoint) << note.body;
  const std::string size = std::to_string(checkpoint->size);

  const auto hashes = [](const boost::json::object& json) {
    tlog::Proof proof;
    for (const auto& hash : json.at("hashes").as_array()) {
      proof.push_back(*Digest::from_hex(std::string_view(hash.as_string())));
    }
    return proof;
  };
  const auto inclusion =
      agreed(rig_.get("/v1/journal/proof?leaf=2&tree_size=" + size, Role::kAuditor), "GET",
             "/v1/journal/proof");
  EXPECT_EQ(inclusion.at("checkpoint").as_string(), note.body);
  const Bytes leaf = *from_base64(std::string_view(inclusion.at("leaf").as_string()));
  EXPECT_TRUE(tlog::verify_inclusion(tlog::leaf_hash(leaf), 2, checkpoint->size, hashes(inclusion),
                                     checkpoint->root));

  const auto consistency = agreed(rig_.get("/v1/journal/proof?old_size=" + size, Role::kAuditor),
                                  "GET", "/v1/journal/proof");
  const auto newer =
      tlog::verify_checkpoint(std::string_view(consistency.at("checkpoint").as_string()), *key);
  ASSERT_TRUE(newer);
  EXPECT_GT(newer->size, checkpoint->size);
  EXPECT_TRUE(tlog::verify_consistency(checkpoint->size, newer->size, hashes(consistency),
                                       checkpoint->root, newer->root));
}

TEST_F(Routes, events_are_found_with_raw_values) {
  rig_.report_event("cab-7", 5, "panic_button", at("2026-03-01T10:00:30Z"));
  rig_.report_event("cab-7", 6, "audio_on", at("2026-03-01T11:00:00Z"));
  const auto json =
      agreed(rig_.get("/v1/events?unit=cab-7&type=panic_button"), "GET", "/v1/events");
  ASSERT_THAT(json.at("events").as_array(), SizeIs(1));
  EXPECT_EQ(json.at("events").at(0).at("sequence").to_number<int>(), 5);
  EXPECT_EQ(json.at("events").at(0).at("time").as_string(), "2026-03-01T10:00:30Z");
  EXPECT_THAT(rig_.get("/v1/events?registration=AB12CDE").json().at("events").as_array(),
              SizeIs(2));
}

TEST_F(Routes, whoami_and_status) {
  const auto me = agreed(rig_.get("/v1/whoami", Role::kAuditor), "GET", "/v1/whoami");
  EXPECT_EQ(me.at("role").as_string(), "auditor");
  EXPECT_EQ(me.at("purpose").as_string(), "test of the contract");
  static_cast<void>(accept());
  const auto status = agreed(rig_.get("/v1/status"), "GET", "/v1/status");
  EXPECT_EQ(status.at("pending_inspections").to_number<int>(), 1);
  EXPECT_TRUE(status.at("journal").at("healthy").as_bool());
}

TEST_F(Routes, units_are_enrolled_listed_and_revoked) {
  TestPki pki(rig_.folder());
  const auto made = pki.unit("cab-9");
  boost::json::object body;
  body["unit"] = "cab-9";
  body["certificate_pem"] = to_text(*durable::read_file(made.certificate, 10'000));
  const auto enrolled = agreed(
      rig_.post("/v1/units", boost::json::serialize(body), Role::kOperations), "POST", "/v1/units");
  EXPECT_EQ(enrolled.at("certificate_sha256").as_string(), made.sha256.hex());
  const auto list = agreed(rig_.get("/v1/units", Role::kOperations), "GET", "/v1/units");
  EXPECT_THAT(list.at("units").as_array(), SizeIs(2));
  agreed(rig_.post("/v1/units/cab-9/revoke", R"({"reason": "stolen"})", Role::kOperations), "POST",
         "/v1/units/{unit}/revoke");
  EXPECT_THAT(rig_.get("/v1/units", Role::kOperations).body, HasSubstr("stolen"));
}

TEST_F(Routes, register_is_replaced_by_csv_and_toml) {
  Ask put;
  put.method = "PUT";
  put.target = "/v1/register";
  put.token = rig_.token(Role::kOperations);
  put.fields = {{"Content-Type", "text/csv; charset=utf-8"}};
  put.body = "unit,registration,vehicle_licence\ncab-7,AB12 CDE,PHV123\n";
  EXPECT_EQ(agreed(rig_.ask(put), "PUT", "/v1/register").at("links").to_number<int>(), 1);
  put.fields = {{"Content-Type", "application/toml"}};
  put.body = "[[vehicle]]\nunit = \"cab-7\"\nregistration = \"XY34ZZZ\"\n";
  EXPECT_EQ(rig_.ask(put).status, 200U);
  const auto shown = agreed(rig_.get("/v1/register", Role::kOperations), "GET", "/v1/register");
  ASSERT_THAT(shown.at("links").as_array(), SizeIs(1));
  EXPECT_EQ(shown.at("links").at(0).at("registration").as_string(), "XY34ZZZ");
}

TEST_F(Routes, tokens_are_shown_once_and_end_when_revoked) {
  const auto issued =
      agreed(rig_.post("/v1/tokens", R"({"person": "Ada", "role": "auditor", "days": 3})",
                       Role::kOperations),
             "POST", "/v1/tokens");
  const std::string token(issued.at("token").as_string());
  Ask me;
  me.target = "/v1/whoami";
  me.token = token;
  EXPECT_EQ(rig_.ask(me).status, 200U);
  const Reply list = rig_.get("/v1/tokens", Role::kOperations);
  agreed(list, "GET", "/v1/tokens");
  EXPECT_THAT(list.body, testing::Not(HasSubstr(token)));
  agreed(rig_.post("/v1/tokens/" + std::string(issued.at("token_id").as_string()) + "/revoke",
                   R"({"reason": "left"})", Role::kOperations),
         "POST", "/v1/tokens/{id}/revoke");
  EXPECT_EQ(rig_.ask(me).token, "token_revoked");
}

TEST_F(Routes, holds_bar_a_sweep_until_released) {
  const ClipId held = accept();
  ClipSpec other;
  other.start = at("2026-03-01T10:10:00Z");
  other.media = pattern_bytes(2000, 2);
  const ClipId loose = rig_.accept(other);
  rig_.inspect(held, {pattern_bytes(10, 3)});
  rig_.inspect(loose, {pattern_bytes(10, 4)});
  rig_.clock().advance(std::chrono::days(40));
  const auto placed =
      agreed(rig_.post("/v1/holds", R"({"clip": ")" + held.hex() + R"(", "reason": "case 12"})",
                       Role::kInvestigator),
             "POST", "/v1/holds");
  EXPECT_THAT(
      agreed(rig_.get("/v1/holds", Role::kAuditor), "GET", "/v1/holds").at("holds").as_array(),
      SizeIs(1));

  const auto plan = agreed(rig_.post("/v1/sweeps", "", Role::kOperations), "POST", "/v1/sweeps");
  ASSERT_THAT(plan.at("items").as_array(), SizeIs(1));
  EXPECT_EQ(plan.at("items").at(0).at("clip").as_string(), loose.hex());
  const std::string sweep = "/v1/sweeps/" + std::string(plan.at("plan").as_string());
  EXPECT_EQ(agreed(rig_.get(sweep, Role::kAuditor), "GET", "/v1/sweeps/{digest}").at("items"),
            plan.at("items"));
  const auto done = agreed(rig_.post(sweep + "/execute", "", Role::kOperations), "POST",
                           "/v1/sweeps/{digest}/execute");
  EXPECT_EQ(done.at("destroyed").to_number<int>(), 1);
  EXPECT_FALSE(std::filesystem::exists(rig_.vault_file(loose)));
  EXPECT_TRUE(std::filesystem::exists(rig_.vault_file(held)));

  const auto tombstone = agreed(rig_.get("/v1/clips/" + loose.hex()), "GET", "/v1/clips/{id}");
  EXPECT_EQ(tombstone.at("state").as_string(), "destroyed");
  EXPECT_EQ(tombstone.at("tombstone").at("plan").as_string(), plan.at("plan").as_string());
  for (const char* part :
       {"/media", "/repaired", "/sealed", "/report", "/receipt", "/proof", "/thumbnails/0"}) {
    const Reply gone = rig_.get("/v1/clips/" + loose.hex() + part);
    EXPECT_EQ(gone.status, 410U) << part;
    EXPECT_EQ(gone.token, "destroyed") << part;
  }
  const auto again = agreed(rig_.post(sweep + "/execute", "", Role::kOperations), "POST",
                            "/v1/sweeps/{digest}/execute");
  EXPECT_TRUE(again.at("repeated").as_bool());

  agreed(rig_.post("/v1/holds/" + std::string(placed.at("hold_id").as_string()) + "/release",
                   R"({"reason": "closed"})", Role::kInvestigator),
         "POST", "/v1/holds/{id}/release");
  EXPECT_THAT(rig_.get("/v1/holds", Role::kAuditor).json().at("holds").as_array(), SizeIs(0));
  EXPECT_THAT(rig_.get("/v1/holds?all=true", Role::kAuditor).json().at("holds").as_array(),
              SizeIs(1));
}

}  // namespace
}  // namespace hansom::test
