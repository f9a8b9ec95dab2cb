// Every file of the footage folder goes through the real inspector and yields a report or a
// recorded reason; reports agree with ffprobe.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <ostream>
#include <string>

#include <boost/json.hpp>

#include "tests/ingest/inspect/footage.h"
#include "tests/ingest/inspect/run_program.h"
#include "tests/support/temp_dir.h"

namespace hansom::ingest {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDurationToleranceUs = 50'000;

// What ffprobe says of a file; null when it cannot read it.
json::value ask_ffprobe(const std::string& program, const std::filesystem::path& file) {
  const test::ProgramResult result =
      test::run_program({program, "-v", "quiet", "-count_packets", "-show_streams", "-show_format",
                         "-of", "json", file.string()});
  if (result.status != 0) return nullptr;
  json::value said = json::parse(result.output);
  return said.as_object().contains("format") ? said : nullptr;
}

std::string text(const json::value& object, const char* name) {
  const json::value* found = object.as_object().if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

std::int64_t number(const json::value& object, const char* name) {
  const json::value* found = object.as_object().if_contains(name);
  if (found == nullptr) return 0;
  return found->is_string() ? std::atoll(found->as_string().c_str())
                            : found->to_number<std::int64_t>();
}

void expect_same_duration(std::int64_t ours_us, const json::value& object,
                          const std::string& what) {
  const std::string theirs = text(object, "duration");
  if (theirs.empty()) {
    EXPECT_EQ(ours_us, 0) << what;
    return;
  }
  const auto theirs_us = static_cast<std::int64_t>(std::llround(std::atof(theirs.c_str()) * 1e6));
  EXPECT_LE(std::abs(ours_us - theirs_us), kDurationToleranceUs)
      << what << ": " << ours_us << " against " << theirs_us;
}

// Sizes and rates that the container does not tell are the decoder's to tell, and a codec that is
// not on the list has none.
bool is_decoded(const evidence::Report& report, const evidence::Stream& stream) {
  return std::none_of(report.findings().begin(), report.findings().end(),
                      [&](const evidence::Finding& finding) {
                        return finding.kind() == "unsupported_codec" &&
                               finding.stream() == static_cast<std::int32_t>(stream.index());
                      });
}

void expect_same_stream(const evidence::Report& report, const evidence::Stream& ours,
                        const json::value& theirs) {
  const std::string what = "stream " + std::to_string(ours.index());
  const std::string codec = text(theirs, "codec_name");
  EXPECT_EQ(ours.index(), number(theirs, "index")) << what;
  const std::string type = text(theirs, "codec_type");
  EXPECT_EQ(ours.type(), type.empty() ? "unknown" : type) << what;
  EXPECT_EQ(ours.codec(), codec.empty() ? "unknown" : codec) << what;
  EXPECT_EQ(ours.packets(), number(theirs, "nb_read_packets")) << what;
  expect_same_duration(ours.duration_us(), theirs, what);
  if (ours.type() == "video" && is_decoded(report, ours)) {
    EXPECT_EQ(ours.width_px(), number(theirs, "width")) << what;
    EXPECT_EQ(ours.height_px(), number(theirs, "height")) << what;
  }
  if (ours.type() == "audio" && is_decoded(report, ours)) {
    EXPECT_EQ(ours.sample_rate_hz(), number(theirs, "sample_rate")) << what;
    EXPECT_EQ(ours.audio_channels(), number(theirs, "channels")) << what;
  }
  std::uint64_t timed = 0;
  for (const auto& run : ours.packet_timeline()) timed += run.packets();
  EXPECT_LE(timed, ours.packets()) << what;
}

void expect_agreement(const evidence::Report& ours, const json::value& theirs) {
  const json::value& format = theirs.at("format");
  EXPECT_EQ(ours.container(), text(format, "format_name"));
  if (ours.reason_token() == "unsupported_format") return;  // recognised, and not on our list
  expect_same_duration(ours.duration_us(), format, "container");
  const json::array& streams = theirs.at("streams").as_array();
  ASSERT_EQ(static_cast<std::size_t>(ours.streams_size()), streams.size());
  for (int i = 0; i < ours.streams_size(); ++i) {
    expect_same_stream(ours, ours.streams(i), streams[static_cast<std::size_t>(i)]);
  }
}

// What a name adds: raw streams and subtitles that ffprobe knows by their suffix alone. The server
// has bytes only, so it is asked again about the same file under a name without one.
json::value ask_without_suffix(const std::string& program, const std::filesystem::path& file) {
  const test::TempDir folder;
  std::filesystem::create_symlink(file, folder / "clip");
  return ask_ffprobe(program, folder / "clip");
}

class Footage : public testing::Test {
 protected:
  void SetUp() override {
    if (test::inspected_footage().empty()) {
      GTEST_SKIP() << "HANSOM_SHARED is not set: no footage folder, no file was inspected";
    }
  }
};

TEST_F(Footage, EveryFileYieldsAReportOrAReason) {
  std::map<std::string, int> counts;
  for (const auto& [file, report] : test::inspected_footage()) {
    SCOPED_TRACE(file.string());
    const bool decodable = report.outcome() == evidence::Report::DECODABLE;
    EXPECT_TRUE(decodable || !report.reason_token().empty());
    EXPECT_FALSE(report.inspector_version().empty()) << "died: " << report.reason();
    ++counts[decodable ? "decodable" : report.reason_token()];
    if (!decodable) std::cout << file.filename() << ": " << report.reason() << "\n";
  }
  for (const auto& [outcome, count] : counts) std::cout << count << " " << outcome << "\n";
  EXPECT_GT(counts["decodable"], 0);
}

TEST_F(Footage, ReportsAgreeWithFfprobe) {
  const auto ffprobe = test::find_program("ffprobe");
  if (!ffprobe) GTEST_SKIP() << "ffprobe is not installed: no report was compared";
  for (const auto& [file, report] : test::inspected_footage()) {
    SCOPED_TRACE(file.string());
    json::value theirs = ask_ffprobe(*ffprobe, file);
    if (report.container().empty() && !theirs.is_null()) {
      std::cout << file.filename() << ": ffprobe goes by its suffix\n";
      EXPECT_EQ(report.reason_token(), "unsupported_format");
      theirs = ask_without_suffix(*ffprobe, file);
      EXPECT_TRUE(theirs.is_null());
    }
    if (theirs.is_null()) {
      EXPECT_EQ(report.outcome(), evidence::Report::UNDECODABLE);
    } else {
      expect_agreement(report, theirs);
    }
  }
}

}  // namespace
}  // namespace hansom::ingest
