// Small helpers of every handler.
#include "index/api/route.h"

#include <algorithm>

#include "proto/base/check.h"

namespace hansom::api {

std::string_view Question::path(std::string_view name) const {
  const auto found = request.path_parameters.find(name);
  HANSOM_CHECK(found != request.path_parameters.end());
  return found->second;
}

Result<std::string> Question::path_id(std::string_view name) const {
  constexpr std::size_t kIdBytesMax = 64;
  const std::string_view text = path(name);
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  if (text.empty() || text.size() > kIdBytesMax || !std::all_of(text.begin(), text.end(), plain)) {
    return fail(ErrorKind::kInvalid, "bad_id", "an identifier is 1 to 64 of A-Z a-z 0-9 _ -");
  }
  return std::string(text);
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
