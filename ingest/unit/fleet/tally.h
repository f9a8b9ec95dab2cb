// What a simulated fleet has seen, and the verdict over it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "proto/base/ids.h"

namespace hansom::ingest {

inline constexpr std::size_t kProblemsMax = 20;  // told in words; the rest is only counted

// Of one unit while it was at work.
struct FleetShare {
  std::string link;
  std::uint64_t bytes = 0;  // of bodies the server has answered for
  double link_seconds = 0;  // what its link alone would have taken for what it did
  double seconds = 0;       // what it took

  // The share it got of what it offered: the rest of the time it waited for the server.
  [[nodiscard]] double served() const { return seconds > 0 ? link_seconds / seconds : 0; }
};

// Kept by one thread.
struct Tally {
  std::uint64_t units_at_work = 0, units_done = 0;
  std::uint64_t clips_sealed = 0, clips_accepted = 0, sealed_bytes_accepted = 0;
  std::uint64_t connections = 0, cuts = 0, retries = 0;
  std::uint64_t body_bytes_sent = 0;
  std::map<std::string, std::uint64_t> refusals;  // by token, or by status without one
  std::unordered_set<std::uint64_t> leaves;       // of verified receipts
  std::uint64_t problem_count = 0;
  std::vector<std::string> problems;
  std::vector<FleetShare> shares;

  void problem(std::string words);
  // A receipt that holds. One leaf for two clips is a problem.
  void receipt(LeafIndex leaf, std::uint64_t sealed_bytes);
  // Jain's index (fairness.h) over the share that each unit got of what it offered. A fast unit
  // that starves slow ones shows as many small shares beside a large one.
  [[nodiscard]] double fairness() const;
};

// The server's own figures, where they could be had.
struct ServerFigures {
  bool known = false;
  bool restarted = false;            // counters began anew: nothing can be compared
  std::uint64_t clips_accepted = 0;  // while the fleet was at work
  double processor_seconds = 0;
  std::uint64_t memory_bytes_peak = 0;
};

struct Verdict {
  std::uint64_t lost = 0;       // sealed, and no receipt
  std::uint64_t doubled = 0;    // accepted by the journal more often than there are receipts
  bool journal_agrees = false;  // also false where it could not be asked
  bool good = false;
  std::string words;
};
[[nodiscard]] Verdict judge(const Tally& tally, const ServerFigures& server);

}  // namespace hansom::ingest
