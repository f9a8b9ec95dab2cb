// `hansom fsck`: everything the site keeps, held against itself.
#include "index/fsck/fsck.h"

#include <charconv>
#include <random>

#include <boost/json/array.hpp>

#include "index/cli/commands.h"
#include "index/cli/local_site.h"
#include "index/cli/output.h"
#include "index/cli/verifier_key.h"

namespace hansom::cli {
namespace {

// Exit codes of its own, as --help lists them.
constexpr int kFindings = 1;
constexpr int kNotChecked = 2;

struct Fsck {
  std::filesystem::path config;
  std::filesystem::path key;
  std::string sample;
  std::optional<std::uint64_t> seed;
  std::filesystem::path scratch;
};

void declare_fsck(CLI::App& command, Fsck& fsck) {
  command.add_option("--config", fsck.config, "The site's hansomd.toml [of the site]");
  command.add_option("--key", fsck.key, "The journal's verifier key [the site's]");
  command.add_option("--sample", fsck.sample,
                     "Hash only so many objects of the vault, by chance: COUNT or N%; everything "
                     "else is always looked at whole [all]");
  command.add_option("--seed", fsck.seed, "Of that chance; printed, to repeat a run");
  command.add_option("--scratch", fsck.scratch,
                     "Folder for the views that are made again to compare; needs their size [the "
                     "system's for temporary files]");
  command.footer(
      "Changes nothing; a running server is not disturbed. Findings are wrong and stay wrong; "
      "notes "
      "are what\nthe next start makes good.\nExit codes: 0 clean; 1 findings; 2 could not check.");
}

// "5%", "0.5%" or "200". Error: kInvalid `bad_parameter`.
Result<journal::VaultSample> parse_sample(std::string_view text, std::uint64_t seed) {
  journal::VaultSample sample;
  sample.seed = seed;
  const char* end = text.data() + text.size();
  if (text.ends_with('%')) {
    double percent = 0;
    const auto parsed = std::from_chars(text.data(), end - 1, percent);
    if (parsed.ec == std::errc() && parsed.ptr == end - 1 && percent >= 0 && percent <= 100) {
      sample.share = percent / 100;
      return sample;
    }
  } else {
    std::uint64_t count = 0;
    const auto parsed = std::from_chars(text.data(), end, count);
    if (parsed.ec == std::errc() && parsed.ptr == end) {
      sample.objects = count;
      return sample;
    }
  }
  return fail(ErrorKind::kInvalid, "bad_parameter",
              "--sample is a number of objects or a percentage: 200, 5%");
}

boost::json::array list_of(const std::vector<fsck::Finding>& findings) {
  boost::json::array out;
  for (const fsck::Finding& finding : findings) {
    boost::json::object item;
    item["token"] = finding.token;
    item["where"] = finding.where;
    item["message"] = finding.message;
    out.push_back(std::move(item));
  }
  return out;
}

boost::json::object checked_json(const fsck::Report& report) {
  boost::json::object rows;
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    rows[facts.name] = report.view_rows.at(static_cast<std::size_t>(facts.family));
  }
  boost::json::object out;
  out["leaves"] = report.journal.leaves;
  out["records"] = report.journal.records_checked;
  out["records_erased"] = report.journal.records_erased;
  out["tiles"] = report.journal.tiles;
  out["heads"] = report.journal.heads;
  out["vault_objects"] = report.journal.vault_objects;
  out["vault_objects_hashed"] = report.journal.vault_objects_read;
  out["vault_bytes_hashed"] = report.journal.vault_bytes_read;
  out["views_compared"] = report.views_compared;
  out["view_rows"] = std::move(rows);
  out["uploads"] = report.uploads;
  return out;
}

boost::json::object report_json(const fsck::Report& report) {
  boost::json::object out;
  out["clean"] = report.clean();
  out["findings_found"] = report.findings_found;
  out["findings"] = list_of(report.findings);
  out["notes_found"] = report.notes_found;
  out["notes"] = list_of(report.notes);
  out["checked"] = checked_json(report);
  return out;
}

void print_text(const boost::json::object& out) {
  const std::vector<Column> columns{{"TOKEN", "token"}, {"WHERE", "where"}, {"MESSAGE", "message"}};
  for (const auto& [list, title] :
       {std::pair("findings", "Findings"), std::pair("notes", "Notes")}) {
    if (out.at(list).as_array().empty()) continue;
    print(std::string(title) + ":\n" + table_of(out, list, columns) + "\n");
  }
  boost::json::object checked = out.at("checked").as_object();
  for (const auto& [name, value] : out) {
    if (value.is_number() || value.is_string() || value.is_bool()) checked[name] = value;
  }
  print(fields_of(checked));
}

Status run_fsck(const Session& session, const Fsck& wanted) {
  HANSOM_TRY_ASSIGN(const site::SiteConfig config, local_config(session, wanted.config));
  HANSOM_TRY_ASSIGN(const tlog::VerifierKey key, verifier_key(session, wanted.key));
  fsck::Options options;
  options.store = config.store();
  options.vault = config.vault();
  options.spool = config.spool();
  options.key = key;
  options.scratch = wanted.scratch;
  std::error_code no_folder;
  if (options.scratch.empty()) options.scratch = std::filesystem::temp_directory_path(no_folder);
  options.progress = show_progress;
  const std::uint64_t seed = wanted.seed ? *wanted.seed : std::random_device()();
  if (!wanted.sample.empty()) {
    HANSOM_TRY_ASSIGN(options.sample, parse_sample(wanted.sample, seed));
  }
  HANSOM_TRY_ASSIGN(const fsck::Report report, fsck::fsck(options));
  boost::json::object out = report_json(report);
  if (options.sample) {
    out["sample"] = wanted.sample;
    out["seed"] = seed;
  }
  if (session.options.json) {
    print_json(out);
  } else {
    print_text(out);
  }
  if (report.clean()) return {};
  return fail(ErrorKind::kCorrupt, "site_damaged",
              std::to_string(report.findings_found) + " findings");
}

}  // namespace

void add_fsck_command(CLI::App& app, Session& session) {
  CLI::App* command = add_command<Fsck>(app, session, "fsck",
                                        "Hold journal, views, vault and spool against each other",
                                        declare_fsck, run_fsck);
  command->parse_complete_callback([&session] {
    session.own_exit = [](const Error& error) {
      return error.token == "site_damaged" ? kFindings : kNotChecked;
    };
  });
}

}  // namespace hansom::cli
