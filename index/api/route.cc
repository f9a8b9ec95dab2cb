// Small helpers of every handler.
#include "index/api/route.h"

#include "proto/base/check.h"

namespace hansom::api {

std::string_view Question::path(std::string_view name) const {
  const auto found = request.path_parameters.find(name);
  HANSOM_CHECK(found != request.path_parameters.end());
  return found->second;
}

Answer looked(const Question& question, evidence::Access::Kind kind, std::uint64_t results,
              const ClipId* clip) {
  Answer answer = acted(question, 200);
  evidence::Access& access = *answer.record->mutable_access();
  access.set_kind(kind);
  access.set_query(question.request.target);
  access.set_results(results);
  if (clip != nullptr) access.set_clip(to_text(clip->span()));
  return answer;
}

Answer acted(const Question& question, unsigned status) {
  Answer answer;
  answer.record = access::record_by_person(question.person);
  answer.status = status;
  return answer;
}

}  // namespace hansom::api
