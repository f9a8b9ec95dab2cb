// What is said of signed pictures, in words: plain, and never more than was shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/api/json.h"

namespace hansom::api {
namespace {

using evidence::SignedMedia;
using testing::HasSubstr;
using testing::Not;

SignedMedia media_of(SignedMedia::State state) {
  SignedMedia media;
  media.set_state(state);
  evidence::SignedStream& stream = *media.add_streams();
  stream.set_scheme("onvif_media_signing");
  stream.set_state(state);
  stream.set_signatures(4);
  stream.set_pictures_valid(240);
  stream.set_pictures_unsigned(16);
  stream.set_key_kind("EC P-256");
  stream.set_key_sha256(std::string(32, '\x01'));
  stream.set_keys(1);
  return media;
}

std::string says(const SignedMedia& media) {
  return std::string(signed_media_json(media).at("says").as_string());
}

TEST(SignedMedia, ValidSaysThatTheKeysOwnerIsNotShown) {
  SignedMedia media = media_of(SignedMedia::VALID);
  EXPECT_EQ(
      says(media),
      "stream 0: signed (ONVIF Media Signing) and valid: 240 pictures as signed; 16 without a "
      "signature; checked with the EC P-256 key that the clip carries (SHA-256 " +
          std::string("0101010101010101010101010101010101010101010101010101010101010101") +
          "); whose key that is is not shown");
  media.mutable_streams(0)->mutable_chain()->add_certificates()->set_subject("CN=camera 7");
  EXPECT_THAT(says(media), HasSubstr("a certificate in the clip gives to \"CN=camera 7\""));
  EXPECT_THAT(says(media), HasSubstr("not checked against anything trusted"));
}

TEST(SignedMedia, BrokenSaysWhatAndWhere) {
  SignedMedia media = media_of(SignedMedia::BROKEN);
  evidence::SignedStream& stream = *media.mutable_streams(0);
  stream.set_pictures_broken(1);
  stream.set_first_broken_us(5'480'000);
  EXPECT_THAT(says(media),
              HasSubstr("BROKEN: 1 of 257 pictures not as signed, the first at 5.480 s"));
  stream.set_units_missing(2);
  stream.set_signatures_wrong(1);
  stream.set_out_of_place(3);
  stream.set_keys(2);
  for (const char* words : {"2 signed pictures are missing", "1 signature wrong",
                            "3 groups of pictures out of place", "the key changes"}) {
    EXPECT_THAT(says(media), HasSubstr(words));
  }
  EXPECT_THAT(says(media), Not(HasSubstr("valid")));
}

TEST(SignedMedia, TheOthersSayWhatIsKnown) {
  SignedMedia stripped = media_of(SignedMedia::STRIPPED);
  stripped.mutable_streams(0)->set_signatures_missing(2);
  EXPECT_THAT(says(stripped), HasSubstr("2 signatures are missing"));
  stripped.mutable_streams(0)->set_signatures(0);
  EXPECT_THAT(says(stripped), HasSubstr("messages are there, but their signatures are missing"));
  EXPECT_THAT(says(media_of(SignedMedia::NOT_VERIFIED)), HasSubstr("could not be checked"));
  SignedMedia c2pa;
  c2pa.set_state(SignedMedia::NOT_VERIFIED);
  c2pa.add_not_verified("c2pa");
  EXPECT_EQ(says(c2pa), "C2PA manifest: recognised, not verified");
  SignedMedia without;
  EXPECT_EQ(says(without), "not known");
  without.set_state(SignedMedia::UNSIGNED);
  EXPECT_EQ(says(without), "unsigned: nothing of a known signer is in the clip");
}

TEST(SignedMedia, TheJsonHasSpansKeyAndCertificates) {
  SignedMedia media = media_of(SignedMedia::VALID);
  evidence::SignedSpan& span = *media.mutable_streams(0)->add_spans();
  span.set_state(SignedMedia::VALID);
  span.set_start_us(0);
  span.set_end_us(9'960'000);
  span.set_pictures(240);
  span.set_signed_from_unix_us(1'774'745'999'000'000);
  span.set_signed_to_unix_us(1'774'746'000'000'000);
  evidence::SigningCertificate& certificate =
      *media.mutable_streams(0)->mutable_chain()->add_certificates();
  certificate.set_subject("CN=camera 7");
  certificate.set_not_after_unix_us(1'774'745'999'000'000);
  const auto stream = signed_media_json(media).at("streams").at(0);
  EXPECT_EQ(stream.at("spans").at(0).at("signed_from").as_string(), "2026-03-29T00:59:59Z");
  EXPECT_EQ(stream.at("spans").at(0).at("end_us").as_int64(), 9'960'000);
  EXPECT_EQ(stream.at("key_in_stream").at("kind").as_string(), "EC P-256");
  EXPECT_EQ(stream.at("key_in_stream").at("certificates").at(0).at("subject").as_string(),
            "CN=camera 7");
}

}  // namespace
}  // namespace hansom::api
