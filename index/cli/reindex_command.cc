// `hansom reindex`: all views again from the journal, on a stopped server.
#include "index/reindex.h"

#include <chrono>
#include <cstdio>

#include "index/cli/commands.h"
#include "index/cli/local_site.h"
#include "index/cli/output.h"
#include "index/cli/verifier_key.h"

namespace hansom::cli {
namespace {

struct Reindex {
  std::filesystem::path config;
  std::filesystem::path key;
};

void declare_reindex(CLI::App& command, Reindex& reindex) {
  command.add_option("--config", reindex.config, "The site's hansomd.toml [of the site]");
  command.add_option("--key", reindex.key, "The journal's verifier key [the site's]");
  command.footer(
      "Needs hansomd stopped. The journal is verified first; where it does not hold, nothing is "
      "touched.\nStopped half-way, the next run or the next start of hansomd finishes it.");
}

// A line on stderr for every percent, also into a file: this may take long.
class ProgressLines {
 public:
  void show(std::string_view stage, std::uint64_t done, std::uint64_t total) {
    const std::uint64_t percent = total == 0 ? 100 : done * 100 / total;
    if (stage != stage_) {
      stage_ = stage;
      percent_ = 101;
      started_ = std::chrono::steady_clock::now();
    }
    if (percent == percent_) return;
    percent_ = percent;
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started_;
    const double rate = passed.count() > 0 ? static_cast<double>(done) / passed.count() : 0;
    std::fprintf(stderr, "%s: %3llu %%, %llu of %llu leaves, %.0f leaves/s\n", stage_.c_str(),
                 static_cast<unsigned long long>(percent), static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(total), rate);
  }

 private:
  std::string stage_;
  std::uint64_t percent_ = 101;
  std::chrono::steady_clock::time_point started_;
};

Status run_reindex(const Session& session, const Reindex& wanted) {
  HANSOM_TRY_ASSIGN(const site::SiteConfig config, local_config(session, wanted.config));
  ReindexOptions options;
  options.store = config.store();
  HANSOM_TRY_ASSIGN(options.key, verifier_key(session, wanted.key));
  ProgressLines lines;
  options.progress = [&lines](std::string_view stage, std::uint64_t done, std::uint64_t total) {
    lines.show(stage, done, total);
  };
  HANSOM_TRY_ASSIGN(const ReindexReport report, reindex(options));
  boost::json::object views;
  bool changed = false;
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    const auto place = static_cast<std::size_t>(facts.family);
    views[facts.name] = report.after.at(place).hex();
    changed = changed || report.before.at(place) != report.after.at(place);
  }
  boost::json::object out;
  out["leaves"] = report.leaves;
  out["changed"] = changed;
  if (session.options.json) {
    out["views"] = std::move(views);
    print_json(out);
  } else {
    print(fields_of(out) + "\nSHA-256 of the views:\n" + fields_of(views));
  }
  return {};
}

}  // namespace

void add_reindex_command(CLI::App& app, Session& session) {
  add_command<Reindex>(app, session, "reindex", "Make every view again from the journal",
                       declare_reindex, run_reindex);
}

}  // namespace hansom::cli
