// Draws the progress of uploads.
#include "ingest/unit/progress.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "ingest/unit/session.h"

namespace hansom::ingest {
namespace {

constexpr auto kRedrawEvery = std::chrono::milliseconds(100);
constexpr std::size_t kBarChars = 30;

}  // namespace

std::string human_bytes(double bytes) {
  constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < kUnits.size()) {
    bytes /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", bytes,
                kUnits.at(unit));
  return text.data();
}

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Progress::start(std::string name, std::uint64_t total_bytes) {
  name_ = std::move(name);
  total_bytes_ = total_bytes;
  done_bytes_ = first_bytes_ = 0;
  started_ = std::chrono::steady_clock::now();
  drawn_ = {};
  if (!quiet_ && !terminal_) {
    print_note(name_ + ": sending " + human_bytes(static_cast<double>(total_bytes_)));
  }
}

void Progress::at(std::uint64_t done_bytes) {
  if (done_bytes_ == 0) first_bytes_ = done_bytes;  // where an earlier run had come to
  done_bytes_ = done_bytes;
  const auto now = std::chrono::steady_clock::now();
  if (quiet_ || !terminal_ || now - drawn_ < kRedrawEvery) return;
  drawn_ = now;
  draw();
}

void Progress::draw() {
  const double total = static_cast<double>(std::max<std::uint64_t>(total_bytes_, 1));
  const double part = std::min(1.0, static_cast<double>(done_bytes_) / total);
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarChars));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started_;
  const double moved = static_cast<double>(done_bytes_ - std::min(first_bytes_, done_bytes_));
  const std::string bar = std::string(filled, '#') + std::string(kBarChars - filled, '.');
  std::fprintf(stderr, "\r\x1b[K%s [%s] %3.0f %% of %s, %s/s", name_.c_str(), bar.c_str(),
               part * 100, human_bytes(total).c_str(),
               human_bytes(elapsed.count() > 0 ? moved / elapsed.count() : 0).c_str());
  std::fflush(stderr);
}

void Progress::clear_line() const {
  if (terminal_ && !quiet_) std::fputs("\r\x1b[K", stderr);
}

void Progress::note(std::string_view text) {
  clear_line();
  print_note(name_ + ": " + std::string(text));
}

void Progress::finish(std::string_view word) {
  clear_line();
  if (!quiet_) print_note(name_ + ": " + std::string(word));
}

}  // namespace hansom::ingest
