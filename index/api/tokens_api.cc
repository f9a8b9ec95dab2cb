// People's tokens: issue, list, revoke.
#include <array>

#include <boost/json/array.hpp>

#include "index/access/access.h"
#include "index/api/body.h"
#include "index/api/json.h"
#include "index/api/route.h"

namespace hansom::api {
namespace {

constexpr std::size_t kPersonBytesMax = 128;
constexpr std::chrono::days kTokenLifeMax{366};

// "expires" or "days": exactly one of them, at most kTokenLifeMax from now.
Result<UtcTime> expiry(const boost::json::object& body, UtcTime now) {
  const boost::json::value* days = body.if_contains("days");
  if ((days != nullptr) == body.contains("expires")) {
    return fail(ErrorKind::kInvalid, "bad_parameter", "give either expires or days");
  }
  if (days != nullptr) {
    if (!days->is_int64() || days->get_int64() < 1 || days->get_int64() > kTokenLifeMax.count()) {
      return fail(ErrorKind::kInvalid, "bad_parameter",
                  "days is a number from 1 to " + std::to_string(kTokenLifeMax.count()));
    }
    return now + std::chrono::days(days->get_int64());
  }
  HANSOM_TRY_ASSIGN(const std::string text, text_member(body, "expires", 64));
  auto expires = from_rfc3339(text);
  if (!expires) return fail(std::move(expires).error().in("expires"));
  if (*expires <= now || *expires > now + kTokenLifeMax) {
    return fail(
        ErrorKind::kInvalid, "bad_parameter",
        "expires must be after now and within " + std::to_string(kTokenLifeMax.count()) + " days");
  }
  return expires;
}

// The token itself stands in this one answer and nowhere else.
Result<Answer> issue_token(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"person", "role", "expires", "days"}));
  HANSOM_TRY_ASSIGN(std::string person, text_member(body, "person", kPersonBytesMax));
  HANSOM_TRY_ASSIGN(const std::string role_text, text_member(body, "role", 32));
  HANSOM_TRY_ASSIGN(const access::Role role, access::parse_role(role_text));
  HANSOM_TRY_ASSIGN(const UtcTime expires, expiry(body, question.context.use.clock->now()));
  access::NewToken made =
      access::make_token(std::move(person), role, expires, *question.context.use.random);
  boost::json::object out;
  out["token"] = made.token.text();
  out["token_id"] = made.issued.token_id();
  out["person"] = made.issued.person();
  out["role"] = made.issued.role();
  out["expires"] = time_json(made.issued.expires_us());
  Answer answer = acted(question, 201);
  *answer.record->mutable_token_issued() = std::move(made.issued);
  answer.body = std::move(out);
  return answer;
}

Result<Answer> list_tokens(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto tokens, access::list_tokens(question.reader()));
  boost::json::array list;
  for (const catalogue::TokenRow& token : tokens) list.push_back(token_json(token));
  Answer answer = looked(question, evidence::Access::ADMIN, tokens.size());
  boost::json::object body;
  body["tokens"] = std::move(list);
  answer.body = std::move(body);
  return answer;
}

Result<Answer> revoke_token(const Question& question) {
  HANSOM_TRY_ASSIGN(const std::string id, question.path_id("id"));
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"reason"}));
  HANSOM_TRY_ASSIGN(const std::string reason, text_member(body, "reason", kReasonBytesMax));
  Answer answer = acted(question, 200);
  answer.record->mutable_token_revoked()->set_token_id(id);
  answer.record->mutable_token_revoked()->set_reason(reason);
  boost::json::object out;
  out["token_id"] = id;
  out["reason"] = reason;
  answer.body = std::move(out);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "POST",
          .pattern = "/v1/tokens",
          .right = access::Right::kManageTokens,
          .handle = issue_token,
          .body_bytes_max = kJsonBytesMax},
    Route{.method = "GET",
          .pattern = "/v1/tokens",
          .right = access::Right::kManageTokens,
          .handle = list_tokens},
    Route{.method = "POST",
          .pattern = "/v1/tokens/{id}/revoke",
          .right = access::Right::kManageTokens,
          .handle = revoke_token,
          .body_bytes_max = kJsonBytesMax},
};

}  // namespace

std::span<const Route> tokens_routes() {
  return kRoutes;
}

}  // namespace hansom::api
