// What the inspector finds at its usual level in every file of the footage folder stands in
// found_in_footage.tsv, and every time and position that exiftool or mediainfo finds is among it,
// or the table says why not.
//
// Columns: file, container, streams (codec:packets), duration, times (source:entries of the
// report), positions (source:found), findings (kind:spans), what exiftool and what mediainfo alone
// finds (tag=reason;
// ...). To write the table anew:
//   HANSOM_WRITE_FOUND=1 inspect_footage_test --gtest_filter='*FoundInFootage.*'
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "proto/base/civil_time.h"
#include "tests/ingest/inspect/footage.h"
#include "tests/ingest/inspect/run_program.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kColumns = 9;
constexpr std::size_t kExiftool = 7;  // the columns of reasons
constexpr std::size_t kMediainfo = 8;
constexpr double kSamePlaceDeg = 2e-5;  // two metres: exiftool rounds some

using Row = std::vector<std::string>;

Row split(const std::string& line, char by) {
  Row cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, by);) cells.push_back(cell);
  return cells;
}

std::map<std::string, Row> read_table() {
  std::map<std::string, Row> rows;
  std::ifstream in(HANSOM_FOUND_IN_FOOTAGE);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    Row cells = split(line, '\t');
    cells.resize(kColumns);
    rows[cells.front()] = cells;
  }
  return rows;
}

std::string counted(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += (text.empty() ? "" : " ") + name + ":" + std::to_string(count);
  }
  return text;
}

Row row_of(const test::InspectedFile& inspected) {
  const evidence::Report& report = inspected.report;
  std::string streams;
  for (const evidence::Stream& stream : report.streams()) {
    streams +=
        (streams.empty() ? "" : " ") + stream.codec() + ":" + std::to_string(stream.packets());
  }
  std::map<std::string, std::uint64_t> times;
  for (const evidence::RawTime& time : report.times()) ++times[time.source()];
  std::map<std::string, std::uint64_t> positions;
  for (const evidence::PositionTrack& track : report.tracks()) {
    positions[track.source()] += track.found();
  }
  std::map<std::string, std::uint64_t> findings;
  for (const evidence::Finding& finding : report.findings()) ++findings[finding.kind()];
  return {test::name_in_footage(inspected.file),
          report.container(),
          streams,
          std::to_string(report.duration_us()),
          counted(times),
          counted(positions),
          counted(findings)};
}

class FoundInFootage : public testing::Test {
 protected:
  void SetUp() override {
    if (test::inspected_footage().empty()) {
      GTEST_SKIP() << "HANSOM_SHARED is not set: no footage folder, no file was inspected";
    }
  }
};

void write_table(const std::map<std::string, Row>& before) {
  std::ofstream out(HANSOM_FOUND_IN_FOOTAGE);
  out << "# file\tcontainer\tstreams (codec:packets)\tduration_us\ttimes (source:entries)\t"
         "positions (source:found)\tfindings (kind:spans)\twhat exiftool alone finds\twhat "
         "mediainfo alone finds\n";
  for (const auto& inspected : test::inspected_footage()) {
    Row row = row_of(inspected);
    const auto known = before.find(row.front());
    for (const std::size_t reasons : {kExiftool, kMediainfo}) {
      row.push_back(known == before.end() ? "" : known->second[reasons]);
    }
    for (std::size_t i = 0; i < row.size(); ++i) out << (i == 0 ? "" : "\t") << row[i];
    out << "\n";
  }
}

TEST_F(FoundInFootage, IsWhatTheTableSays) {
  const std::map<std::string, Row> table = read_table();
  if (std::getenv("HANSOM_WRITE_FOUND") != nullptr) write_table(table);
  const std::map<std::string, Row> rows = read_table();
  EXPECT_EQ(rows.size(), test::inspected_footage().size());
  for (const auto& inspected : test::inspected_footage()) {
    Row found = row_of(inspected);
    const auto row = rows.find(found.front());
    if (row == rows.end()) {
      ADD_FAILURE() << "the table has no row of " << found.front();
      continue;
    }
    for (const std::size_t reasons : {kExiftool, kMediainfo}) {
      found.push_back(row->second[reasons]);
    }
    EXPECT_EQ(found, row->second);
  }
}

// The first 14 digits: a date and a time of day to the second, however it is written.
std::string second_of(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && digits.size() < 14) digits += c;
  }
  return digits;
}
std::string second_of(std::int64_t unix_us) {
  return second_of(to_civil(LocalTime(std::chrono::microseconds(unix_us))));
}

// What a report tells, in the form that exiftool's values are compared in.
struct Told {
  std::set<std::string> seconds;
  std::vector<std::pair<double, double>> places;
};
Told told_by(const evidence::Report& report) {
  Told told;
  for (const evidence::RawTime& time : report.times()) {
    told.seconds.insert(second_of(time.value()));
    if (time.has_unix_us()) told.seconds.insert(second_of(time.unix_us()));
    if (time.value() == "0") told.seconds.insert(std::string(14, '0'));  // never set
  }
  for (const evidence::PositionTrack& track : report.tracks()) {
    for (const evidence::RawPosition& position : track.positions()) {
      told.seconds.insert(second_of(position.time()));
      if (position.has_unix_us()) told.seconds.insert(second_of(position.unix_us()));
      told.places.emplace_back(position.latitude_deg(), position.longitude_deg());
    }
  }
  return told;
}

bool is_date(const std::string& value) {
  return value.size() >= 16 && value[4] == ':' && value[7] == ':' && value[10] == ' ' &&
         value[13] == ':';
}

bool has_place(const Told& told, double latitude, double longitude) {
  for (const auto& [ours, theirs] : told.places) {
    if (std::abs(ours - latitude) < kSamePlaceDeg && std::abs(theirs - longitude) < kSamePlaceDeg) {
      return true;
    }
  }
  return false;
}

struct Tally {
  int times = 0;
  int positions = 0;
};

// The tags of exiftool's answer that tell what the report does not.
std::set<std::string> exiftool_alone(const std::string& answer, const evidence::Report& report,
                                     Tally& tally) {
  const Told told = told_by(report);
  std::set<std::string> missing;
  double latitude = 0;
  std::istringstream in(answer);
  for (std::string line; std::getline(in, line);) {
    const Row cells = split(line, '\t');  // group, tag, value
    if (cells.size() < 3) continue;
    const std::string& tag = cells[1];
    const std::string& value = cells[2];
    bool found = true;
    if (is_date(value)) {
      ++tally.times;
      found = told.seconds.count(second_of(value)) > 0;
    } else if (tag == "GPSLatitude") {
      latitude = std::atof(value.c_str());
    } else if (tag == "GPSLongitude") {
      ++tally.positions;
      found = has_place(told, latitude, std::atof(value.c_str()));
    } else if (tag == "GPSCoordinates") {
      ++tally.positions;
      const Row numbers = split(value, ' ');
      found = numbers.size() >= 2 &&
              has_place(told, std::atof(numbers[0].c_str()), std::atof(numbers[1].c_str()));
    }
    if (!found) missing.insert(tag);
  }
  return missing;
}

// The tags that a column of the table gives a reason for.
std::set<std::string> excused_by(const std::map<std::string, Row>& rows, const std::string& name,
                                 std::size_t column) {
  std::set<std::string> excused;
  const auto row = rows.find(name);
  if (row == rows.end()) return excused;
  for (const std::string& reason : split(row->second[column], ';')) {
    const std::size_t from = reason.find_first_not_of(' ');
    if (from != std::string::npos) excused.insert(reason.substr(from, reason.find('=') - from));
  }
  return excused;
}

// A program whose findings the report must have, or the table a reason why not.
struct OtherProgram {
  std::string name;
  std::vector<std::string> arguments;  // before the file
  std::size_t column;                  // of the reasons
  // What it finds and the report does not tell.
  std::set<std::string> (*alone)(const std::string& answer, const evidence::Report& report,
                                 Tally& tally);
};

void expect_everything_of(const OtherProgram& other) {
  const auto program = test::find_program(other.name);
  if (!program) GTEST_SKIP() << other.name << " is not installed: nothing was compared";
  const std::map<std::string, Row> rows = read_table();
  Tally tally;
  for (const auto& [file, report] : test::inspected_footage()) {
    const std::string name = test::name_in_footage(file);
    SCOPED_TRACE(name);
    std::vector<std::string> command{*program};
    command.insert(command.end(), other.arguments.begin(), other.arguments.end());
    command.push_back(file.string());
    const test::ProgramResult answer = test::run_program(command);
    EXPECT_EQ(other.alone(answer.output, report, tally), excused_by(rows, name, other.column));
  }
  std::cout << other.name << " finds " << tally.times << " times and " << tally.positions
            << " positions\n";
  EXPECT_GT(tally.times, 0);
  EXPECT_GT(tally.positions, 0);
}

TEST_F(FoundInFootage, HasEverythingThatExiftoolFinds) {
  expect_everything_of(
      {"exiftool",
       {"-ee3", "-n", "-a", "-s", "-t", "-G3", "-q", "-q", "-time:all", "-gps*", "--System:all"},
       kExiftool,
       exiftool_alone});
}

// A time or place among the fields of mediainfo, which calls them by many names.
bool is_time_field(const std::string& name) {
  for (const char* part : {"Date", "date", "TimeCode_FirstFrame"}) {
    if (name.find(part) != std::string::npos) return name.find("File_") != 0;
  }
  return false;
}
bool is_place_field(const std::string& name) {
  return name == "xyz" || name.find("ISO6709") != std::string::npos ||
         name.find("Recorded_Location") != std::string::npos;
}

// The fields of mediainfo's answer that tell what the report does not.
std::set<std::string> mediainfo_alone(const std::string& answer, const evidence::Report& report,
                                      Tally& tally) {
  std::set<std::string> missing;
  boost::system::error_code error;
  const boost::json::value json = boost::json::parse(answer, error);
  // Null: a format it does not know.
  if (error || !json.is_object() || !json.at("media").is_object()) return missing;
  const Told told = told_by(report);
  std::string texts;  // values as found
  for (const evidence::RawTime& time : report.times()) texts += time.value() + "\n";
  for (const evidence::PositionTrack& track : report.tracks()) {
    for (const auto& position : track.positions()) texts += position.value() + "\n";
  }
  const auto look = [&](const boost::json::object& fields) {
    for (const auto& [key, value] : fields) {
      const std::string name(key);
      if (!value.is_string()) continue;
      const std::string text(value.get_string());
      const bool is_time = is_time_field(name);
      if (!is_time && !is_place_field(name)) continue;
      ++(is_time ? tally.times : tally.positions);
      const bool found = texts.find(text) != std::string::npos ||
                         (is_time && told.seconds.count(second_of(text)) > 0);
      if (!found) missing.insert(name);
    }
  };
  for (const boost::json::value& track : json.at("media").at("track").as_array()) {
    look(track.as_object());
    const boost::json::value* extra = track.as_object().if_contains("extra");
    if (extra != nullptr && extra->is_object()) look(extra->get_object());
  }
  return missing;
}

TEST_F(FoundInFootage, HasEverythingThatMediainfoFinds) {
  expect_everything_of({"mediainfo", {"--Output=JSON"}, kMediainfo, mediainfo_alone});
}

}  // namespace
}  // namespace hansom::ingest
