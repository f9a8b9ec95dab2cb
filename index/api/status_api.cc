// Who the token is, and how the server stands.
#include <array>

#include "index/api/json.h"
#include "index/api/route.h"
#include "index/inspections/inspections.h"
#include "index/register/register.h"
#include "index/retention/retention.h"
#include "index/scrub/damage.h"

namespace hansom::api {
namespace {

using evidence::Access;

// Counting goes so far; a longer queue shows this number.
constexpr std::size_t kPendingCountMax = 10'000;

Result<Answer> who_am_i(const Question& question) {
  Answer answer = looked(question, Access::ADMIN, 1);
  boost::json::object body;
  body["person"] = question.person.name;
  body["role"] = access::role_word(question.person.role);
  body["token_id"] = question.person.token_id;
  body["purpose"] = question.person.purpose;
  answer.body = std::move(body);
  return answer;
}

Result<Answer> show_status(const Question& question) {
  const store::Reader& reader = question.reader();
  HANSOM_TRY_ASSIGN(const auto pending, inspections::pending(reader, kPendingCountMax));
  HANSOM_TRY_ASSIGN(const auto units, registry::list_units(reader));
  HANSOM_TRY_ASSIGN(const auto holds, retention::list_holds(reader, false));
  HANSOM_TRY_ASSIGN(const auto damage, scrub::list_damage(reader));
  const journal::Journal& journal = question.context.use.index->journal();
  const journal::Journal::Counters counters = journal.counters();
  boost::json::object journal_json;
  journal_json["size"] = journal.head().size;
  journal_json["healthy"] = journal.healthy();
  journal_json["queued"] = counters.queued;
  boost::json::object body;
  body["version"] = HANSOM_VERSION;
  body["time"] = to_rfc3339(question.context.use.clock->now());
  body["journal"] = std::move(journal_json);
  body["pending_inspections"] = pending.size();
  body["units"] = units.size();
  body["holds"] = holds.size();
  body["objects_damaged"] = damage.size();
  Answer answer = looked(question, Access::ADMIN, 1);
  answer.body = std::move(body);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "GET", .pattern = "/v1/whoami", .guard = Guard::kPerson, .handle = who_am_i},
    Route{.method = "GET", .pattern = "/v1/status", .guard = Guard::kPerson, .handle = show_status},
};

}  // namespace

std::span<const Route> status_routes() {
  return kRoutes;
}

}  // namespace hansom::api
