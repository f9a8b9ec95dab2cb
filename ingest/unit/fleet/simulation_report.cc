// Words and JSON over a tally.
#include "ingest/unit/fleet/simulation_report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/json/array.hpp>

namespace hansom::ingest {
namespace {

template <typename... Values>
std::string text(const char* format, Values... values) {
  std::array<char, 256> line{};
  const int size = std::snprintf(line.data(), line.size(), format, values...);
  return {line.data(), static_cast<std::size_t>(std::clamp(size, 0, 255))};
}

double megabytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

// What was sent of bodies beyond what the accepted clips have.
std::uint64_t resent(const Tally& tally) {
  return tally.body_bytes_sent - std::min(tally.body_bytes_sent, tally.sealed_bytes_accepted);
}

struct LinkSummary {
  std::string link;
  std::size_t units = 0;
  double least = 0, middle = 0, most = 0;  // bytes a second
};

std::vector<LinkSummary> summaries(const Tally& tally) {
  std::map<std::string, std::vector<double>> rates;
  for (const FleetShare& share : tally.shares) {
    if (share.seconds > 0) {
      rates[share.link].push_back(static_cast<double>(share.bytes) / share.seconds);
    }
  }
  std::vector<LinkSummary> out;
  for (auto& [link, values] : rates) {
    std::ranges::sort(values);
    out.push_back({link, values.size(), values.front(), values[values.size() / 2], values.back()});
  }
  return out;
}

}  // namespace

std::string progress_line(const Tally& tally, const ServerFigures& server, double seconds,
                          std::size_t units) {
  std::uint64_t refused = 0;
  for (const auto& [token, count] : tally.refusals) refused += count;
  std::string line = text(
      "%5.0f s  %llu of %zu units at work, %llu done; %llu clips accepted, "
      "%llu refusals, %llu retries",
      seconds, static_cast<unsigned long long>(tally.units_at_work), units,
      static_cast<unsigned long long>(tally.units_done),
      static_cast<unsigned long long>(tally.clips_accepted),
      static_cast<unsigned long long>(refused), static_cast<unsigned long long>(tally.retries));
  if (server.known) {
    line += text("; server %.0f MB, %.1f s of processor time", megabytes(server.memory_bytes_peak),
                 server.processor_seconds);
  }
  return line;
}

std::string report_words(const Tally& tally, const ServerFigures& server, const Verdict& verdict,
                         double seconds, std::uint64_t seed) {
  const auto count = [](std::uint64_t n) { return std::to_string(n); };
  std::string out = count(tally.units_done) + " units, seed " + count(seed) + ", " +
                    text("%.1f s", seconds) + "\n";
  out += "  accepted    " + count(tally.clips_accepted) + " of " + count(tally.clips_sealed) +
         " clips, each receipt verified; " +
         text("%.1f MB, %.0f clips/s", megabytes(tally.sealed_bytes_accepted),
              static_cast<double>(tally.clips_accepted) / std::max(seconds, 1e-9)) +
         "\n  refusals   ";
  if (tally.refusals.empty()) out += " none";
  for (const auto& [token, times] : tally.refusals) out += " " + token + " " + count(times);
  out += "\n  links       " + count(tally.connections) + " connections, " + count(tally.cuts) +
         " cuts, " + count(tally.retries) + " retries, " + count(resent(tally)) +
         " bytes sent again\n";
  for (const LinkSummary& one : summaries(tally)) {
    out += text("  %-10s  %zu units: %.1f / %.1f / %.1f kB/s (least, median, most)\n",
                one.link.c_str(), one.units, one.least / 1e3, one.middle / 1e3, one.most / 1e3);
  }
  out += text("  fairness    Jain's index %.3f over what each got of what its link offered\n",
              tally.fairness());
  if (server.known) {
    out += text("  server      %.0f MB resident at most, %.1f s of processor time\n",
                megabytes(server.memory_bytes_peak), server.processor_seconds);
  }
  for (const std::string& problem : tally.problems) out += "  PROBLEM     " + problem + "\n";
  return out + verdict.words + "\n";
}

boost::json::object report_json(const Tally& tally, const ServerFigures& server,
                                const Verdict& verdict, double seconds, std::uint64_t seed) {
  boost::json::object refusals;
  for (const auto& [token, times] : tally.refusals) refusals[token] = times;
  boost::json::array links;
  for (const LinkSummary& one : summaries(tally)) {
    links.push_back({{"link", one.link},
                     {"units", one.units},
                     {"bytes_per_second_least", one.least},
                     {"bytes_per_second_median", one.middle},
                     {"bytes_per_second_most", one.most}});
  }
  boost::json::object out{
      {"units", tally.units_done},
      {"seed", seed},
      {"seconds", seconds},
      {"clips_sealed", tally.clips_sealed},
      {"clips_accepted", tally.clips_accepted},
      {"sealed_bytes_accepted", tally.sealed_bytes_accepted},
      {"body_bytes_resent", resent(tally)},
      {"connections", tally.connections},
      {"cuts", tally.cuts},
      {"retries", tally.retries},
      {"refusals", refusals},
      {"links", links},
      {"jain_index", tally.fairness()},
      {"lost", verdict.lost},
      {"doubled", verdict.doubled},
      {"problems", boost::json::array(tally.problems.begin(), tally.problems.end())},
      {"journal_agrees", verdict.journal_agrees},
      {"good", verdict.good}};
  if (server.known) {
    out["server"] = {{"memory_bytes_peak", server.memory_bytes_peak},
                     {"processor_seconds", server.processor_seconds},
                     {"clips_accepted", server.clips_accepted},
                     {"restarted", server.restarted}};
  }
  return out;
}

}  // namespace hansom::ingest
