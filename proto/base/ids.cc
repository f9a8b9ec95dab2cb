// Parsing of identifiers.
#include "proto/base/ids.h"

#include <algorithm>

namespace hansom {

Result<UnitId> UnitId::parse(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (text.empty() || text.size() > 64 || text.front() == '-' || text.back() == '-' ||
      !std::all_of(text.begin(), text.end(), allowed)) {
    return fail(ErrorKind::kInvalid, "bad_unit_id",
                "a unit id is 1 to 64 of a-z, 0-9 and '-', not starting or ending with '-'");
  }
  return UnitId(std::string(text));
}

UploadId UploadId::make(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return UploadId(to_hex(bytes));
}

Result<UploadId> UploadId::parse(std::string_view text) {
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != 32 || !std::all_of(text.begin(), text.end(), allowed)) {
    return fail(ErrorKind::kInvalid, "bad_upload_id", "an upload id is 32 lower-case hex digits");
  }
  return UploadId(std::string(text));
}

}  // namespace hansom
