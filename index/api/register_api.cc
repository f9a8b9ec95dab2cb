// The register of vehicles, licences and units: load, show.
#include <array>

#include <boost/json/array.hpp>

#include "index/api/body.h"
#include "index/api/json.h"
#include "index/api/route.h"
#include "index/register/register.h"

namespace hansom::api {
namespace {

// Replaces the register by the text of the body.
Result<Answer> load_register(const Question& question) {
  const std::string type = content_type(question.request);
  std::string_view file_name;
  if (type == "application/toml") file_name = "register.toml";
  if (type == "text/csv") file_name = "register.csv";
  if (file_name.empty()) {
    return fail(ErrorKind::kUnsupported, "unsupported_media_type",
                "send the register as application/toml or text/csv");
  }
  HANSOM_TRY_ASSIGN(evidence::RegisterLoaded loaded,
                    registry::parse_register(question.body, file_name));
  loaded.set_source_sha256(to_text(sha256(question.body).span()));
  boost::json::object out;
  out["links"] = loaded.links_size();
  out["source_sha256"] = hex(loaded.source_sha256());
  Answer answer = acted(question, 200);
  *answer.record->mutable_register_loaded() = std::move(loaded);
  answer.body = std::move(out);
  return answer;
}

Result<Answer> show_register(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto links, registry::list_links(question.reader()));
  boost::json::array list;
  for (const evidence::RegisterLink& link : links) list.push_back(link_json(link));
  Answer answer = looked(question, evidence::Access::ADMIN, links.size());
  boost::json::object body;
  body["links"] = std::move(list);
  answer.body = std::move(body);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "PUT",
          .pattern = "/v1/register",
          .right = access::Right::kManageUnits,
          .handle = load_register,
          .body_bytes_max = kRegisterBytesMax},
    Route{.method = "GET",
          .pattern = "/v1/register",
          .right = access::Right::kManageUnits,
          .handle = show_register},
};

}  // namespace

std::span<const Route> register_routes() {
  return kRoutes;
}

}  // namespace hansom::api
