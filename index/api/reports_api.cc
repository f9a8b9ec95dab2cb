// What inspection found in a clip: the report that holds, those before it, and their pictures.
#include <array>

#include "index/api/clips.h"
#include "index/api/json.h"
#include "index/retrieval/media_type.h"
#include "index/retrieval/search.h"
#include "index/scrub/damage.h"
#include "proto/evidence/level.h"

namespace hansom::api {
namespace {

using evidence::Access;

// One of a clip's reports, numbered from 1 in the order of the journal.
struct ToldReport {
  std::size_t number = 0;
  const catalogue::Inspection* inspection = nullptr;  // of the clip's row
  evidence::Report report;
  bool holds = false;
};

Result<evidence::Report> read_report(const Question& question, std::uint64_t leaf) {
  HANSOM_TRY_ASSIGN(const journal::Stored stored,
                    question.context.use.index->journal().read(LeafIndex{leaf}));
  evidence::Record record;
  if (!stored.record) return fail(ErrorKind::kGone, "destroyed", "the clip was destroyed");
  if (!record.ParseFromArray(stored.record->data(), static_cast<int>(stored.record->size()))) {
    return fail(ErrorKind::kCorrupt, "journal_corrupt",
                "record " + std::to_string(leaf) + " cannot be read; run hansom fsck");
  }
  return std::move(*record.mutable_clip_inspected()->mutable_report());
}

// The report that `report` names; without it the one that holds. Errors: kNotFound `not_inspected`,
// `report_not_found`; kInvalid `bad_parameter`.
Result<ToldReport> find_report(const Question& question, const catalogue::ClipRow& clip) {
  if (!clip.has_inspected_leaf()) return not_inspected();
  HANSOM_TRY_ASSIGN(const auto wanted, retrieval::number_parameter(question.request, "report"));
  ToldReport told;
  for (const catalogue::Inspection& inspection : clip.inspections()) {
    ++told.number;
    told.inspection = &inspection;
    told.holds = inspection.leaf() == clip.inspected_leaf();
    if (wanted ? *wanted != told.number : !told.holds) continue;
    if (told.holds) {
      told.report = clip.report();
    } else {
      HANSOM_TRY_ASSIGN(told.report, read_report(question, inspection.leaf()));
    }
    return told;
  }
  return fail(
      ErrorKind::kNotFound, "report_not_found",
      "the clip has " + std::to_string(clip.inspections_size()) + " reports, numbered from 1");
}

// What stands beside a report, and in the list of them.
boost::json::object inspection_json(const catalogue::ClipRow& clip,
                                    const catalogue::Inspection& inspection, std::size_t number) {
  boost::json::object out;
  out["report"] = number;
  out["holds"] = inspection.leaf() == clip.inspected_leaf();
  out["inspected"] = time_json(inspection.time_us());
  out["inspected_leaf"] = inspection.leaf();
  out["order_id"] = nullptr;
  if (!inspection.order_id().empty()) out["order_id"] = inspection.order_id();
  out["failed_attempts"] = failed_attempts_json(inspection.failed());
  return out;
}

Result<Answer> view_report(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  HANSOM_TRY_ASSIGN(const ToldReport told, find_report(question, clip.row));
  Answer answer = looked(question, Access::REPORT, 1, &clip.id);
  answer.must_stand = clip.id;
  boost::json::object body = report_json(told.report);
  for (auto& [name, value] : inspection_json(clip.row, *told.inspection, told.number)) {
    body[name] = value;
  }
  body["clip"] = clip.id.hex();
  body["reports"] = clip.row.inspections_size();
  answer.body = std::move(body);
  return answer;
}

Result<Answer> list_reports(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  boost::json::array reports;
  for (const catalogue::Inspection& inspection : clip.row.inspections()) {
    boost::json::object item = inspection_json(clip.row, inspection, reports.size() + 1);
    const bool undecodable = inspection.outcome() == evidence::Report::UNDECODABLE;
    item["outcome"] = undecodable ? "undecodable" : "decodable";
    item["reason_token"] = inspection.reason_token();
    item["inspector_version"] = inspection.inspector_version();
    item["level"] = evidence::level_word(inspection.level());
    reports.push_back(std::move(item));
  }
  Answer answer = looked(question, Access::REPORT, reports.size(), &clip.id);
  answer.must_stand = clip.id;
  boost::json::object body;
  body["clip"] = clip.id.hex();
  body["reports"] = std::move(reports);
  answer.body = std::move(body);
  return answer;
}

Result<Answer> view_thumbnail(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  HANSOM_TRY_ASSIGN(const ToldReport told, find_report(question, clip.row));
  const auto number = retrieval::parse_number(question.path("n"));
  const auto& thumbnails = told.report.thumbnails();
  if (!number || *number >= static_cast<std::uint64_t>(thumbnails.size())) {
    return fail(
        ErrorKind::kNotFound, "thumbnail_not_found",
        "the report has " + std::to_string(thumbnails.size()) + " thumbnails, numbered from 0");
  }
  const evidence::Thumbnail& thumbnail = thumbnails.at(static_cast<int>(*number));
  HANSOM_TRY_ASSIGN(const Digest name, Digest::from_span(as_bytes(thumbnail.sealed_sha256())));
  HANSOM_TRY(scrub::check_sound(question.reader(), name.span()));
  HANSOM_TRY_ASSIGN(const Bytes image,
                    retrieval::open_derivative(*question.context.use.vault, name,
                                               question.context.use.identities->all()));
  Answer answer = looked(question, Access::THUMBNAIL, 1, &clip.id);
  answer.must_stand = clip.id;
  const retrieval::ServedType type = retrieval::served_thumbnail_type(thumbnail.media_type());
  answer.fields.set("Content-Disposition", std::string(type.disposition));
  answer.body = Text{std::string(type.content_type), to_text(image)};
  return answer;
}

constexpr std::array<std::string_view, 1> kReportParameters = {"report"};

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/report",
          .right = access::Right::kSeeMedia,
          .query_parameters = kReportParameters,
          .handle = view_report},
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/reports",
          .right = access::Right::kSeeMedia,
          .handle = list_reports},
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/thumbnails/{n}",
          .right = access::Right::kSeeMedia,
          .query_parameters = kReportParameters,
          .handle = view_thumbnail},
};

}  // namespace

std::span<const Route> reports_routes() {
  return kRoutes;
}

}  // namespace hansom::api
