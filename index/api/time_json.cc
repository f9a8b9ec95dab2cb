// The JSON forms of true times and of questions about time.
#include <boost/json/array.hpp>

#include "index/api/json.h"
#include "index/api/seconds.h"
#include "index/timeline/traps.h"

namespace hansom::api {

namespace json = boost::json;

namespace {

json::array findings_json(const evidence::TrueTime& time) {
  json::array all;
  for (const evidence::TimeFinding& finding : time.findings()) {
    json::object out;
    out["trap"] = finding.trap();
    const auto trap = timeline::parse_trap(finding.trap());
    out["meaning"] = trap ? timeline::meaning(*trap) : "";
    out["about"] = finding.about();
    out["amount_s"] = seconds(finding.amount_us());
    all.push_back(std::move(out));
  }
  return all;
}

// An end of a span; null where it is open.
json::value end_json(std::int64_t us, std::int64_t open) {
  return us == open ? json::value(nullptr) : json::string(to_rfc3339(from_unix_us(us)));
}

}  // namespace

json::object true_time_json(const evidence::TrueTime& time, const timeline::Zone& zone) {
  json::object out;
  for (const auto& [name, us] : {std::pair{"earliest_start", time.earliest_start_us()},
                                 std::pair{"latest_start", time.latest_start_us()},
                                 std::pair{"earliest_end", time.earliest_end_us()},
                                 std::pair{"latest_end", time.latest_end_us()}}) {
    out[name] = json::string(to_rfc3339(from_unix_us(us)));
  }
  const std::int64_t middle =
      time.earliest_start_us() + (time.latest_start_us() - time.earliest_start_us()) / 2;
  out["local_start"] = zone.show(from_unix_us(middle));
  out["uncertainty_s"] = seconds(time.uncertainty_us());
  out["method"] = time.method();
  out["findings"] = findings_json(time);
  out["algorithm"] = time.algorithm();
  return out;
}

json::object asked_json(const retrieval::AskedTime& asked) {
  constexpr catalogue::Interval kOpen;
  json::array spans;
  for (const catalogue::Interval& span : asked.spans) {
    json::object out;
    out["from"] = end_json(span.start_us, kOpen.start_us);
    out["to"] = end_json(span.end_us, kOpen.end_us);
    spans.push_back(std::move(out));
  }
  json::object out;
  out["zone"] = asked.zone.name();
  out["says"] = asked.says;
  out["spans"] = std::move(spans);
  return out;
}

}  // namespace hansom::api
