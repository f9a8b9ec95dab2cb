// The scrubber: how it stands, and beginning a pass.
#include <array>

#include <boost/json/array.hpp>

#include "index/api/json.h"
#include "index/api/route.h"
#include "index/scrub/damage.h"
#include "index/scrub/scrubber.h"

namespace hansom::api {
namespace {

boost::json::object pass_json(std::int64_t started_us, std::uint64_t objects, std::uint64_t bytes,
                              std::uint64_t damaged) {
  boost::json::object out;
  out["started"] = to_rfc3339(from_unix_us(started_us));
  out["objects"] = objects;
  out["bytes"] = bytes;
  out["damaged"] = damaged;
  return out;
}

Result<Answer> show_scrub(const Question& question) {
  const scrub::Scrubber* scrubber = question.context.use.scrubber;
  HANSOM_TRY_ASSIGN(const auto last, scrub::last_pass(question.reader()));
  HANSOM_TRY_ASSIGN(const auto damage, scrub::list_damage(question.reader()));
  boost::json::object body;
  body["off"] = scrubber == nullptr || scrubber->is_off();
  const auto running = scrubber == nullptr ? std::nullopt : scrubber->progress();
  body["running"] = nullptr;
  if (running) {
    body["running"] =
        pass_json(running->started_us, running->objects, running->bytes, running->damaged);
  }
  body["last"] = nullptr;
  if (last) {
    auto pass = pass_json(last->started_us(), last->objects(), last->bytes(), last->damaged());
    pass["finished"] = to_rfc3339(from_unix_us(last->finished_us()));
    pass["leaf"] = last->leaf();
    body["last"] = std::move(pass);
  }
  boost::json::array objects;
  for (const catalogue::DamageRow& row : damage) {
    boost::json::object item;
    item["object"] = to_hex(as_bytes(row.object()));
    item["clip"] = to_hex(as_bytes(row.clip()));
    item["found"] = row.found();
    item["time"] = to_rfc3339(from_unix_us(row.time_us()));
    item["leaf"] = row.leaf();
    objects.push_back(std::move(item));
  }
  body["damaged"] = std::move(objects);
  Answer answer = looked(question, evidence::Access::ADMIN, damage.size());
  answer.body = std::move(body);
  return answer;
}

// What a pass finds and its end are leaves of their own, by the server; who asked for it is the
// leaf of this answer.
Result<Answer> begin_scrub(const Question& question) {
  scrub::Scrubber* scrubber = question.context.use.scrubber;
  if (scrubber == nullptr) {
    return fail(ErrorKind::kUnavailable, "scrub_off", "this server has no scrubber");
  }
  HANSOM_TRY(scrubber->begin_pass());
  boost::json::object body;
  body["begun"] = true;
  Answer answer = looked(question, evidence::Access::ADMIN, 1);
  answer.status = 202;
  answer.body = std::move(body);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/v1/scrub",
          .right = access::Right::kScrub,
          .handle = show_scrub},
    Route{.method = "POST",
          .pattern = "/v1/scrub",
          .right = access::Right::kScrub,
          .handle = begin_scrub},
};

}  // namespace

std::span<const Route> scrub_routes() {
  return kRoutes;
}

}  // namespace hansom::api
