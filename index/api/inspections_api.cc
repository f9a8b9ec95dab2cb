// Orders of inspections: make one, see how they stand.
#include <array>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "index/api/body.h"
#include "index/api/json.h"
#include "index/api/route.h"
#include "index/inspections/choose.h"
#include "index/inspections/inspections.h"
#include "index/inspections/level_policy.h"
#include "index/inspections/order_rules.h"
#include "index/retrieval/search.h"
#include "proto/evidence/level.h"

namespace hansom::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kOrderIdBytes = 16;
constexpr std::size_t kNamedClipsMax = 500;
constexpr std::size_t kOrdersShown = 100;
constexpr std::size_t kWaitingCountMax = 10'000;  // counting goes so far

Result<std::optional<std::string>> optional_text(const json::object& body, std::string_view name,
                                                 std::size_t bytes_max = 256) {
  if (!body.contains(name)) return std::nullopt;
  HANSOM_TRY_ASSIGN(std::string text, text_member(body, name, bytes_max));
  return text;
}

Result<std::string> level_member(const json::object& body) {
  HANSOM_TRY_ASSIGN(const auto level, optional_text(body, "level"));
  if (!level) return std::string();
  if (evidence::level_of(*level)) return *level;
  return fail(ErrorKind::kInvalid, "bad_parameter",
              "level " + std::string(inspections::kLevelHint));
}

Result<std::vector<ClipId>> clips_member(const json::object& body) {
  const json::value& list = body.at("clips");
  if (!list.is_array() || list.get_array().empty() || list.get_array().size() > kNamedClipsMax) {
    return fail(ErrorKind::kInvalid, "bad_parameter", "clips is a list of 1 to 500 digests");
  }
  std::vector<ClipId> clips;
  for (const json::value& item : list.get_array()) {
    if (!item.is_string()) {
      return fail(ErrorKind::kInvalid, "bad_parameter", "clips has something that is no text");
    }
    HANSOM_TRY_ASSIGN(const ClipId clip, Digest::from_hex(item.get_string()));
    clips.push_back(clip);
  }
  return clips;
}

// The search that the members tell; nullopt where they tell none.
Result<std::optional<catalogue::ClipQuery>> query_members(const Question& question,
                                                          const json::object& body) {
  catalogue::ClipQuery query;
  HANSOM_TRY_ASSIGN(query.registration, optional_text(body, "registration"));
  HANSOM_TRY_ASSIGN(query.vehicle_licence, optional_text(body, "vehicle_licence"));
  HANSOM_TRY_ASSIGN(query.driver_licence, optional_text(body, "driver_licence"));
  HANSOM_TRY_ASSIGN(const auto unit, optional_text(body, "unit"));
  if (unit) {
    HANSOM_TRY_ASSIGN(query.unit, UnitId::parse(*unit));
  }
  HANSOM_TRY_ASSIGN(const auto from, optional_text(body, "from"));
  HANSOM_TRY_ASSIGN(const auto to, optional_text(body, "to"));
  HANSOM_TRY_ASSIGN(const auto zone_name, optional_text(body, "zone"));
  if (from || to) {
    HANSOM_TRY_ASSIGN(const timeline::Zone zone,
                      timeline::Zone::find(zone_name.value_or(question.context.use.zone)));
    HANSOM_TRY_ASSIGN(query.spans, retrieval::spans_between(zone, from, to));
  }
  query.order = store::Order::kAscending;
  const bool any = query.registration || query.vehicle_licence || query.driver_licence ||
                   query.unit || !query.spans.empty();
  if (!any) return std::nullopt;
  return query;
}

struct Asked {
  std::vector<ClipId> clips;
  bool named = false;
};

Result<Asked> asked_clips(const Question& question, const json::object& body) {
  inspections::Filter filter;
  filter.controller = question.context.use.controller;
  HANSOM_TRY_ASSIGN(filter.ask, query_members(question, body));
  HANSOM_TRY_ASSIGN(const auto before, optional_text(body, "before_version"));
  if (before) {
    HANSOM_TRY_ASSIGN(filter.before, inspections::InspectorVersion::parse(*before));
  }
  HANSOM_TRY_ASSIGN(const bool all, flag_member(body, "all"));
  Asked asked;
  asked.named = body.contains("clips");
  const int ways = (asked.named ? 1 : 0) + (filter.ask || filter.before ? 1 : 0) + (all ? 1 : 0);
  if (ways != 1) {
    return fail(ErrorKind::kInvalid, "bad_query",
                "say which: clips by their digests, a vehicle, a licence, a unit, a time or a "
                "version to be before, or all");
  }
  if (asked.named) {
    HANSOM_TRY_ASSIGN(asked.clips, clips_member(body));
    HANSOM_TRY(inspections::check_named(question.reader(), filter.controller, asked.clips));
  } else {
    HANSOM_TRY_ASSIGN(asked.clips, inspections::choose(question.reader(), filter));
  }
  return asked;
}

// Journals the order, some hundred clips a leaf. Error: kConflict `nothing_to_inspect`.
Status journal_order(const Question& question, evidence::InspectionOrdered act,
                     const std::vector<ClipId>& clips) {
  Status none = fail(ErrorKind::kConflict, "nothing_to_inspect", "no clip fits");
  bool any = false;
  for (std::size_t at = 0; at < clips.size(); at += inspections::kPartClipsMax) {
    act.clear_clips();
    const std::size_t end = std::min(clips.size(), at + inspections::kPartClipsMax);
    for (std::size_t i = at; i < end; ++i) act.add_clips(to_text(clips[i].span()));
    evidence::Record record = access::record_by_person(question.person);
    *record.mutable_inspection_ordered() = act;
    const auto committed = question.context.use.index->submit_and_wait(std::move(record));
    if (!committed && committed.error().token != "nothing_to_inspect") {
      return fail(committed.error());
    }
    if (!committed) none = fail(committed.error());
    any = any || committed.has_value();
  }
  return any ? Status{} : none;
}

json::object order_json(const inspections::Order& order) {
  json::object out;
  out["order_id"] = order.row.order_id();
  out["ordered"] = time_json(order.row.ordered_us());
  out["person"] = order.row.person();
  out["purpose"] = order.row.purpose();
  out["reason"] = order.row.reason();
  out["level"] = nullptr;
  if (!order.row.level().empty()) out["level"] = order.row.level();
  out["asked"] = order.row.asked();
  out["clips"] = order.row.clips();
  out["waiting"] = order.waiting;
  out["leaf"] = order.row.leaf();
  return out;
}

// The act journals itself, in this person's name; the leaf of the answer comes after it.
Result<Answer> order_inspections(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body,
                    json_body(question, {"reason", "level", "clips", "registration",
                                         "vehicle_licence", "driver_licence", "unit", "from", "to",
                                         "zone", "before_version", "all"}));
  evidence::InspectionOrdered act;
  HANSOM_TRY_ASSIGN(const std::string reason,
                    text_member(body, "reason", kReasonBytesMax, Lines::kMany));
  HANSOM_TRY_ASSIGN(const std::string level, level_member(body));
  HANSOM_TRY_ASSIGN(const Asked asked, asked_clips(question, body));
  Bytes id(kOrderIdBytes);
  question.context.use.random->fill(id);
  json::object as_asked = body;
  for (const char* const other : {"reason", "level", "clips"}) as_asked.stable_erase(other);
  act.set_order_id(to_hex(id));
  act.set_reason(reason);
  act.set_level(level);
  act.set_asked(json::serialize(as_asked));
  act.set_named(asked.named);
  HANSOM_TRY(journal_order(question, std::move(act), asked.clips));

  HANSOM_TRY_ASSIGN(const View after, question.context.use.index->view());
  HANSOM_TRY_ASSIGN(const auto order, inspections::find_order(after.reader(), to_hex(id)));
  if (!order) return fail(ErrorKind::kInternal, "internal", "the order is not there");
  json::object out = order_json(*order);
  out["passed_over"] = asked.clips.size() - order->row.clips();
  Answer answer = looked(question, evidence::Access::ADMIN, order->row.clips());
  answer.status = 202;
  answer.position = after.position();
  answer.body = std::move(out);
  return answer;
}

Result<Answer> list_inspections(const Question& question) {
  const store::Reader& reader = question.reader();
  HANSOM_TRY_ASSIGN(const auto pending, inspections::pending(reader, kWaitingCountMax));
  HANSOM_TRY_ASSIGN(const auto orders, inspections::list_orders(reader, kOrdersShown));
  json::array list;
  for (const inspections::Order& order : orders) list.push_back(order_json(order));
  const auto first = std::ranges::count_if(pending, [](const auto& one) { return !one.ordered; });
  json::object body;
  body["waiting_first"] = first;
  body["waiting_ordered"] = static_cast<std::int64_t>(pending.size()) - first;
  body["orders"] = std::move(list);
  Answer answer = looked(question, evidence::Access::ADMIN, orders.size());
  answer.body = std::move(body);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "POST",
          .pattern = "/v1/inspections",
          .right = access::Right::kOrderInspections,
          .handle = order_inspections,
          .body_bytes_max = kJsonBytesMax,
          .runs_on = RunsOn::kHelper},
    Route{.method = "GET",
          .pattern = "/v1/inspections",
          .right = access::Right::kSeeInspections,
          .handle = list_inspections},
};

}  // namespace

std::span<const Route> inspections_routes() {
  return kRoutes;
}

}  // namespace hansom::api
