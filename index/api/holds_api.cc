// Holds: place, list, release.
#include <array>

#include <boost/json/array.hpp>

#include "index/api/body.h"
#include "index/api/json.h"
#include "index/api/route.h"
#include "index/retention/retention.h"

namespace hansom::api {
namespace {

constexpr std::size_t kHoldIdBytes = 16;

Result<Answer> place_hold(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"clip", "reason"}));
  HANSOM_TRY_ASSIGN(const std::string clip_text, text_member(body, "clip", 64));
  HANSOM_TRY_ASSIGN(const ClipId clip, Digest::from_hex(clip_text));
  HANSOM_TRY_ASSIGN(const std::string reason,
                    text_member(body, "reason", kReasonBytesMax, Lines::kMany));
  Bytes id(kHoldIdBytes);
  question.context.use.random->fill(id);
  Answer answer = acted(question, 201);
  evidence::HoldPlaced& act = *answer.record->mutable_hold_placed();
  act.set_hold_id(to_hex(id));
  act.set_clip(to_text(clip.span()));
  act.set_reason(reason);
  boost::json::object out;
  out["hold_id"] = act.hold_id();
  out["clip"] = clip.hex();
  out["reason"] = reason;
  out["person"] = question.person.name;
  answer.body = std::move(out);
  return answer;
}

Result<Answer> list_holds(const Question& question) {
  const auto all = question.request.query_value("all").value_or("false");
  if (all != "true" && all != "false") {
    return fail(ErrorKind::kInvalid, "bad_parameter", "all is true or false");
  }
  HANSOM_TRY_ASSIGN(const auto holds, retention::list_holds(question.reader(), all == "true"));
  boost::json::array list;
  for (const catalogue::HoldRow& hold : holds) list.push_back(hold_json(hold));
  Answer answer = looked(question, evidence::Access::ADMIN, holds.size());
  boost::json::object body;
  body["holds"] = std::move(list);
  answer.body = std::move(body);
  return answer;
}

Result<Answer> release_hold(const Question& question) {
  HANSOM_TRY_ASSIGN(const std::string id, question.path_id("id"));
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"reason"}));
  HANSOM_TRY_ASSIGN(const std::string reason,
                    text_member(body, "reason", kReasonBytesMax, Lines::kMany));
  Answer answer = acted(question, 200);
  evidence::HoldReleased& act = *answer.record->mutable_hold_released();
  act.set_hold_id(id);
  act.set_reason(reason);
  boost::json::object out;
  out["hold_id"] = act.hold_id();
  out["released_by"] = question.person.name;
  out["release_reason"] = reason;
  answer.body = std::move(out);
  return answer;
}

constexpr std::array<std::string_view, 1> kListParameters = {"all"};

constexpr std::array kRoutes = {
    Route{.method = "POST",
          .pattern = "/v1/holds",
          .right = access::Right::kPlaceHold,
          .handle = place_hold,
          .body_bytes_max = kJsonBytesMax},
    Route{.method = "GET",
          .pattern = "/v1/holds",
          .right = access::Right::kListHolds,
          .query_parameters = kListParameters,
          .handle = list_holds},
    Route{.method = "POST",
          .pattern = "/v1/holds/{id}/release",
          .right = access::Right::kPlaceHold,
          .handle = release_hold,
          .body_bytes_max = kJsonBytesMax},
};

}  // namespace

std::span<const Route> holds_routes() {
  return kRoutes;
}

}  // namespace hansom::api
