// Uploads over real mutual TLS against a server that breaks, forgets, refuses and lies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/unit/uploader.h"
#include "proto/base/durable_file.h"
#include "proto/upload/metadata.h"
#include "tests/ingest/unit/tus_server.h"
#include "tests/support/running_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace hansom::ingest {
namespace {

using test::TusServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kClipBytes = 1'000'000;
constexpr std::string_view kJws = "header.payload.signature";

class Upload : public ::testing::Test {
 protected:
  Upload() : pki_(folder_.path()), server_(tus_.router(), options()) {
    const hansom::test::Identity unit = pki_.unit("demo-1");
    config_.unit = "demo-1";
    config_.server = "https://127.0.0.1:" + std::to_string(server_.port());
    config_.certificate = unit.certificate;
    config_.key = unit.key;
    config_.server_ca = pki_.authority();
    config_.journal_key = tus_.journal_key();
    options_.patience = std::chrono::seconds(60);
    options_.backoff = {.first = std::chrono::milliseconds(1),
                        .longest = std::chrono::milliseconds(5)};
    bytes_.resize(kClipBytes);
    random_->fill(bytes_);
    clip_ = clip_in(folder_.path(), sha256(bytes_));
    clip_.sealed_bytes = bytes_.size();
    EXPECT_TRUE(durable::create_once(clip_.sealed, bytes_));
    EXPECT_TRUE(durable::create_once(clip_.manifest, as_bytes(kJws)));
  }

  http::ServerOptions options() {
    const hansom::test::Identity identity = pki_.server();
    http::TlsOptions tls;
    tls.certificate_chain = identity.certificate;
    tls.private_key = identity.key;
    tls.client_certificate = http::ClientCertificate::kRequired;
    tls.client_authorities = pki_.authority();
    tls.session_context = "units";
    http::ServerOptions server;
    server.name = "units";
    server.address = "127.0.0.1";
    server.tls = http::TlsContext::make(tls).value();
    return server;
  }

  // A fresh client each time, as after a restart of the unit.
  Result<Uploaded> upload() {
    auto client = HttpClient::open(config_);
    if (!client) return fail(std::move(client).error());
    Progress progress(true);
    return Uploader(*client, config_, *random_, progress, options_).upload(clip_);
  }

  void expect_uploaded(std::size_t uploads = 1) {
    const auto uploaded = upload();
    ASSERT_TRUE(uploaded) << uploaded.error().message;
    EXPECT_TRUE(uploaded->verified);
    EXPECT_EQ(uploaded->receipt.clip, clip_.id);
    EXPECT_TRUE(std::filesystem::exists(clip_.receipt));
    EXPECT_FALSE(std::filesystem::exists(clip_.state));
    const auto received = tus_.received();
    EXPECT_EQ(received.size(), uploads);
    bool whole = false;
    for (const auto& [name, bytes] : received) whole = whole || bytes == as_text(bytes_);
    EXPECT_TRUE(whole);
  }

  hansom::test::TempDir folder_;
  hansom::test::TestPki pki_;
  TusServer tus_;
  hansom::test::RunningServer server_;
  std::unique_ptr<Random> random_ = seeded_random(5);
  UnitConfig config_;
  UploadOptions options_;
  Bytes bytes_;
  QueuedClip clip_;
};

TEST_F(Upload, BringsBackAVerifiedReceipt) {
  expect_uploaded();
  EXPECT_THAT(tus_.requests(), ElementsAre("POST", "PATCH 0", "GET"));
  EXPECT_EQ(upload::Metadata::parse(tus_.metadata()).value().find("manifest"), kJws);
}

TEST_F(Upload, InOneRequestWhereAskedTo) {
  options_.single_request_bytes_max = kClipBytes;
  expect_uploaded();
  EXPECT_THAT(tus_.requests(), ElementsAre("POST", "GET"));
}

TEST_F(Upload, ResumesWhereTheServerIs) {
  tus_.expect_trouble({.method = "PATCH", .status = 503, .keep_bytes = 300'000});
  tus_.expect_trouble({.method = "PATCH", .status = 500, .keep_bytes = 1});
  expect_uploaded();
  EXPECT_THAT(tus_.requests(), ElementsAre("POST", "PATCH 0", "HEAD", "PATCH 300000", "HEAD",
                                           "PATCH 300001", "GET"));
}

TEST_F(Upload, ResumesAfterARestartOfTheUnit) {
  options_.patience = std::chrono::seconds(0);
  tus_.expect_trouble({.method = "PATCH", .status = 503, .keep_bytes = 400'000});
  const auto failed = upload();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "server_unreachable");
  EXPECT_TRUE(std::filesystem::exists(clip_.state));
  expect_uploaded();
  EXPECT_THAT(tus_.requests(), ElementsAre("POST", "PATCH 0", "HEAD", "PATCH 400000", "GET"));
}

TEST_F(Upload, ALostLastAnswerIsFoundByLooking) {
  tus_.expect_trouble({.method = "PATCH", .status = 503, .after_all = true});
  expect_uploaded();
  EXPECT_THAT(tus_.requests(), ElementsAre("POST", "PATCH 0", "HEAD", "GET"));
}

TEST_F(Upload, WaitsForALeaseAndForRoom) {
  tus_.expect_trouble({.method = "POST", .status = 507});
  tus_.expect_trouble({.method = "PATCH", .status = 423});
  tus_.expect_trouble({.method = "PATCH", .status = 409});
  tus_.expect_trouble({.method = "PATCH", .status = 503, .retry_after = "0"});
  tus_.expect_trouble({.method = "GET", .status = 500});
  expect_uploaded();
}

TEST_F(Upload, StartsAnewWhenTheServerHasForgotten) {
  tus_.expect_trouble({.method = "PATCH", .status = 503, .keep_bytes = 10, .forget_upload = true});
  expect_uploaded(1);
  EXPECT_THAT(tus_.requests(), ElementsAre("POST", "PATCH 0", "HEAD", "POST", "PATCH 0", "GET"));
}

TEST_F(Upload, AServerThatAlwaysForgetsEndsIt) {
  for (int i = 0; i < 10; ++i) {
    tus_.expect_trouble({.method = "PATCH", .status = 410, .forget_upload = true});
  }
  const auto failed = upload();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "upload_not_found");
}

TEST_F(Upload, ARefusalEndsItWithTheServersWords) {
  tus_.expect_trouble({.method = "PATCH", .status = 422});
  const auto failed = upload();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "server_refused");
  EXPECT_THAT(failed.error().message,
              HasSubstr("422: Not as it is: as the test wants (test_trouble)"));
  EXPECT_FALSE(std::filesystem::exists(clip_.receipt));
}

TEST_F(Upload, AReceiptOfAnotherClipIsNotKept) {
  tus_.lie_about_clips();
  const auto failed = upload();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "receipt_invalid");
  EXPECT_FALSE(std::filesystem::exists(clip_.receipt));
}

TEST_F(Upload, AReceiptByAnotherJournalIsNotKept) {
  config_.journal_key = TusServer().journal_key();
  const auto failed = upload();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "receipt_invalid");
  EXPECT_FALSE(std::filesystem::exists(clip_.receipt));
}

TEST_F(Upload, WithoutAJournalKeyTheReceiptIsKeptUnverified) {
  config_.journal_key.clear();
  const auto uploaded = upload();
  ASSERT_TRUE(uploaded);
  EXPECT_FALSE(uploaded->verified);
  EXPECT_TRUE(std::filesystem::exists(clip_.receipt));
}

TEST_F(Upload, AServerOfAnotherAuthorityIsNotTalkedTo) {
  const hansom::test::TempDir other;
  const hansom::test::TestPki stranger(other.path(), "stranger");
  config_.server_ca = stranger.authority();
  const auto failed = upload();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "server_not_trusted");
  EXPECT_TRUE(tus_.requests().empty());
}

TEST_F(Upload, NobodyThereIsSaidWhenPatienceEnds) {
  options_.patience = std::chrono::seconds(0);
  config_.server = "https://127.0.0.1:1";
  const auto failed = upload();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().token, "server_unreachable");
  EXPECT_THAT(failed.error().message, HasSubstr("gave up"));
}

}  // namespace
}  // namespace hansom::ingest
