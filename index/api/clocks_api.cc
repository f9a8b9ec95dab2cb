// Units' clocks: how wrong they were, corrections, withdrawals.
#include <array>
#include <cmath>

#include <boost/json/array.hpp>

#include "index/api/body.h"
#include "index/api/json.h"
#include "index/api/route.h"
#include "index/api/seconds.h"
#include "index/clocks/reckon.h"
#include "index/register/register.h"
#include "index/timeline/asked.h"
#include "index/timeline/statement.h"

namespace hansom::api {
namespace {

namespace json = boost::json;
using timeline::Bounds;

constexpr std::size_t kCorrectionIdBytes = 16;
constexpr double kSecondsMax = 1e10;  // the rules have the real bound

json::object bounds_json(const Bounds& bounds, double unit) {
  json::object out;
  out["least"] = static_cast<double>(bounds.lo) / unit;
  out["most"] = static_cast<double>(bounds.hi) / unit;
  return out;
}

json::object moment_json(std::int64_t us, const timeline::Zone& zone) {
  json::object out;
  out["utc"] = json::string(to_rfc3339(from_unix_us(us)));
  out["local"] = zone.show(from_unix_us(us));
  return out;
}

// One stretch, and the change that came before it where both sides are proven.
json::object stretch_json(const timeline::FusedClock& clock,
                          const std::vector<timeline::ClockStretch>& all, std::size_t i,
                          const timeline::Zone& zone) {
  const timeline::ClockStretch& stretch = all[i];
  const timeline::FusedClip& first = clock.clips[stretch.first];
  const timeline::FusedClip& last = clock.clips[stretch.last];
  json::object out;
  out["from"] = moment_json(first.start.middle(), zone);
  out["until"] = moment_json(std::max(last.end.middle(), first.start.middle()), zone);
  out["clips"] = stretch.last - stretch.first + 1;
  out["first_number"] = first.number;
  out["last_number"] = last.number;
  out["proven"] = stretch.proven;
  out["error_s"] = bounds_json(stretch.error, 1e6);
  out["text"] = stretch.proven ? timeline::error_text(stretch.error) : "not known";
  const auto gain = timeline::gain_ppb(clock, stretch);
  out["gain_ppm"] = gain ? json::value(bounds_json(*gain, 1e3)) : nullptr;
  if (i > 0 && stretch.proven && all[i - 1].proven) {
    const Bounds& was = all[i - 1].error;
    out["changed_s"] = bounds_json({stretch.error.lo - was.hi, stretch.error.hi - was.lo}, 1e6);
  }
  return out;
}

json::object clock_json(const timeline::FusedClock& clock, const timeline::Zone& zone) {
  const std::vector<timeline::ClockStretch> all = timeline::stretches(clock);
  json::array stretches;
  for (std::size_t i = 0; i < all.size(); ++i) {
    stretches.push_back(stretch_json(clock, all, i, zone));
  }
  json::object out;
  out["channel"] = clock.channel;
  out["clips"] = clock.clips.size();
  out["stretches"] = std::move(stretches);
  out["statement"] = timeline::offset_statement(clock, zone);
  return out;
}

json::object correction_json(const evidence::ClockCorrected& act) {
  json::object out;
  out["correction_id"] = act.correction_id();
  out["unit"] = act.unit();
  out["channel"] = act.has_channel() ? json::value(act.channel()) : nullptr;
  out["from"] = json::string(to_rfc3339(from_unix_us(act.from_us())));
  out["until"] = json::string(to_rfc3339(from_unix_us(act.until_us())));
  out["error_s"] = seconds(act.error_us());
  out["uncertainty_s"] = seconds(act.uncertainty_us());
  out["text"] = timeline::error_text(clocks::correction_of(act).error);
  out["reason"] = act.reason();
  return out;
}

json::object correction_json(const catalogue::CorrectionRow& row) {
  json::object out = correction_json(row.act());
  out["person"] = row.person();
  out["made"] = time_json(row.made_us());
  out["leaf"] = row.leaf();
  out["withdrawn"] = time_json(row.withdrawn_us());
  if (row.withdrawn_us() != 0) {
    out["withdrawn_by"] = row.withdrawn_by();
    out["withdraw_reason"] = row.withdraw_reason();
  }
  return out;
}

Result<UnitId> known_unit(const Question& question) {
  HANSOM_TRY_ASSIGN(UnitId unit, UnitId::parse(question.path("unit")));
  HANSOM_TRY_ASSIGN(const auto row, registry::find_unit(question.reader(), unit));
  if (row) return unit;
  return fail(ErrorKind::kNotFound, "unit_not_found", "no unit " + unit.text() + " is enrolled");
}

Result<Answer> see_clock(const Question& question) {
  HANSOM_TRY_ASSIGN(const UnitId unit, known_unit(question));
  HANSOM_TRY_ASSIGN(const timeline::Zone zone,
                    retrieval::zone_parameter(question.request, question.context.use.zone));
  const auto at = question.request.query_value("at");
  std::optional<timeline::Asked> asked;
  if (at) {
    HANSOM_TRY_ASSIGN(asked, timeline::asked_moment(zone, *at));
  }
  HANSOM_TRY_ASSIGN(const auto stated,
                    clocks::stated_clocks(question.reader(), unit.text(), clocks::kClipsAtOnce));
  json::array channels;
  for (const timeline::FusedClock& clock : stated) {
    channels.push_back(clock_json(asked ? timeline::during(clock, asked->spans) : clock, zone));
  }
  HANSOM_TRY_ASSIGN(const auto rows, clocks::list_corrections(question.reader(), unit.text()));
  json::array corrections;
  for (const catalogue::CorrectionRow& row : rows) corrections.push_back(correction_json(row));
  HANSOM_TRY_ASSIGN(const bool waits, clocks::waits(question.reader(), unit.text()));
  Answer answer = looked(question, evidence::Access::ADMIN, channels.size());
  json::object body;
  body["unit"] = unit.text();
  body["zone"] = zone.name();
  body["says"] = asked ? asked->says : "";
  body["waits"] = waits;
  body["channels"] = std::move(channels);
  body["corrections"] = std::move(corrections);
  answer.body = std::move(body);
  return answer;
}

// Seconds, as microseconds.
Result<std::int64_t> seconds_member(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr || !value->is_number()) {
    return fail(ErrorKind::kInvalid, "bad_parameter", std::string(name) + " is not a number");
  }
  const double number = value->to_number<double>();
  if (!(std::abs(number) <= kSecondsMax)) {
    return fail(ErrorKind::kInvalid, "bad_parameter", std::string(name) + " is too large");
  }
  return std::llround(number * 1e6);
}

Result<std::optional<std::uint32_t>> channel_member(const json::object& body) {
  const json::value* value = body.if_contains("channel");
  if (value == nullptr || value->is_null()) return std::optional<std::uint32_t>();
  boost::system::error_code wrong;
  const auto channel = value->is_number() ? value->to_number<std::uint32_t>(wrong) : 0;
  if (wrong || !value->is_number()) {
    return fail(ErrorKind::kInvalid, "bad_parameter", "channel is not the number of a channel");
  }
  return std::optional(channel);
}

Result<evidence::ClockCorrected> correction_member(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"channel", "from", "until", "error_s",
                                                          "uncertainty_s", "reason"}));
  evidence::ClockCorrected act;
  HANSOM_TRY_ASSIGN(const auto channel, channel_member(body));
  if (channel) act.set_channel(*channel);
  // By the unit's clock, which no zone has a say in.
  for (const auto& [name, set] : {std::pair{"from", &evidence::ClockCorrected::set_from_us},
                                  std::pair{"until", &evidence::ClockCorrected::set_until_us}}) {
    HANSOM_TRY_ASSIGN(const std::string text, text_member(body, name, 64));
    auto time = from_rfc3339(text);
    if (!time) return fail(std::move(time).error().in(name));
    (act.*set)(to_unix_us(*time));
  }
  HANSOM_TRY_ASSIGN(const std::int64_t error, seconds_member(body, "error_s"));
  HANSOM_TRY_ASSIGN(const std::int64_t uncertainty, seconds_member(body, "uncertainty_s"));
  HANSOM_TRY_ASSIGN(const std::string reason,
                    text_member(body, "reason", kReasonBytesMax, Lines::kMany));
  act.set_error_us(error);
  act.set_uncertainty_us(uncertainty);
  act.set_reason(reason);
  return act;
}

Result<Answer> correct_clock(const Question& question) {
  HANSOM_TRY_ASSIGN(const UnitId unit, UnitId::parse(question.path("unit")));
  HANSOM_TRY_ASSIGN(evidence::ClockCorrected act, correction_member(question));
  Bytes id(kCorrectionIdBytes);
  question.context.use.random->fill(id);
  act.set_correction_id(to_hex(id));
  act.set_unit(unit.text());
  Answer answer = acted(question, 201);
  json::object out = correction_json(act);
  out["person"] = question.person.name;
  answer.body = std::move(out);
  *answer.record->mutable_clock_corrected() = std::move(act);
  return answer;
}

Result<Answer> withdraw_correction(const Question& question) {
  HANSOM_TRY_ASSIGN(const UnitId unit, UnitId::parse(question.path("unit")));
  HANSOM_TRY_ASSIGN(const std::string id, question.path_id("id"));
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"reason"}));
  HANSOM_TRY_ASSIGN(const std::string reason,
                    text_member(body, "reason", kReasonBytesMax, Lines::kMany));
  Answer answer = acted(question, 200);
  evidence::ClockCorrectionWithdrawn& act = *answer.record->mutable_clock_correction_withdrawn();
  act.set_unit(unit.text());
  act.set_correction_id(id);
  act.set_reason(reason);
  json::object out;
  out["unit"] = unit.text();
  out["correction_id"] = id;
  out["withdrawn_by"] = question.person.name;
  out["withdraw_reason"] = reason;
  answer.body = std::move(out);
  return answer;
}

constexpr std::array<std::string_view, 2> kClockParameters = {"at", "zone"};

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/v1/units/{unit}/clock",
          .right = access::Right::kSeeClocks,
          .query_parameters = kClockParameters,
          .handle = see_clock},
    Route{.method = "POST",
          .pattern = "/v1/units/{unit}/clock/corrections",
          .right = access::Right::kCorrectClock,
          .handle = correct_clock,
          .body_bytes_max = kJsonBytesMax},
    Route{.method = "POST",
          .pattern = "/v1/units/{unit}/clock/corrections/{id}/withdraw",
          .right = access::Right::kCorrectClock,
          .handle = withdraw_correction,
          .body_bytes_max = kJsonBytesMax},
};

}  // namespace

std::span<const Route> clocks_routes() {
  return kRoutes;
}

}  // namespace hansom::api
