// Every state that the table in ingest/README.md says a crash can leave, and those it cannot.
#include "proto/upload/upload_facts.h"
#include "tests/index/fsck/site.h"

namespace hansom::fsck {
namespace {

constexpr std::string_view kManifest = R"({
  "unit": "unit-1", "channel": 1, "clip_number": 1,
  "vehicle": {"registration": "AB12CDE"}, "vehicle_licence": "PLATE1",
  "start": "2026-03-01T10:00:00Z", "clock_state": "gnss", "duration_ms": 60000,
  "media_type": "video/mp4", "sealed_sha256": "SEALED", "sealed_bytes": 10,
  "media_sha256": "SEALED", "media_bytes": 5,
  "purpose": {"kind": "event", "reference": "1"}, "sound": {"present": false, "trigger": "none"}
})";
constexpr const char* kLost = "the bytes!";  // ten of them, as every upload here has

class SpoolTest : public SiteTest {
 protected:
  static UploadId id_of(const std::string& clip) {
    return UploadId::parse(test::upload_of(clip)).value();
  }
  [[nodiscard]] std::filesystem::path clip_path(const std::string& clip) const {
    return folder_ / "spool" / upload::clip_file_name(id_of(clip));
  }
  [[nodiscard]] std::filesystem::path facts_path(const std::string& clip) const {
    return folder_ / "spool" / upload::facts_file_name(id_of(clip));
  }
  static std::string clip_place(const std::string& clip) {
    return " spool " + upload::clip_file_name(id_of(clip));
  }
  static std::string facts_place(const std::string& clip) {
    return " spool " + upload::facts_file_name(id_of(clip));
  }
  // The facts of an upload of ten bytes, of a clip whose sealed bytes are its name.
  void write_facts(const std::string& clip) {
    std::string manifest(kManifest);
    for (std::size_t at = 0; (at = manifest.find("SEALED")) != std::string::npos;) {
      manifest.replace(at, 6, test::clip_id(clip).hex());
    }
    upload::UploadFacts facts;
    facts.id = id_of(clip);
    facts.unit = UnitId::parse("unit-1").value();
    facts.controller = "council";
    facts.length = 10;
    facts.manifest_jws = "e30." + to_base64url(as_bytes(manifest)) + ".c2ln";
    facts.created = facts.expires = clock_.now();
    std::ofstream(facts_path(clip)) << upload::facts_json(facts);
  }
  void write_clip(const std::string& clip, std::size_t bytes) {
    std::ofstream(clip_path(clip)) << std::string(bytes, 'x');
  }
};

TEST_F(SpoolTest, UploadsInProgressAreNothing) {
  write_facts("empty");
  write_clip("empty", 0);
  write_facts("half");
  write_clip("half", 5);
  expect({});
  EXPECT_EQ(check().uploads, 2U);
  std::filesystem::remove_all(folder_ / "spool");
  expect({});
}

TEST_F(SpoolTest, WhatARestartGoesOnWithIsANote) {
  write_facts("full");
  write_clip("full", 10);
  write_facts("moved");  // into the vault; the journal does not know it yet
  ASSERT_TRUE(vault_->put(as_bytes("moved")));
  accept("accepted");  // and the journal does
  write_facts("accepted");
  write_clip("alone", 3);
  std::ofstream(folder_ / "spool" / "something") << "x";
  expect({}, {"acceptance_pending" + facts_place("full"),
              "acceptance_pending vault " + test::clip_id("moved").hex(),
              "acceptance_pending" + facts_place("moved"),
              "acceptance_pending" + facts_place("accepted"),
              "spool_leftover" + clip_place("alone"), "spool_leftover spool something"});
  EXPECT_TRUE(std::filesystem::exists(clip_path("alone"))) << "it only reads";
}

// A crash between vault and journal of a clip that came in one request: the next start undoes it.
TEST_F(SpoolTest, AClipFileWithoutFactsThatTheVaultHasIsANote) {
  write_clip("in one go", 10);
  const Digest name = sha256(std::string(10, 'x'));
  const auto second = folder_ / "spool" / "second name";
  std::filesystem::create_hard_link(clip_path("in one go"), second);
  ASSERT_TRUE(vault_->adopt(second, name));
  expect({},
         {"acceptance_pending vault " + name.hex(), "spool_leftover" + clip_place("in one go")});
  ASSERT_TRUE(std::filesystem::remove(clip_path("in one go")));
  expect({"object_unknown vault " + name.hex()});
}

TEST_F(SpoolTest, WhatNobodyCanGoOnWithIsAFinding) {
  write_facts(kLost);
  write_facts("long");
  write_clip("long", 11);
  write_facts("other");
  std::filesystem::rename(facts_path("other"), facts_path("name of another"));
  std::ofstream(facts_path("cut")) << "{\"format\":1,";
  write_clip("cut", 3);
  std::ofstream(folder_ / "spool" / "notes.json") << "{}";
  expect({"upload_lost" + facts_place(kLost), "spool_clip_too_long" + clip_place("long"),
          "spool_facts_unreadable" + facts_place("name of another"),
          "spool_facts_unreadable" + facts_place("cut"),
          "spool_facts_unreadable spool notes.json"});
}

TEST_F(SpoolTest, FilesOfUploadsAreNamedInOneWayOnly) {
  const UploadId id = id_of("clip");
  EXPECT_EQ(upload::parse_spool_name(upload::clip_file_name(id))->id, id);
  EXPECT_EQ(upload::parse_spool_name(upload::clip_file_name(id))->file, upload::SpoolFile::kClip);
  EXPECT_EQ(upload::parse_spool_name(upload::facts_file_name(id))->file, upload::SpoolFile::kFacts);
  EXPECT_EQ(upload::parse_spool_name(upload::mark_file_name(id))->file, upload::SpoolFile::kMark);
  for (const std::string& name :
       {id.text(), id.text() + ".clip.json", "." + id.text() + ".clip",
        id.text().substr(1) + ".clip", std::string(".json"), std::string()}) {
    EXPECT_FALSE(upload::parse_spool_name(name)) << name;
  }
}

}  // namespace
}  // namespace hansom::fsck
