// What the parent believes of an answer, and what an inspector is fed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <limits>
#include <string>

#include "ingest/inspect/inspector/answer.h"
#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/report_check.h"
#include "ingest/inspect/sealed_memfd.h"

namespace hansom::ingest {
namespace {

evidence::Report good_report() {
  evidence::Report report;
  report.set_outcome(evidence::Report::DECODABLE);
  report.set_level(evidence::Report::KEYFRAMES);
  report.add_streams()->set_codec("h264");
  evidence::Thumbnail& thumbnail = *report.add_thumbnails();
  thumbnail.set_media_type("image/jpeg");
  thumbnail.set_image("\xff\xd8\xff\xd9");
  thumbnail.set_image_bytes(4);
  thumbnail.set_width_px(kThumbnailWidthPx);
  thumbnail.set_height_px(180);
  report.add_sound()->set_measure(-20);
  evidence::Finding& finding = *report.add_findings();
  finding.set_kind("sound");
  finding.set_confidence(0.9);
  evidence::Repair& repair = *report.mutable_repair();
  repair.set_method("prefix");
  repair.add_pieces()->set_bytes(1000);
  report.add_times()->set_value("3857590799");
  report.set_times_found(1);
  evidence::PositionTrack& track = *report.add_tracks();
  track.set_stream(-1);
  track.set_found(1);
  track.add_positions()->set_latitude_deg(53.43);
  evidence::SignedStream& signed_stream = *report.mutable_signed_media()->add_streams();
  signed_stream.set_key_sha256(std::string(32, 'k'));
  signed_stream.mutable_chain()->add_certificates()->set_subject("CN=camera 7");
  signed_stream.add_spans()->set_end_us(40'000);
  signed_stream.set_spans_found(1);
  signed_stream.add_broken()->set_picture(1);
  signed_stream.set_pictures_broken(1);
  return report;
}

evidence::SignedStream& stream_of(evidence::Report& report) {
  return *report.mutable_signed_media()->mutable_streams(0);
}

bool believed(const evidence::Report& report) {
  const std::string wire = report.SerializeAsString();
  return read_report(as_bytes(wire)).has_value();
}

TEST(ReportCheck, AGoodReportIsTaken) {
  EXPECT_TRUE(believed(good_report()));
}

TEST(ReportCheck, WhatAnInspectorNeverSaysIsNot) {
  using Change = void (*)(evidence::Report&);
  const Change changes[] = {
      [](evidence::Report& r) { r.clear_outcome(); },
      [](evidence::Report& r) { r.set_outcome(evidence::Report::UNDECODABLE); },  // no reason
      [](evidence::Report& r) { r.clear_level(); },
      [](evidence::Report& r) { r.set_level(static_cast<evidence::Report::Level>(4)); },
      [](evidence::Report& r) { r.set_container(std::string(kTextBytesMax + 1, 'x')); },
      [](evidence::Report& r) { r.mutable_streams(0)->set_index(kStreamsMax); },
      [](evidence::Report& r) {
        r.mutable_streams(0)->set_frame_rate(std::numeric_limits<double>::infinity());
      },
      [](evidence::Report& r) {
        r.mutable_sound(0)->set_measure(std::numeric_limits<double>::quiet_NaN());
      },
      [](evidence::Report& r) { r.mutable_sound(0)->set_start_us(1); },  // after its end
      [](evidence::Report& r) { r.mutable_findings(0)->clear_kind(); },
      [](evidence::Report& r) {
        r.mutable_findings(0)->set_kind(std::string(kFindingTextBytesMax + 1, 'x'));
      },
      [](evidence::Report& r) { r.mutable_findings(0)->set_confidence(0); },
      [](evidence::Report& r) { r.mutable_findings(0)->set_confidence(1.01); },
      [](evidence::Report& r) {
        r.mutable_findings(0)->set_measure(std::numeric_limits<double>::quiet_NaN());
      },
      [](evidence::Report& r) { r.mutable_findings(0)->set_start_us(1); },
      [](evidence::Report& r) { r.mutable_findings(0)->set_stream(kStreamsMax); },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(r.findings_size()) <= kFindingsMax) {
          *r.add_findings() = r.findings(0);
        }
      },
      [](evidence::Report& r) { r.mutable_repair()->clear_method(); },
      [](evidence::Report& r) { r.mutable_repair()->clear_pieces(); },
      [](evidence::Report& r) { r.mutable_repair()->set_sealed_sha256("x"); },
      [](evidence::Report& r) { r.mutable_repair()->set_copy_bytes(1); },
      [](evidence::Report& r) { r.mutable_repair()->set_playable_us(-1); },
      [](evidence::Report& r) {
        r.mutable_repair()->set_missing(std::string(kTextBytesMax + 1, 'x'));
      },
      [](evidence::Report& r) {
        r.mutable_repair()->mutable_pieces(0)->set_offset(kInspectedClipBytesMax + 1);
      },
      [](evidence::Report& r) {
        r.mutable_repair()->mutable_pieces(0)->set_literal(
            std::string(kRepairLiteralBytesMax + 1, 'x'));
      },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(r.repair().pieces_size()) <= kRepairPiecesMax) {
          r.mutable_repair()->add_pieces()->set_bytes(1);
        }
      },
      [](evidence::Report& r) { r.mutable_thumbnails(0)->set_sealed_sha256("x"); },
      [](evidence::Report& r) { r.mutable_thumbnails(0)->set_media_type("text/html"); },
      [](evidence::Report& r) { r.mutable_thumbnails(0)->set_image("<!"); },
      [](evidence::Report& r) { r.mutable_thumbnails(0)->set_image_bytes(5); },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(r.gaps_size()) <= kSpansMax) r.add_gaps();
      },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(r.times_size()) <= kTimesMax) r.add_times();
        r.set_times_found(2 * kTimesMax);
      },
      [](evidence::Report& r) { r.set_times_found(0); },
      [](evidence::Report& r) { r.mutable_times(0)->set_stream(-2); },
      [](evidence::Report& r) { r.mutable_times(0)->set_unix_us(kUnixUsMax + 1); },
      [](evidence::Report& r) { r.mutable_tracks(0)->set_found(0); },
      [](evidence::Report& r) { r.mutable_tracks(0)->set_stream(kStreamsMax); },
      [](evidence::Report& r) {
        r.mutable_tracks(0)->mutable_positions(0)->set_latitude_deg(90.5);
      },
      [](evidence::Report& r) {
        r.mutable_tracks(0)->mutable_positions(0)->set_longitude_deg(
            std::numeric_limits<double>::quiet_NaN());
      },
      [](evidence::Report& r) {
        r.mutable_tracks(0)->mutable_positions(0)->set_speed_kmh(
            std::numeric_limits<double>::infinity());
      },
      [](evidence::Report& r) {
        r.mutable_tracks(0)->mutable_positions(0)->set_value(
            std::string(kPositionValueBytesMax + 1, 'x'));
      },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(r.tracks(0).positions_size()) <= kPositionsMax) {
          r.mutable_tracks(0)->add_positions();
        }
        r.mutable_tracks(0)->set_found(2 * kPositionsMax);
      },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(r.tracks_size()) <= kTracksMax) r.add_tracks();
      },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(r.streams_size()) <= kStreamsMax) r.add_streams();
      },
      [](evidence::Report& r) { stream_of(r).set_key_sha256("short"); },
      [](evidence::Report& r) { stream_of(r).set_stream(kStreamsMax); },
      [](evidence::Report& r) { stream_of(r).set_maker(std::string(kTextBytesMax + 1, 'x')); },
      [](evidence::Report& r) { stream_of(r).set_state(evidence::SignedMedia::State(99)); },
      [](evidence::Report& r) { stream_of(r).set_spans_found(0); },
      [](evidence::Report& r) { stream_of(r).set_pictures_broken(0); },
      [](evidence::Report& r) { stream_of(r).mutable_spans(0)->set_start_us(50'000); },
      [](evidence::Report& r) {
        stream_of(r).mutable_spans(0)->set_signed_from_unix_us(kUnixUsMax + 1);
      },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(stream_of(r).spans_size()) <= kSignedSpansMax) {
          stream_of(r).add_spans();
        }
        stream_of(r).set_spans_found(2 * kSignedSpansMax);
      },
      [](evidence::Report& r) {
        while (static_cast<std::size_t>(stream_of(r).broken_size()) <= kBrokenPicturesMax) {
          stream_of(r).add_broken();
        }
        stream_of(r).set_pictures_broken(2 * kBrokenPicturesMax);
      },
      [](evidence::Report& r) {
        evidence::SigningChain& chain = *stream_of(r).mutable_chain();
        while (static_cast<std::size_t>(chain.certificates_size()) <= kSigningCertificatesMax) {
          chain.add_certificates();
        }
      },
      [](evidence::Report& r) {
        evidence::SignedMedia& media = *r.mutable_signed_media();
        while (static_cast<std::size_t>(media.streams_size()) <= kSignedStreamsMax) {
          media.add_streams();
        }
      },
  };
  int number = 0;
  for (const Change change : changes) {
    evidence::Report report = good_report();
    change(report);
    EXPECT_FALSE(believed(report)) << "change " << number;
    ++number;
  }
}

TEST(ReportCheck, OtherBytesAreNot) {
  EXPECT_FALSE(read_report({}));
  EXPECT_FALSE(read_report(to_bytes("not a report")));
  EXPECT_FALSE(read_report(to_bytes("\x18\x01\xfa\x7f\x01x")));  // an unknown field
  EXPECT_FALSE(read_report(to_bytes("\x18\x01\x22\x01\xff")));   // a text that is not UTF-8
  EXPECT_FALSE(read_report(Bytes(kAnswerBytesMax + 1)));
}

TEST(AnswerHeader, GoesThereAndBack) {
  const auto bytes = encode_header({0x12345678, 4711});
  const auto header = decode_header(bytes);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->measures, 0x12345678U);
  EXPECT_EQ(header->report_bytes, 4711U);
  EXPECT_FALSE(decode_header(std::span(bytes).first(11)));
  EXPECT_FALSE(decode_header(encode_header({0, kAnswerBytesMax + 1})));
  EXPECT_FALSE(decode_header(Bytes(12)));
}

age::Opener opener_of(const Bytes& sealed, const age::Identity& identity) {
  const age::ReadAt read = [&sealed](std::uint64_t offset, MutableByteSpan out) -> Status {
    std::copy_n(sealed.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  };
  auto opener = age::Opener::open(read, sealed.size(), std::span(&identity, 1));
  EXPECT_TRUE(opener);
  return *std::move(opener);
}

TEST(SealedMemfd, HoldsTheOpenedBytesForGood) {
  const age::Identity identity = age::Identity::generate(system_random());
  const age::Recipient recipient = identity.recipient();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, age::kChunkBytes,
                                 16 * age::kChunkBytes + 1, std::size_t{3'000'000}}) {
    Bytes plain(size);
    for (std::size_t i = 0; i < size; ++i) plain[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    const auto sealed = age::seal(plain, std::span(&recipient, 1), system_random());
    ASSERT_TRUE(sealed);
    age::Opener opener = opener_of(*sealed, identity);
    const auto memfd = open_to_memfd(opener, 4'000'000);
    ASSERT_TRUE(memfd) << memfd.error().message;
    Bytes read(size + 1);
    ASSERT_EQ(pread(memfd->get(), read.data(), read.size(), 0), static_cast<ssize_t>(size));
    read.resize(size);
    EXPECT_EQ(read, plain);
    EXPECT_EQ(pwrite(memfd->get(), "x", 1, 0), -1);
    EXPECT_EQ(ftruncate(memfd->get(), static_cast<off_t>(size) + 1), -1);
    EXPECT_EQ(fcntl(memfd->get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
  }
}

TEST(SealedMemfd, RefusesWhatIsTooLargeOrDamaged) {
  const age::Identity identity = age::Identity::generate(system_random());
  const age::Recipient recipient = identity.recipient();
  auto sealed = age::seal(Bytes(200'000), std::span(&recipient, 1), system_random());
  ASSERT_TRUE(sealed);
  (*sealed)[sealed->size() / 2] ^= 1;  // not in the last chunk, which opening checks
  age::Opener opener = opener_of(*sealed, identity);
  const auto large = open_to_memfd(opener, 199'999);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().token, "inspect_too_large");
  const auto damaged = open_to_memfd(opener, 200'000);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().token, "age_payload");
}

}  // namespace
}  // namespace hansom::ingest
