// How a simulation is told: a line while it runs, words or JSON at its end.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "ingest/unit/fleet/tally.h"

namespace hansom::ingest {

[[nodiscard]] std::string progress_line(const Tally& tally, const ServerFigures& server,
                                        double seconds, std::size_t units);
[[nodiscard]] std::string report_words(const Tally& tally, const ServerFigures& server,
                                       const Verdict& verdict, double seconds, std::uint64_t seed);
[[nodiscard]] boost::json::object report_json(const Tally& tally, const ServerFigures& server,
                                              const Verdict& verdict, double seconds,
                                              std::uint64_t seed);

}  // namespace hansom::ingest
