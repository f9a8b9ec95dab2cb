// Events: search.
#include <array>

#include <boost/json/array.hpp>

#include "index/api/json.h"
#include "index/api/route.h"
#include "index/catalogue/catalogue.h"
#include "index/retrieval/search.h"

namespace hansom::api {
namespace {

Result<Answer> search_events(const Question& question) {
  HANSOM_TRY_ASSIGN(const retrieval::EventQuestion asked,
                    retrieval::event_query(question.request, question.context.use.zone));
  HANSOM_TRY_ASSIGN(const catalogue::EventPage page,
                    catalogue::find_events(question.reader(), asked.query));
  Answer answer = looked(question, evidence::Access::EVENTS, page.events.size());
  boost::json::array events;
  for (const catalogue::EventRow& event : page.events) {
    events.push_back(event_json(event, asked.time.zone));
  }
  boost::json::object body;
  body["asked"] = asked_json(asked.time);
  body["events"] = std::move(events);
  if (!page.next_cursor.empty()) body["next_cursor"] = page.next_cursor;
  answer.body = std::move(body);
  return answer;
}

constexpr std::array<std::string_view, 9> kParameters = {
    "registration", "unit", "type", "from", "to", "zone", "order", "limit", "cursor"};

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/v1/events",
          .right = access::Right::kSearch,
          .query_parameters = kParameters,
          .handle = search_events},
};

}  // namespace

std::span<const Route> events_routes() {
  return kRoutes;
}

}  // namespace hansom::api
