// What the tests of the inspector share: see inspect_support.h.
#include "tests/ingest/inspect/inspect_support.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "ingest/inspect/sealed_memfd.h"
#include "ingest/inspect/warm_parent.h"
#include "proto/evidence/level.h"
#include "tests/ingest/inspect/run_program.h"
#include "tests/support/temp_dir.h"

namespace hansom::test {

ingest::InspectorOptions real_inspector() {
  ingest::InspectorOptions options;
  options.program = HANSOM_INSPECTOR;
  return options;
}

ingest::Inspection inspect_bytes(ByteSpan clip, const ingest::InspectorOptions& options) {
  const auto memfd = ingest::bytes_to_memfd(clip);
  const ingest::StopSignal never;
  if (!memfd) {
    ADD_FAILURE() << memfd.error().message;
    return {};
  }
  // One warm parent for all clips of a test, as the server has it.
  static std::map<std::vector<std::string>, std::unique_ptr<ingest::WarmParent>> parents;
  std::vector<std::string> command{options.program.string()};
  command.insert(command.end(), options.more_arguments.begin(), options.more_arguments.end());
  auto& parent = parents[command];
  if (!parent) parent = ingest::make_parent(options);
  auto inspection = ingest::inspect(*parent, *memfd, options, never);
  if (!inspection) {
    ADD_FAILURE() << inspection.error().token << ": " << inspection.error().message;
    return {};
  }
  return *std::move(inspection);
}

evidence::Report inspect_at(const std::string& level, ByteSpan clip) {
  ingest::InspectorOptions options = real_inspector();
  options.level = evidence::level_of(level).value();
  return inspect_bytes(clip, options).report;
}

Bytes read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  return to_bytes(text);
}

std::optional<Bytes> make_clip(const std::vector<std::string>& arguments,
                               const std::string& suffix) {
  const std::optional<std::string> ffmpeg = find_program("ffmpeg");
  if (!ffmpeg) return std::nullopt;
  const TempDir folder;
  const std::filesystem::path made = folder / ("clip" + suffix);
  std::vector<std::string> words{*ffmpeg, "-nostdin", "-v", "error", "-threads", "2"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.push_back(made.string());
  EXPECT_EQ(run_program(words).status, 0) << "ffmpeg could not make the clip";
  return read_whole(made);
}

std::optional<Bytes> make_small_clip() {
  return make_clip({"-f",   "lavfi",   "-i",       "testsrc2=size=320x240:rate=25:duration=2",
                    "-f",   "lavfi",   "-i",       "sine=frequency=440:duration=2",
                    "-c:v", "libx264", "-preset",  "ultrafast",
                    "-g",   "25",      "-pix_fmt", "yuv420p",
                    "-c:a", "aac",     "-b:a",     "48k"},
                   ".mp4");
}

}  // namespace hansom::test
