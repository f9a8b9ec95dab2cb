// Jain's index (Jain, Chiu, Hawe 1984).
#include "ingest/unit/fleet/fairness.h"

namespace hansom::ingest {

double jain_index(std::span<const double> shares) {
  double sum = 0;
  double squares = 0;
  for (const double share : shares) {
    sum += share;
    squares += share * share;
  }
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace hansom::ingest
