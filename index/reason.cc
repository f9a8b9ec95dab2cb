// One rule for all acts that want a reason.
#include "index/reason.h"

namespace hansom {

Status check_reason(const std::string& reason) {
  constexpr std::size_t kReasonBytesMax = 1024;
  if (!reason.empty() && reason.size() <= kReasonBytesMax) return {};
  return fail(ErrorKind::kInvalid, "reason_required",
              "give a reason of 1 to " + std::to_string(kReasonBytesMax) + " bytes");
}

}  // namespace hansom
