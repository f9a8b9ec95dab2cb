// Signed clips made here, through the real program in its sandbox: keys of every kind are checked
// there, and what libcrypto would still have to load would end the process.
#include <gtest/gtest.h>

#include "tests/ingest/inspect/inspect_support.h"
#include "tests/ingest/inspect/signing/test_signer.h"
#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::ingest {
namespace {

using evidence::SignedMedia;
using test::SigningStyle;

// The packets in an MP4. Its pictures are no pictures: no decoder makes anything of them.
Bytes movie_of(const std::vector<std::string>& packets) {
  test::TrackSpec track;
  track.handler = "vide";
  track.samples = packets;
  track.sample_duration = 40;
  const std::string record = test::be(1, 1) + test::be(3, 0x42001e) + test::be(1, 0xff) +
                             test::be(1, 0xe0) + test::be(1, 0);  // avcC without parameter sets
  track.entry =
      test::box("avc1", test::zeros(6) + test::be(2, 1) + test::zeros(16) + test::be(2, 320) +
                            test::be(2, 240) + test::zeros(12) + test::be(2, 1) + test::zeros(32) +
                            test::be(2, 24) + test::be(2, 0xffff) + test::box("avcC", record));
  return to_bytes(test::movie({track}));
}

SignedMedia media_of(const std::vector<std::string>& packets) {
  const evidence::Report report = test::inspect_bytes(movie_of(packets)).report;
  EXPECT_FALSE(report.inspector_version().empty()) << report.reason_token() << report.reason();
  return report.signed_media();
}

TEST(SignedClips, KeysOfEveryKindAreCheckedInTheSandbox) {
  SigningStyle rsa;
  rsa.is_rsa = true;
  SigningStyle chain;
  chain.scheme = SigningScheme::kOnvif;
  chain.with_chain = true;
  SigningStyle chain_of_rsa = chain;
  chain_of_rsa.is_rsa = true;
  SigningStyle bare;
  bare.scheme = SigningScheme::kAxisLegacy;
  bare.with_list = false;
  for (const SigningStyle& style : {SigningStyle(), rsa, chain, chain_of_rsa, bare}) {
    const test::TestSigner signer(style);
    const SignedMedia media = media_of(signer.sign().packets);
    SCOPED_TRACE(media.DebugString());
    EXPECT_EQ(media.state(), SignedMedia::VALID);
    ASSERT_EQ(media.streams_size(), 1);
    const evidence::SignedStream& stream = media.streams(0);
    EXPECT_EQ(stream.pictures_valid(), 24U);
    EXPECT_EQ(stream.key_kind(), style.is_rsa ? "RSA 2048" : "EC P-256");
    EXPECT_EQ(stream.key_sha256(), to_text(signer.key_sha256()));
    EXPECT_EQ(stream.chain().certificates_size(), style.with_chain ? 2 : 0);
    EXPECT_EQ(stream.chain().chained(), style.with_chain);
    EXPECT_EQ(stream.maker(), "Maker");
  }
}

TEST(SignedClips, SpansSayWhereAndWhenByTheSigner) {
  std::vector<std::string> packets = test::TestSigner().sign().packets;
  packets[9].back() ^= 1;
  const SignedMedia media = media_of(packets);
  EXPECT_EQ(media.state(), SignedMedia::BROKEN);
  ASSERT_EQ(media.streams_size(), 1);
  const evidence::SignedStream& stream = media.streams(0);
  ASSERT_EQ(stream.spans_size(), 3);
  EXPECT_EQ(stream.spans(0).state(), SignedMedia::VALID);
  EXPECT_EQ(stream.spans(0).end_us(), 320'000);
  EXPECT_EQ(stream.spans(1).state(), SignedMedia::BROKEN);
  EXPECT_EQ(stream.spans(1).start_us(), 360'000);
  EXPECT_EQ(stream.spans(2).pictures(), 14U);
  EXPECT_EQ(stream.first_broken_us(), 360'000);
  EXPECT_EQ(stream.broken(0).picture(), 9U);
  EXPECT_EQ(stream.spans(0).signed_from_unix_us(), 1'774'746'000'000'000);
}

}  // namespace
}  // namespace hansom::ingest
