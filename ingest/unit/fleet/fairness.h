// How evenly a server has served those who ask for different amounts. Pure.
#pragma once

#include <span>

namespace hansom::ingest {

// Jain's index: (sum x)^2 / (n * sum x^2). 1: all have the same; 1/n: one has everything. 1 for
// none, or where nobody has anything.
[[nodiscard]] double jain_index(std::span<const double> shares);

}  // namespace hansom::ingest
