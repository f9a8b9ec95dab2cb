// The units of speed that recorders write, in those of a report.
#pragma once

namespace hansom::ingest {

inline constexpr double kKmhPerKnot = 1.852;  // by definition of the nautical mile
inline constexpr double kKmhPerMetrePerSecond = 3.6;

}  // namespace hansom::ingest
