// Runs a program of the system for a test (ffprobe, ffmpeg), without a shell.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hansom::test {

// The path of a program on PATH; nothing when it is not installed.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

struct ProgramResult {
  int status = -1;  // exit status; -1 when it ended by a signal or did not start
  std::string output;
};

// Runs `words` (a full path first) to its end with nothing to read; takes its standard output.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& words);

}  // namespace hansom::test
