// Adds up and judges.
#include "ingest/unit/fleet/tally.h"

#include "ingest/unit/fleet/fairness.h"

namespace hansom::ingest {

void Tally::problem(std::string words) {
  ++problem_count;
  if (problems.size() < kProblemsMax) problems.push_back(std::move(words));
}

void Tally::receipt(LeafIndex leaf, std::uint64_t sealed_bytes) {
  ++clips_accepted;
  sealed_bytes_accepted += sealed_bytes;
  if (!leaves.insert(to_u64(leaf)).second) {
    problem("two receipts name leaf " + std::to_string(to_u64(leaf)));
  }
}

double Tally::fairness() const {
  std::vector<double> served;
  for (const FleetShare& share : shares) served.push_back(share.served());
  return jain_index(served);
}

Verdict judge(const Tally& tally, const ServerFigures& server) {
  Verdict verdict;
  verdict.lost = tally.clips_sealed - tally.clips_accepted;
  const bool comparable = server.known && !server.restarted;
  if (comparable && server.clips_accepted > tally.clips_accepted) {
    verdict.doubled = server.clips_accepted - tally.clips_accepted;
  }
  verdict.journal_agrees = comparable && server.clips_accepted == tally.clips_accepted;
  verdict.good =
      verdict.lost == 0 && tally.problem_count == 0 && (verdict.journal_agrees || !comparable);
  if (verdict.good) {
    verdict.words = "Nothing is lost, nothing is doubled";
    verdict.words += verdict.journal_agrees ? ": the journal took as many clips."
                     : server.restarted     ? "; the server was restarted, its count began anew."
                                            : "; the server's own count could not be had.";
    return verdict;
  }
  verdict.words = "WRONG: " + std::to_string(verdict.lost) + " clips have no receipt, " +
                  std::to_string(tally.problem_count) + " receipts or answers are wrong";
  if (comparable && !verdict.journal_agrees) {
    verdict.words += ", the journal took " + std::to_string(server.clips_accepted) + " clips for " +
                     std::to_string(tally.clips_accepted) + " receipts";
  }
  verdict.words += ".";
  return verdict;
}

}  // namespace hansom::ingest
