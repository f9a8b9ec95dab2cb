// How far uploads are: a bar on a terminal, a few plain lines anywhere else. On stderr, so that
// stdout stays for answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace hansom::ingest {

class Progress {
 public:
  explicit Progress(bool quiet);
  // Begins one clip.
  void start(std::string name, std::uint64_t total_bytes);
  // `done_bytes` are sent or, after a look at the server, known to be there.
  void at(std::uint64_t done_bytes);
  // A line for people: what went wrong and what happens next.
  void note(std::string_view text);
  // Ends the clip's bar with a last word.
  void finish(std::string_view word);

 private:
  void draw();
  void clear_line() const;

  bool quiet_;
  bool terminal_;
  std::string name_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t done_bytes_ = 0;
  std::uint64_t first_bytes_ = 0;  // where this run began, for the rate
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_;
};

// "12.3 MB", decimal.
[[nodiscard]] std::string human_bytes(double bytes);

}  // namespace hansom::ingest
