// The bytes of a clip by range: every range equals that part of the whole, and damage never leaves
// as bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/index/api/api_rig.h"

namespace hansom::test {
namespace {

using access::Role;

constexpr std::uint64_t kChunk = std::uint64_t{64} * 1024;
constexpr std::uint64_t kSizes[] = {0, 1, kChunk - 1, kChunk, kChunk + 1, 5 * kChunk + 123};

class Media : public testing::Test {
 protected:
  ClipId accept(const Bytes& media, std::string media_type = "video/mp4") {
    ClipSpec spec;
    spec.start = at("2026-03-01T10:00:00Z");
    spec.media = media;
    spec.media_type = std::move(media_type);
    return rig_.accept(spec);
  }
  Reply get(const ClipId& clip, const std::string& part,
            std::vector<std::pair<std::string, std::string>> fields = {},
            const std::string& method = "GET") {
    Ask ask;
    ask.method = method;
    ask.target = "/v1/clips/" + clip.hex() + part;
    ask.token = rig_.token(Role::kInvestigator);
    ask.fields = std::move(fields);
    return rig_.ask(ask);
  }
  void flip(const ClipId& clip, std::uint64_t offset) {
    const std::filesystem::path path = rig_.vault_file(clip);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(byte);
    ASSERT_TRUE(file.good());
  }
  std::string sealed_bytes(const ClipId& clip) {
    std::ifstream file(rig_.vault_file(clip), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Asks every pair of the positions as a range and holds it against the whole.
  void compare_ranges(const ClipId& clip, const std::string& part, const std::string& whole,
                      const std::vector<std::uint64_t>& positions) {
    for (const std::uint64_t first : positions) {
      for (const std::uint64_t last : positions) {
        if (first > last || first >= whole.size()) continue;
        const std::string range = std::to_string(first) + "-" + std::to_string(last);
        SCOPED_TRACE(testing::Message() << part << " " << range << " of " << whole.size());
        const Reply reply = get(clip, part, {{"Range", "bytes=" + range}});
        const std::string expected = whole.substr(first, last - first + 1);
        ASSERT_EQ(reply.status, 206U);
        ASSERT_EQ(reply.body, expected);
        ASSERT_EQ(reply.field("Content-Range"), "bytes " + std::to_string(first) + "-" +
                                                    std::to_string(first + expected.size() - 1) +
                                                    "/" + std::to_string(whole.size()));
        const evidence::Access access = rig_.record_at(rig_.journal_size() - 1).access();
        ASSERT_EQ(access.range_first(), first);
        ASSERT_EQ(access.range_bytes(), expected.size());
      }
    }
  }

  ApiRig rig_;
};

TEST_F(Media, ranges_around_chunk_borders_equal_the_whole) {
  for (const std::uint64_t size : kSizes) {
    const std::string whole = to_text(pattern_bytes(size, size));
    const ClipId clip = accept(to_bytes(whole));
    const Reply all = get(clip, "/media");
    ASSERT_EQ(all.status, 200U);
    ASSERT_EQ(all.body, whole);
    EXPECT_EQ(all.field("Accept-Ranges"), "bytes");
    EXPECT_LE(all.largest_write_bytes, 4 * kChunk);
    std::vector<std::uint64_t> positions = {0, 1, size};
    for (std::uint64_t border = kChunk; border <= size; border += kChunk) {
      positions.insert(positions.end(), {border - 1, border, border + 1});
    }
    compare_ranges(clip, "/media", whole, positions);
  }
}

TEST_F(Media, random_ranges_of_media_and_sealed_equal_the_whole) {
  const std::uint64_t seed = 20261122;
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  const auto random = seeded_random(seed);
  const std::string media = to_text(pattern_bytes(3 * kChunk + 777, 5));
  const ClipId clip = accept(to_bytes(media));
  const std::string sealed = sealed_bytes(clip);
  for (int i = 0; i < 12; ++i) {
    Bytes draw(16);
    random->fill(draw);
    const std::uint64_t a = read_u64be(draw);
    const std::uint64_t b = read_u64be(ByteSpan(draw).subspan(8));
    compare_ranges(clip, "/media", media, {a % media.size(), b % media.size()});
    compare_ranges(clip, "/sealed", sealed, {a % sealed.size(), b % sealed.size()});
  }
}

TEST_F(Media, open_ended_suffix_and_several_ranges) {
  const std::string whole = to_text(pattern_bytes(2 * kChunk, 6));
  const ClipId clip = accept(to_bytes(whole));
  EXPECT_EQ(get(clip, "/media", {{"Range", "bytes=100000-"}}).body, whole.substr(100000));
  EXPECT_EQ(get(clip, "/media", {{"Range", "bytes=-70000"}}).body,
            whole.substr(whole.size() - 70000));
  for (const char* range : {"bytes=0-1,5-6", "lines=0-1", "bytes=9-3"}) {
    const Reply reply = get(clip, "/media", {{"Range", range}});
    EXPECT_EQ(reply.status, 200U) << range;
    EXPECT_EQ(reply.body, whole) << range;
  }
  const Reply twice = get(clip, "/media", {{"Range", "bytes=0-1"}, {"Range", "bytes=3-4"}});
  EXPECT_EQ(twice.status, 200U);
}

TEST_F(Media, if_range_with_another_tag_gives_the_whole) {
  const Bytes media = pattern_bytes(1000, 7);
  const ClipId clip = accept(media);
  const std::string tag = get(clip, "/media").field("ETag");
  EXPECT_EQ(tag, "\"" + sha256(media).hex() + "\"");
  EXPECT_EQ(get(clip, "/media", {{"Range", "bytes=0-9"}, {"If-Range", tag}}).status, 206U);
  EXPECT_EQ(get(clip, "/media", {{"Range", "bytes=0-9"}, {"If-Range", "\"x\""}}).status, 200U);
  EXPECT_EQ(get(clip, "/media", {{"Range", "bytes=0-9"}, {"If-Range", "W/" + tag}}).status, 200U);
}

TEST_F(Media, head_tells_the_size_and_sends_no_byte) {
  const ClipId clip = accept(pattern_bytes(1234, 8));
  const Reply reply = get(clip, "/media", {{"Range", "bytes=0-9"}}, "HEAD");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.field("Content-Length"), "1234");
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(rig_.record_at(rig_.journal_size() - 1).access().range_bytes(), 0U);
}

TEST_F(Media, sealed_bytes_come_as_stored_with_their_digest) {
  const ClipId clip = accept(pattern_bytes(kChunk, 9));
  const Reply reply = get(clip, "/sealed");
  EXPECT_EQ(sha256(reply.body), clip);
  EXPECT_EQ(reply.field("Repr-Digest"), "sha-256=:" + to_base64(clip.span()) + ":");
  EXPECT_EQ(reply.field("ETag"), "\"" + clip.hex() + "\"");
  EXPECT_EQ(reply.field("Content-Type"), "application/octet-stream");
}

TEST_F(Media, the_repaired_copy_comes_by_range_and_is_a_leaf_of_its_own_kind) {
  const ClipId clip = accept(pattern_bytes(1000, 11));
  EXPECT_EQ(get(clip, "/repaired").token, "not_inspected");
  const Bytes copy = pattern_bytes(900, 12);
  rig_.inspect_damaged(clip, copy);
  const Reply whole = get(clip, "/repaired");
  EXPECT_EQ(whole.status, 200U);
  EXPECT_EQ(to_bytes(whole.body), copy);
  EXPECT_EQ(whole.field("ETag"), "\"" + sha256(copy).hex() + "\"");
  EXPECT_THAT(whole.field("Content-Disposition"), testing::HasSubstr("filename=\"repaired-"));
  const Reply part = get(clip, "/repaired", {{"Range", "bytes=100-109"}});
  EXPECT_EQ(part.status, 206U);
  EXPECT_EQ(to_bytes(part.body), Bytes(copy.begin() + 100, copy.begin() + 110));
  const auto access = rig_.record_at(rig_.journal_size() - 1).access();
  EXPECT_EQ(access.kind(), evidence::Access::PLAY_REPAIRED);
  EXPECT_EQ(access.clip(), to_text(clip.span()));
  EXPECT_EQ(access.range_first(), 100U);
  EXPECT_EQ(access.range_bytes(), 10U);
  EXPECT_EQ(get(clip, "/repaired", {}, "HEAD").field("Content-Length"), "900");
  EXPECT_EQ(get(clip, "/media").body.size(), 1000U) << "the master is as it was";
}

TEST_F(Media, a_clip_without_a_copy_says_why) {
  const ClipId whole = accept(pattern_bytes(1000, 13));
  rig_.inspect(whole, {});
  EXPECT_EQ(get(whole, "/repaired").token, "no_repaired_copy");
  const ClipId damaged = accept(pattern_bytes(1000, 14));
  rig_.inspect_damaged(damaged, {});
  const Reply reply = get(damaged, "/repaired");
  EXPECT_EQ(reply.token, "no_repaired_copy");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_THAT(reply.body, testing::HasSubstr("no whole transport packet"));
}

TEST_F(Media, only_listed_media_types_reach_a_browser) {
  constexpr std::pair<const char*, const char*> kTypes[] = {
      {"video/mp4", "video/mp4"},
      {"VIDEO/MP4; codecs=\"avc1\"", "video/mp4"},
      {"video/x-matroska", "video/x-matroska"},
      {"text/html", "application/octet-stream"},
      {"image/svg+xml", "application/octet-stream"},
      {"", "application/octet-stream"},
  };
  std::uint64_t seed = 100;
  for (const auto& [claimed, served] : kTypes) {
    const ClipId clip = accept(pattern_bytes(10, seed++), claimed);
    const Reply reply = get(clip, "/media");
    EXPECT_EQ(reply.field("Content-Type"), served) << claimed;
    EXPECT_EQ(reply.field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(reply.field("Content-Disposition").starts_with("inline"),
              std::string(served) != "application/octet-stream");
  }
}

TEST_F(Media, a_unit_cannot_write_into_the_file_name) {
  ClipSpec spec;
  spec.start = at("2026-03-01T10:00:00Z");
  spec.media = pattern_bytes(10, 10);
  spec.registration = "A\"; filename=\"evil.html\r\nSet-Cookie: a=b";
  const ClipId clip = rig_.accept(spec);
  EXPECT_EQ(get(clip, "/media").field("Content-Disposition"),
            "inline; filename=\"AfilenameevilhtmlSetCookieab-20260301T100000Z-ch1.mp4\"");
}

// A damaged byte ends the answer before it; whatever came is a true prefix.
TEST_F(Media, damage_in_the_middle_cuts_the_answer_without_a_wrong_byte) {
  const std::string whole = to_text(pattern_bytes(9 * kChunk, 11));
  const ClipId clip = accept(to_bytes(whole));
  const std::uint64_t sealed_bytes = std::filesystem::file_size(rig_.vault_file(clip));
  const std::uint64_t header_bytes = sealed_bytes - 9 * (kChunk + 16);
  flip(clip, header_bytes + 6 * (kChunk + 16) + 5);
  const Reply cut = get(clip, "/media");
  EXPECT_EQ(cut.status, 200U);
  EXPECT_TRUE(cut.cut);
  EXPECT_EQ(cut.body, whole.substr(0, cut.body.size()));
  EXPECT_LE(cut.body.size(), 6 * kChunk);
  EXPECT_EQ(get(clip, "/media", {{"Range", "bytes=0-1000"}}).body, whole.substr(0, 1001));
  const Reply direct = get(clip, "/media", {{"Range", "bytes=400000-400009"}});
  EXPECT_EQ(direct.status, 500U);
  EXPECT_EQ(direct.token, "vault_corrupt");
  EXPECT_EQ(direct.body.find("tag"), std::string::npos);
}

TEST_F(Media, damage_in_header_first_or_last_chunk_is_an_error_and_no_byte) {
  const std::uint64_t sealed_bytes = 3 * (kChunk + 16);
  for (int place = 0; place < 3; ++place) {
    const ClipId clip = accept(pattern_bytes(3 * kChunk, 12 + static_cast<std::uint64_t>(place)));
    const std::uint64_t size = std::filesystem::file_size(rig_.vault_file(clip));
    const std::uint64_t offsets[] = {40, size - sealed_bytes + 3, size - 1};
    flip(clip, offsets[place]);
    const Reply reply = get(clip, "/media");
    EXPECT_EQ(reply.status, 500U) << place;
    EXPECT_EQ(reply.token, "vault_corrupt") << place;
  }
}

}  // namespace
}  // namespace hansom::test
