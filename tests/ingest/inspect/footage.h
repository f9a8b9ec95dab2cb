// The footage folder, inspected once for all tests of a program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/evidence/report.pb.h"

namespace hansom::test {

struct InspectedFile {
  std::filesystem::path file;
  evidence::Report report;
};

// Every file of $HANSOM_SHARED/footage through the real inspector, sorted by name; prints how long
// it took. Empty where there is no such folder.
[[nodiscard]] const std::vector<InspectedFile>& inspected_footage();
// A file's name within the folder: "avi/road.avi".
[[nodiscard]] std::string name_in_footage(const std::filesystem::path& file);

}  // namespace hansom::test
