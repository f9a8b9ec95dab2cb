// Finds fields, and reads what both dialects have in common.
#include "proto/upload/dialect_fields.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace hansom::upload {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

tl::unexpected<Error> bad_field(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_upload_field", std::move(message));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

Result<std::optional<std::string_view>> single_field(const FieldList& fields,
                                                     std::string_view name) {
  std::optional<std::string_view> value;
  for (const auto& [field, text] : fields) {
    if (!same_ignoring_case(field, name)) continue;
    if (value) return bad_field(std::string(name) + " stands twice");
    value = text;
  }
  return value;
}

std::optional<std::string> joined_field(const FieldList& fields, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [field, text] : fields) {
    if (!same_ignoring_case(field, name)) continue;
    joined = joined ? *joined + ", " + text : text;
  }
  return joined;
}

bool lists_name(const FieldList& fields, std::string_view field, std::string_view name) {
  const auto value = joined_field(fields, field);
  std::string_view left = value ? std::string_view(*value) : std::string_view{};
  while (!left.empty()) {
    const auto comma = left.find(',');
    if (same_ignoring_case(trimmed(left.substr(0, comma)), name)) return true;
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  return false;
}

bool has_content(const RequestHead& head) {
  return head.has_body && head.content_length.value_or(1) > 0;
}

Status read_description(const RequestHead& head, CreateRequest& request) {
  HANSOM_TRY_ASSIGN(const auto metadata, single_field(head.fields, "Upload-Metadata"));
  if (metadata) {
    HANSOM_TRY_ASSIGN(request.metadata, Metadata::parse(*metadata));
  }
  if (const auto in_metadata = request.metadata.find(kManifestKey)) request.manifest = *in_metadata;
  HANSOM_TRY_ASSIGN(const auto manifest, single_field(head.fields, kManifestField));
  if (manifest && request.manifest && *request.manifest != *manifest) {
    return bad_field("Clip-Manifest and the manifest in Upload-Metadata differ");
  }
  if (manifest) request.manifest = *manifest;
  return {};
}

Status require_media_type(const RequestHead& head, std::string_view type) {
  HANSOM_TRY_ASSIGN(const auto given, single_field(head.fields, "Content-Type"));
  if (given && same_ignoring_case(*given, type)) return {};
  return fail(ErrorKind::kUnsupported, "unsupported_media_type",
              "Content-Type must be " + std::string(type));
}

std::string http_date(UtcTime time) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): calendar arithmetic only
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  const auto two = [](auto value) {
    const auto text = std::to_string(value);
    return text.size() < 2 ? "0" + text : text;
  };
  return std::string(kDays.at(weekday(day).c_encoding())) + ", " +
         two(static_cast<unsigned>(date.day())) + " " +
         kMonths.at(static_cast<unsigned>(date.month()) - 1) + " " +
         std::to_string(static_cast<int>(date.year())) + " " + two(clock.hours().count()) + ":" +
         two(clock.minutes().count()) + ":" + two(clock.seconds().count()) + " GMT";
}

}  // namespace hansom::upload
