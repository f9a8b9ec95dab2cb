// The hot loop and the spool: whatever the pieces and the breaks, the file is the offset and the
// bytes are right.
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <random>

#include "ingest/upload/disk_room.h"
#include "ingest/upload/receive.h"
#include "proto/base/durable_file.h"
#include "tests/ingest/support/ingest_site.h"

namespace hansom::ingest {
namespace {

namespace fs = std::filesystem;
using test::FakeExchange;
using test::IngestSite;
using test::MadeClip;

Bytes noise(std::size_t size, std::uint64_t seed) {
  Bytes bytes(size);
  seeded_random(seed)->fill(bytes);
  return bytes;
}

fs::path clip_file(const IngestSite& site, const std::string& path) {
  return site.config.spool() / (fs::path(path).filename().string() + ".clip");
}

// Sizes around the page and the buffer, in pieces that do not fit them, broken once and resumed.
TEST(Receive, SizesAroundPagesAndBuffers) {
  IngestSite site;
  for (const std::size_t bytes :
       {std::size_t{300}, kPageBytes - 1, kPageBytes, kPageBytes + 1, kBufferBytes - 1,
        kBufferBytes, kBufferBytes + 1, 2 * kBufferBytes, 3 * kBufferBytes + 4097}) {
    const MadeClip clip = site.make_clip(noise(bytes, bytes));
    const std::string path = site.create(clip);
    const std::size_t half = clip.sealed.size() / 2 + 1;
    const auto first = site.patch(path, 0, ByteSpan(clip.sealed).first(half), 7001);
    first->body_end = FakeExchange::BodyEnd::kBreaks;
    EXPECT_EQ(site.run(*first), "connection_lost");
    EXPECT_EQ(fs::file_size(clip_file(site, path)), half);
    const auto second = site.patch(path, half, ByteSpan(clip.sealed).subspan(half), 5003);
    EXPECT_EQ(site.run(*second), "204") << bytes;
  }
}

TEST(Receive, AnyBreaksAndRestarts) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 dice(seed);
  IngestSite site;
  for (int round = 0; round < 5; ++round) {
    const MadeClip clip = site.make_clip(noise(dice() % (4 * kBufferBytes), dice()));
    const std::string path = site.create(clip);
    std::size_t offset = 0;
    while (offset < clip.sealed.size()) {
      const std::size_t part = std::min<std::size_t>(clip.sealed.size() - offset,
                                                     1 + dice() % (clip.sealed.size() / 3 + 1));
      const auto patch = site.patch(path, offset, ByteSpan(clip.sealed).subspan(offset, part),
                                    1 + dice() % 40'000);
      const bool broken = offset + part < clip.sealed.size() && dice() % 2 == 0;
      if (broken) patch->body_end = FakeExchange::BodyEnd::kBreaks;
      ASSERT_EQ(site.run(*patch), broken ? "connection_lost" : "204");
      offset += part;
      if (offset == clip.sealed.size()) break;
      ASSERT_EQ(fs::file_size(clip_file(site, path)), offset);
      if (dice() % 2 == 0) site.restart();
      const auto head = site.exchange("HEAD", path);
      ASSERT_EQ(site.run(*head), "200");
      ASSERT_EQ(head->answer_field("Upload-Offset"), std::to_string(offset));
    }
    ASSERT_TRUE(site.vault->open(sha256(clip.sealed))) << "the digest was right";
  }
}

// Buffers of several uploads are hashed together, of whatever lengths; one that breaks meanwhile
// goes on with its running hash, without a restart that would hash its file anew. A digest that is
// not the manifest's would end an upload.
TEST(Receive, ManyAtOnceEachWithItsOwnDigest) {
  IngestSite site;
  const std::vector<std::size_t> sizes = {
      2 * kBufferBytes,        kBufferBytes + 1,     5 * kBufferBytes,
      3 * kBufferBytes + 4097, kPageBytes,           7,
      2 * kBufferBytes + 64,   4 * kBufferBytes - 63};
  std::vector<MadeClip> clips;
  std::vector<std::string> paths;
  for (const std::size_t bytes : sizes) {
    clips.push_back(site.make_clip(noise(bytes, bytes)));
    paths.push_back(site.create(clips.back()));
  }
  const auto send = [&](bool second_part) {
    std::vector<std::unique_ptr<FakeExchange>> patches;
    for (std::size_t i = 0; i < clips.size(); ++i) {
      const ByteSpan sealed = clips[i].sealed;
      const std::size_t half = i % 2 == 0 ? sealed.size() / 2 + i : sealed.size();
      if (second_part && half == sealed.size()) continue;
      const std::size_t from = second_part ? half : 0;
      const std::size_t to = second_part ? sealed.size() : half;
      auto patch = site.patch(paths[i], from, sealed.subspan(from, to - from), 30'000 + 7 * i);
      if (to < sealed.size()) patch->body_end = FakeExchange::BodyEnd::kBreaks;
      patches.push_back(std::move(patch));
    }
    for (const auto& patch : patches) site.start(*patch);
    site.run_started();
    for (const auto& patch : patches) {
      const bool broken = patch->body_end == FakeExchange::BodyEnd::kBreaks;
      EXPECT_EQ(patch->outcome(), broken ? "connection_lost" : "204");
    }
  };
  send(false);
  send(true);
  for (const MadeClip& clip : clips) EXPECT_TRUE(site.vault->open(sha256(clip.sealed)));
}

TEST(Receive, AChunkedBodyPastTheEndKeepsWhatFits) {
  IngestSite site;
  const MadeClip clip = site.make_clip(noise(10'000, 1));
  const std::string path = site.create(clip);
  Bytes longer = clip.sealed;
  longer.push_back('!');
  const auto patch = site.patch(path, 0, longer, 4096);
  patch->incoming.content_length = std::nullopt;
  EXPECT_EQ(site.run(*patch), "past_length");
  const auto head = site.exchange("HEAD", path);
  EXPECT_EQ(site.run(*head), "200");
  EXPECT_EQ(head->answer_field("Hansom-Receipt"), path + "/receipt");
}

TEST(Receive, ANewerRequestTakesOverAndGoesOnWhereTheOlderStopped) {
  IngestSite site;
  const MadeClip clip = site.make_clip(noise(600'000, 2));
  const std::string path = site.create(clip);
  const auto older = site.patch(path, 0, ByteSpan(clip.sealed).first(400'000), 10'000);
  older->incoming.content_length = clip.sealed.size();
  older->body_end = FakeExchange::BodyEnd::kStalls;
  const auto newer = site.patch(path, 400'000, ByteSpan(clip.sealed).subspan(400'000), 10'000);
  older->when_stalled = [&] { site.start(*newer); };
  site.start(*older);
  site.run_started();
  EXPECT_EQ(older->outcome(), "superseded");
  EXPECT_EQ(newer->outcome(), "204");
  EXPECT_EQ(site.api->counters().leases_taken_over, 1U);
}

TEST(Receive, HeadDoesNotDisturbARunningUpload) {
  IngestSite site;
  const MadeClip clip = site.make_clip(noise(2 * kBufferBytes, 3));
  const std::string path = site.create(clip);
  const auto patch = site.patch(path, 0, ByteSpan(clip.sealed).first(kBufferBytes + 5), 9000);
  patch->incoming.content_length = clip.sealed.size();
  patch->body_end = FakeExchange::BodyEnd::kStalls;
  const auto head = site.exchange("HEAD", path);
  patch->when_stalled = [&] {
    site.start(*head);
    const auto stop = patch->stop_handle();
    boost::asio::post(site.io, [stop] { stop.stop(); });
  };
  site.start(*patch);
  site.run_started();
  EXPECT_EQ(head->outcome(), "200");
  const std::string offset = head->answer_field("Upload-Offset");
  EXPECT_TRUE(offset == "0" || offset == std::to_string(kBufferBytes) ||
              offset == std::to_string(kBufferBytes + 5))
      << offset;
}

TEST(Receive, ALongUploadOfARevokedUnitEndsAtTheNextFlush) {
  IngestSite site;
  const MadeClip clip = site.make_clip(noise(kDurableEveryBytes + 3 * kBufferBytes, 4));
  const std::string path = site.create(clip);
  const auto patch = site.patch(path, 0, clip.sealed, kBufferBytes);
  site.start(*patch);
  site.revoke("cab-7");
  site.run_started();
  EXPECT_EQ(patch->outcome(), "unit_revoked");
}

TEST(Receive, DrainingEndsARunningUploadAndKeepsWhatCame) {
  IngestSite site;
  const MadeClip clip = site.make_clip(noise(500'000, 5));
  const std::string path = site.create(clip);
  const auto patch = site.patch(path, 0, ByteSpan(clip.sealed).first(123'456), 9999);
  patch->incoming.content_length = clip.sealed.size();
  patch->body_end = FakeExchange::BodyEnd::kStalls;
  patch->when_stalled = [&] { site.api->drain(); };
  site.start(*patch);
  site.run_started();
  EXPECT_EQ(patch->outcome(), "superseded");
  const auto creation = site.creation(clip);
  EXPECT_EQ(site.run(*creation), "draining");
  site.restart();
  const auto head = site.exchange("HEAD", path);
  ASSERT_EQ(site.run(*head), "200");
  EXPECT_EQ(head->answer_field("Upload-Offset"), "123456");
}

TEST(Spool, ExpiredUploadsAreGoneAndHousekeepingRemovesThem) {
  IngestSite site;
  const MadeClip clip = site.make_clip(noise(5000, 6));
  const std::string path = site.create(clip);
  site.clock.advance(site.config.upload_expiry + std::chrono::seconds(1));
  const auto head = site.exchange("HEAD", path);
  EXPECT_EQ(site.run(*head), "upload_expired");
  const auto patch = site.patch(path, 0, clip.sealed, 1000);
  EXPECT_EQ(site.run(*patch), "upload_expired");
  const auto gone = site.exchange("DELETE", path);
  EXPECT_EQ(site.run(*gone), "upload_expired");
  site.api->start();
  while (site.files_in_spool() > 0) std::this_thread::yield();
  const auto after = site.exchange("HEAD", path);
  while (site.api->counters().uploads_open > 0) std::this_thread::yield();
  EXPECT_EQ(site.run(*after), "upload_not_found");
}

TEST(Spool, TheScanRemovesLeftoversAndLeavesWhatItCannotRead) {
  IngestSite site;
  const auto put = [&site](const std::string& name, std::string_view text) {
    ASSERT_TRUE(durable::create_once(site.config.spool() / name, as_bytes(text)));
  };
  put("00112233445566778899aabbccddeeff.clip", "a creation cut short");
  put(".x.json.0123", "a temporary");
  put("ffeeddccbbaa99887766554433221100.json", "{damaged");
  put("ffeeddccbbaa99887766554433221100.clip", "its bytes");
  site.restart();
  EXPECT_EQ(site.files_in_spool(), 2U);
  EXPECT_EQ(site.api->counters().uploads_open, 0U);
}

TEST(Spool, AStartThatWasCutShortIsFollowedByOneThatWritesTheEndsAgain) {
  IngestSite site;
  std::vector<std::pair<MadeClip, std::string>> uploads;
  for (const std::size_t bytes : {std::size_t{1}, kPageBytes, std::size_t{3'000'001}}) {
    const MadeClip clip = site.make_clip(noise(bytes, bytes));
    const std::string path = site.create(clip);
    const auto patch =
        site.patch(path, 0, ByteSpan(clip.sealed).first(clip.sealed.size() - 1), 5000);
    patch->body_end = FakeExchange::BodyEnd::kBreaks;
    ASSERT_EQ(site.run(*patch), "connection_lost");
    uploads.emplace_back(clip, path);
  }
  const fs::path in_doubt = site.config.spool() / "in-doubt";
  site.restart();
  EXPECT_FALSE(fs::exists(in_doubt));
  ASSERT_TRUE(durable::create_once(in_doubt, {}));
  site.restart();
  EXPECT_FALSE(fs::exists(in_doubt));
  for (const auto& [clip, path] : uploads) {
    const std::size_t offset = clip.sealed.size() - 1;
    const auto head = site.exchange("HEAD", path);
    ASSERT_EQ(site.run(*head), "200");
    EXPECT_EQ(head->answer_field("Upload-Offset"), std::to_string(offset));
    const auto last = site.patch(path, offset, ByteSpan(clip.sealed).subspan(offset), 1);
    EXPECT_EQ(site.run(*last), "204") << "the digest was right";
  }
  ASSERT_TRUE(durable::create_once(in_doubt, {}));
  site.restart();
  EXPECT_FALSE(fs::exists(in_doubt)) << "also where no upload is left";
}

TEST(Spool, TheReserveStopsCreations) {
  IngestSite site;
  site.config.spool_reserve_bytes = std::uint64_t{1} << 60;
  const MadeClip clip = site.make_clip(noise(5000, 7));
  const std::string path = site.create(clip);  // opened with no reserve
  site.restart();
  const auto creation = site.creation(clip);
  EXPECT_EQ(site.run(*creation), "disk_reserve");
  const auto patch = site.patch(path, 0, clip.sealed, 1000);
  EXPECT_EQ(site.run(*patch), "disk_reserve_append");
}

TEST(Spool, TheReserveIsTheLargerOfAShareAndASize) {
  EXPECT_EQ(DiskRoom::reserve_of({5, 0}, 1000), 50U);
  EXPECT_EQ(DiskRoom::reserve_of({5, 70}, 1000), 70U);
  EXPECT_EQ(DiskRoom::reserve_of({0, 0}, 1000), 0U);
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  EXPECT_GT(DiskRoom::reserve_of({90, 0}, huge), huge / 2) << "no overflow";
}

// A full disk closes the door for a moment, and then it is tried again; it is no fault.
TEST(Spool, AfterAFullDiskThereIsAPauseAndThenAnotherTry) {
  test::TempDir folder;
  DiskRoom room(folder.path(), {0, 0});
  const auto now = DiskRoom::Clock::now();
  EXPECT_TRUE(room.check(1, now));
  room.ran_out({ErrorKind::kStorage, "disk_full", "no room"}, now);
  EXPECT_EQ(room.check(1, now).error().token, "disk_full");
  EXPECT_EQ(room.check(0, now + kNoRoomPause - std::chrono::milliseconds(1)).error().token,
            "disk_full");
  EXPECT_TRUE(room.check(1, now + kNoRoomPause));
  EXPECT_EQ(room.times_ran_out(), 1U);
}

TEST(Spool, TerminationRemovesAnUnfinishedUpload) {
  IngestSite site;
  const MadeClip clip = site.make_clip(noise(5000, 8));
  const std::string path = site.create(clip);
  const auto gone = site.exchange("DELETE", path);
  EXPECT_EQ(site.run(*gone), "204");
  EXPECT_EQ(site.files_in_spool(), 0U);
  const auto head = site.exchange("HEAD", path);
  EXPECT_EQ(site.run(*head), "upload_not_found");
}

}  // namespace
}  // namespace hansom::ingest
