// The footage folder, inspected: see footage.h.
#include "tests/ingest/inspect/footage.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>

#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::test {
namespace {

std::filesystem::path folder() {
  const char* shared = std::getenv("HANSOM_SHARED");
  return shared == nullptr ? std::filesystem::path() : std::filesystem::path(shared) / "footage";
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder())) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
    const std::string suffix = entry.path().extension().string();
    if (entry.is_regular_file() && suffix != ".tsv" && suffix != ".md") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<InspectedFile> inspect_all() {
  std::vector<InspectedFile> inspected;
  double slowest = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& file : files()) {
    const Bytes clip = read_whole(file);
    const auto began = std::chrono::steady_clock::now();
    inspected.push_back({file, inspect_bytes(clip).report});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    slowest = std::max(slowest, took.count());
  }
  const std::chrono::duration<double> total = std::chrono::steady_clock::now() - start;
  std::cout << inspected.size() << " files inspected in " << total.count() << " s, the slowest in "
            << slowest << " s\n";
  return inspected;
}

}  // namespace

const std::vector<InspectedFile>& inspected_footage() {
  static const std::vector<InspectedFile> inspected = inspect_all();
  return inspected;
}

std::string name_in_footage(const std::filesystem::path& file) {
  return std::filesystem::relative(file, folder()).generic_string();
}

}  // namespace hansom::test
