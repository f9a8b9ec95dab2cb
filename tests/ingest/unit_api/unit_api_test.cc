// The units' listener over real TLS: every documented status and token of its routes, provoked.
#include "ingest/unit_api.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "proto/evidence/events_json.h"
#include "proto/tlog/checkpoint.h"
#include "tests/ingest/support/ingest_site.h"
#include "tests/support/running_server.h"
#include "tests/support/tls_client.h"

namespace hansom::ingest {
namespace {

using test::Answer;
using test::ClientOptions;
using test::Identity;
using test::IngestSite;
using test::MadeClip;
using test::TlsClient;
using Lines = std::vector<std::string>;

class UnitApiOverTls : public testing::Test {
 protected:
  std::unique_ptr<TlsClient> connect(const Identity& identity) {
    ClientOptions options;
    options.port = server_.port();
    options.authorities = site_.pki->authority();
    options.identity = identity;
    auto client = TlsClient::connect(options);
    EXPECT_TRUE(client) << client.error().message;
    return *std::move(client);
  }

  // One request on a connection of its own.
  Answer ask(const std::string& method, const std::string& path, const Lines& fields,
             std::string_view body = {}, const Identity* as = nullptr) {
    std::string request = method + " " + path + " HTTP/1.1\r\nHost: site\r\n";
    for (const std::string& field : fields) request += field + "\r\n";
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request += "\r\n";
    const auto client = connect(as ? *as : site_.unit);
    EXPECT_TRUE(client->send(request + std::string(body)));
    auto answer = client->receive_answer(method == "HEAD");
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *answer : Answer{};
  }

  static std::string token_of(const Answer& answer) {
    boost::system::error_code failed;
    const auto document = boost::json::parse(answer.body, failed);
    if (failed || !document.is_object()) return "";
    const auto* token = document.get_object().if_contains("token");
    return token ? std::string(token->as_string()) : "";
  }

  void expect(unsigned status, const std::string& token, const Answer& answer) {
    EXPECT_EQ(answer.status, status) << token << ": " << answer.body;
    EXPECT_EQ(token_of(answer), token);
    EXPECT_EQ(answer.fields.count("tus-resumable"), 1U);
  }

  static Lines creation(const MadeClip& clip) {
    return {"Tus-Resumable: 1.0.0", "Upload-Length: " + std::to_string(clip.sealed.size()),
            "Upload-Metadata: " + clip.metadata()};
  }
  static Lines patch(std::uint64_t offset) {
    return {"Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream",
            "Upload-Offset: " + std::to_string(offset)};
  }
  std::string create(const MadeClip& clip) {
    return ask("POST", "/uploads", creation(clip)).fields["location"];
  }

  IngestSite site_;
  test::RunningServer server_{site_.api->routes(), test::units_listener(site_), 2};
  const MadeClip clip_ = site_.make_clip(Bytes(200'000, 'm'));
  const std::string bytes_ = to_text(clip_.sealed);
  const Lines tus_{"Tus-Resumable: 1.0.0"};
};

TEST_F(UnitApiOverTls, AClipInTwoPartsAndItsReceipt) {
  Answer answer = ask("OPTIONS", "/uploads", {});
  EXPECT_EQ(answer.status, 204U);
  EXPECT_EQ(answer.fields["tus-version"], "1.0.0");
  EXPECT_EQ(answer.fields["tus-max-size"], std::to_string(site_.config.clip_bytes_max));

  answer = ask("POST", "/uploads", creation(clip_));
  ASSERT_EQ(answer.status, 201U) << answer.body;
  const std::string path = answer.fields["location"];
  EXPECT_EQ(answer.fields.count("upload-expires"), 1U);

  answer = ask("PATCH", path, patch(0), bytes_.substr(0, 70'001));
  ASSERT_EQ(answer.status, 204U) << answer.body;
  EXPECT_EQ(answer.fields["upload-offset"], "70001");
  answer = ask("HEAD", path, tus_);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.fields["upload-offset"], "70001");
  EXPECT_EQ(answer.fields["upload-length"], std::to_string(bytes_.size()));
  EXPECT_EQ(answer.fields["upload-metadata"], clip_.metadata());
  EXPECT_EQ(answer.fields["cache-control"], "no-store");
  expect(404, "receipt_not_found", ask("GET", path + "/receipt", {}));

  answer = ask("PATCH", path, patch(70'001), bytes_.substr(70'001));
  ASSERT_EQ(answer.status, 204U) << answer.body;
  EXPECT_EQ(answer.fields["hansom-receipt"], path + "/receipt");
  answer = ask("GET", path + "/receipt", {});
  ASSERT_EQ(answer.status, 200U);
  const auto receipt = evidence::parse_receipt(answer.body);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->clip, sha256(clip_.sealed));

  // The unit asks for the key and verifies offline.
  answer = ask("GET", "/v1/unit", {});
  ASSERT_EQ(answer.status, 200U);
  const auto about = boost::json::parse(answer.body).as_object();
  EXPECT_EQ(about.at("unit").as_string(), "cab-7");
  EXPECT_EQ(about.at("vault_recipient").as_string(), site_.vault_identity.recipient().text());
  const auto key =
      tlog::VerifierKey::parse(std::string(about.at("journal_verifier_key").as_string()));
  ASSERT_TRUE(key);
  EXPECT_TRUE(evidence::verify_receipt(*receipt, *key));
}

TEST_F(UnitApiOverTls, AClipWithItsCreation) {
  Lines fields = creation(clip_);
  fields.emplace_back("Content-Type: application/offset+octet-stream");
  Answer answer = ask("POST", "/uploads", fields, bytes_);
  ASSERT_EQ(answer.status, 201U) << answer.body;
  EXPECT_EQ(answer.fields["upload-offset"], std::to_string(bytes_.size()));
  EXPECT_EQ(answer.fields["hansom-receipt"], answer.fields["location"] + "/receipt");
  answer = ask("POST", "/uploads", fields, bytes_.substr(0, 1000));
  ASSERT_EQ(answer.status, 201U);
  EXPECT_EQ(answer.fields["upload-offset"], "1000");
}

TEST_F(UnitApiOverTls, CreationsThatAreWrong) {
  const Lines good = creation(clip_);
  const auto with = [&good](std::size_t i, const std::string& line) {
    Lines fields = good;
    fields[i] = line;
    return fields;
  };
  const auto post = [this](const Lines& fields) { return ask("POST", "/uploads", fields); };
  expect(412, "unsupported_tus_version", post(with(0, "X-No: 1")));
  EXPECT_EQ(post(with(0, "Tus-Resumable: 0.2.2")).fields["tus-version"], "1.0.0");
  expect(400, "bad_upload_field", post(with(1, "Upload-Length: -1")));
  expect(400, "bad_upload_field", post(with(1, "Upload-Defer-Length: 2")));
  expect(413, "upload_too_large", post(with(1, "Upload-Length: 9223372036854775807")));
  expect(422, "manifest_length_mismatch", post(with(1, "Upload-Length: 5")));
  expect(400, "metadata_invalid", post(with(2, "Upload-Metadata: manifest ???")));
  expect(422, "manifest_missing", post(with(2, "Upload-Metadata: name YQ==")));
  expect(400, "manifest_unparsable", post(with(2, "Upload-Metadata: manifest YQ==")));
  Lines with_body = good;
  with_body.emplace_back("Content-Type: video/mp4");
  expect(415, "unsupported_media_type", ask("POST", "/uploads", with_body, "abc"));
  with_body.back() = "Content-Type: application/offset+octet-stream";
  expect(413, "past_length", ask("POST", "/uploads", with_body, bytes_ + "!"));

  MadeClip clip = clip_;
  clip.jws.resize(clip.jws.rfind('.') + 1);
  expect(422, "manifest_unsigned", post(creation(clip)));
  clip = clip_;
  site_.sign_with(clip, site_.pki->unit("cab-8"));
  expect(422, "manifest_signature", post(creation(clip)));
  clip = clip_;
  clip.manifest.set_unit("cab-8");
  site_.sign(clip);
  expect(422, "manifest_wrong_unit", post(creation(clip)));
  clip = clip_;
  clip.jws.insert(0, std::string(65536, 'a'));
  const auto too_large = site_.creation(clip);
  EXPECT_EQ(site_.run(*too_large), "manifest_too_large");
  site_.load_register("cab-7", "ZZ99 ZZZ");
  expect(422, "manifest_wrong_vehicle", post(creation(clip_)));
  EXPECT_EQ(site_.files_in_spool(), 0U);
}

TEST_F(UnitApiOverTls, AppendsThatAreWrong) {
  const std::string path = create(clip_);
  const std::string nobody = "/uploads/00112233445566778899aabbccddeeff";
  expect(404, "upload_not_found", ask("PATCH", nobody, patch(0), "a"));
  expect(404, "upload_not_found", ask("PATCH", "/uploads/nonsense", patch(0), "a"));
  expect(404, "upload_not_found", ask("DELETE", nobody, tus_));
  expect(404, "upload_not_found", ask("GET", nobody + "/receipt", {}));
  Answer answer = ask("HEAD", nobody, tus_);
  EXPECT_EQ(answer.status, 404U);
  EXPECT_EQ(answer.fields.count("upload-offset"), 0U);

  expect(412, "unsupported_tus_version", ask("PATCH", path, {"Upload-Offset: 0"}, "a"));
  expect(415, "unsupported_media_type", ask("PATCH", path, tus_, "a"));
  Lines twice = patch(0);
  twice.emplace_back("Upload-Offset: 0");
  expect(400, "bad_upload_field", ask("PATCH", path, twice, "a"));
  answer = ask("PATCH", path, patch(5), "a");
  expect(409, "offset_mismatch", answer);
  EXPECT_EQ(answer.fields["upload-offset"], "0");
  answer = ask("PATCH", path, patch(0), bytes_ + "!");
  expect(413, "past_length", answer);
  EXPECT_EQ(answer.fields["upload-offset"], "0");
  EXPECT_EQ(ask("PATCH", path, patch(0)).status, 204U) << "nothing appended is not wrong";

  std::string damaged = bytes_;
  damaged[5000] = static_cast<char>(damaged[5000] ^ 1);
  expect(460, "digest_mismatch", ask("PATCH", path, patch(0), damaged));
  expect(404, "upload_not_found", ask("PATCH", path, patch(0), "a"));
}

TEST_F(UnitApiOverTls, ClipsThatCannotBeOpened) {
  const auto send = [this](const MadeClip& clip) {
    return ask("PATCH", create(clip), patch(0), to_text(clip.sealed));
  };
  expect(422, "not_sealed", send(site_.claim(Bytes(5000, 'x'))));
  const auto other = age::Identity::generate(*site_.random).recipient();
  expect(422, "not_for_vault", send(site_.make_clip(Bytes(5000, 'x'), other)));
  Bytes cut = site_.make_clip(Bytes(5000, 'x')).sealed;
  cut.pop_back();
  expect(422, "clip_truncated", send(site_.claim(cut)));
  EXPECT_EQ(site_.objects_in_vault(), 0U);
}

TEST_F(UnitApiOverTls, CompleteUploadsStay) {
  const std::string path = create(clip_);
  ASSERT_EQ(ask("PATCH", path, patch(0), bytes_).status, 204U);
  expect(403, "upload_completed", ask("DELETE", path, tus_));
  Answer answer = ask("PATCH", path, patch(0), bytes_);
  EXPECT_EQ(answer.status, 204U);
  EXPECT_EQ(answer.fields["upload-offset"], std::to_string(bytes_.size()));
  EXPECT_EQ(answer.fields["hansom-receipt"], path + "/receipt");
  expect(409, "offset_mismatch", ask("PATCH", path, patch(0), "other"));
  site_.destroy_clip(sha256(clip_.sealed));
  expect(404, "upload_not_found", ask("GET", path + "/receipt", {}));
  expect(410, "destroyed", ask("POST", "/uploads", creation(clip_)));
}

TEST_F(UnitApiOverTls, MethodsAndTheirOverride) {
  const std::string path = create(clip_);
  expect(405, "method_not_allowed", ask("PUT", path, tus_, "a"));
  expect(404, "not_found", ask("GET", "/elsewhere", tus_));
  Lines fields = patch(0);
  fields.emplace_back("X-HTTP-Method-Override: PATCH");
  EXPECT_EQ(ask("POST", path, fields, bytes_.substr(0, 10)).fields["upload-offset"], "10");
  EXPECT_EQ(ask("DELETE", path, tus_).status, 204U);
}

TEST_F(UnitApiOverTls, OtherUnitsSeeNothing) {
  const Identity other = site_.pki->unit("cab-8");
  site_.enrol("cab-8", other);
  const std::string path = create(clip_);
  expect(404, "upload_not_found", ask("PATCH", path, patch(0), "a", &other));
  expect(404, "upload_not_found", ask("DELETE", path, tus_, {}, &other));
  EXPECT_EQ(ask("HEAD", path, tus_, {}, &other).status, 404U);
  ASSERT_EQ(ask("PATCH", path, patch(0), bytes_).status, 204U);
  expect(404, "upload_not_found", ask("GET", path + "/receipt", {}, {}, &other));
}

TEST_F(UnitApiOverTls, UnitsThatAreNotLetIn) {
  const Identity stranger = site_.pki->unit("cab-9");
  expect(403, "unit_unknown", ask("GET", "/v1/unit", {}, {}, &stranger));
  const Identity renewed = site_.pki->unit("cab-7");
  expect(403, "certificate_unknown", ask("GET", "/v1/unit", {}, {}, &renewed));
  test::IssueOptions nameless;
  nameless.common_name = "no unit";
  const Identity person = site_.pki->issue(nameless);
  expect(403, "certificate_unknown", ask("GET", "/v1/unit", {}, {}, &person));
  nameless.san_uris = {"urn:hansom:unit:cab-7", "urn:hansom:unit:cab-8"};
  const Identity two = site_.pki->issue(nameless);
  expect(403, "certificate_unknown", ask("GET", "/v1/unit", {}, {}, &two));

  // Revoked while its connection is open: the next request on it is refused.
  const auto client = connect(site_.unit);
  const std::string request = "GET /v1/unit HTTP/1.1\r\nHost: site\r\n\r\n";
  EXPECT_EQ(client->exchange(request)->status, 200U);
  site_.revoke("cab-7");
  EXPECT_EQ(token_of(*client->exchange(request)), "unit_revoked");
  expect(403, "unit_revoked", ask("OPTIONS", "/uploads", {}));
  expect(403, "unit_revoked", ask("POST", "/uploads", creation(clip_)));
}

TEST_F(UnitApiOverTls, Events) {
  const std::string one =
      R"({"sequence": 1, "type": "panic_button", "time": "2026-03-01T10:00:00Z", "clock_state": "gnss"})";
  const std::string two =
      R"({"sequence": 2, "type": "x-vendor/77", "time": "2026-03-01T10:00:01Z", "clock_state": "gnss"})";
  const auto post = [this](const std::string& body) { return ask("POST", "/v1/events", {}, body); };
  Answer answer = post("{\"events\": [" + one + "," + two + "]}");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  auto told = boost::json::parse(answer.body).as_object();
  EXPECT_EQ(told.at("accepted").to_number<int>(), 2);
  EXPECT_EQ(told.at("repeated").to_number<int>(), 0);
  EXPECT_EQ(told.at("unknown_types").as_array().at(0).as_string(), "x-vendor/77");
  answer = post("{\"events\": [" + one + "]}");
  told = boost::json::parse(answer.body).as_object();
  EXPECT_EQ(told.at("accepted").to_number<int>(), 0);
  EXPECT_EQ(told.at("repeated").to_number<int>(), 1);
  expect(400, "events_unparsable", post("{\"events\": 1}"));
  expect(413, "body_too_large", post(std::string(evidence::kEventBatchBytesMax + 1, ' ')));
}

TEST_F(UnitApiOverTls, DrainingRefusesAndCountsSayWhatHappened) {
  const std::string path = create(clip_);
  ASSERT_EQ(ask("PATCH", path, patch(0), bytes_).status, 204U);
  site_.api->drain();
  Answer answer = ask("POST", "/uploads", creation(clip_));
  expect(503, "draining", answer);
  EXPECT_EQ(answer.fields.count("retry-after"), 1U);
  const auto counters = site_.api->counters();
  EXPECT_EQ(counters.bytes_received, bytes_.size());
  EXPECT_EQ(counters.bytes_durable, bytes_.size());
  EXPECT_EQ(counters.clips_accepted, 1U);
  EXPECT_EQ(counters.uploads_open, 0U);
  EXPECT_EQ(counters.refusals.at("draining"), 1U);
}

}  // namespace
}  // namespace hansom::ingest
