// Reads and renders the header fields of tus 1.0.0.
#include "proto/upload/tus.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace hansom::upload::tus {
namespace {

constexpr std::string_view kOffsetMediaType = "application/offset+octet-stream";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

tl::unexpected<Error> bad_field(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_upload_field", std::move(message));
}

// The value of a field that may stand once; nullopt when it does not stand at all.
Result<std::optional<std::string_view>> single(const RequestHead& head, std::string_view name) {
  std::optional<std::string_view> value;
  for (const auto& [field, text] : head.fields) {
    if (!same(field, name)) continue;
    if (value) return bad_field(std::string(name) + " stands twice");
    value = text;
  }
  return value;
}

// A field of tus that must stand and be an integer.
Result<std::uint64_t> required_integer(const RequestHead& head, std::string_view name) {
  HANSOM_TRY_ASSIGN(const auto text, single(head, name));
  if (!text) return bad_field(std::string(name) + " is missing");
  const auto value = parse_integer(*text);
  if (!value) return bad_field(std::string(name) + " is not an integer from 0 to 2^63-1");
  return *value;
}

// Parameters of the media type are not part of tus and refused with it.
Status require_offset_media_type(const RequestHead& head) {
  HANSOM_TRY_ASSIGN(const auto type, single(head, "Content-Type"));
  if (type && same(*type, kOffsetMediaType)) return {};
  return fail(ErrorKind::kUnsupported, "unsupported_media_type",
              "Content-Type must be " + std::string(kOffsetMediaType));
}

// IMF-fixdate (RFC 9110 section 5.6.7), as tus has Upload-Expires.
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

// What every answer about an upload says of its state.
void add_state(FieldList& fields, const Facts& facts) {
  fields.emplace_back("Upload-Offset", std::to_string(facts.offset));
  if (facts.state == Facts::State::kOpen && facts.expires) {
    fields.emplace_back("Upload-Expires", http_date(*facts.expires));
  }
  if (facts.state == Facts::State::kComplete) fields.emplace_back("Hansom-Receipt", facts.receipt);
}

}  // namespace

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  constexpr std::size_t kDigitsMax = 19;
  constexpr std::uint64_t kMax = (std::uint64_t{1} << 63) - 1;
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;  // 19 digits fit 64 bits
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value <= kMax ? std::optional(value) : std::nullopt;
}

Status read_version(const RequestHead& head) {
  HANSOM_TRY_ASSIGN(const auto version, single(head, "Tus-Resumable"));
  if (version && *version == kVersion) return {};
  return fail(ErrorKind::kUnsupported, "unsupported_tus_version",
              version ? "this server speaks tus 1.0.0" : "Tus-Resumable is missing");
}

Result<CreateRequest> read_create(const RequestHead& head) {
  HANSOM_TRY(read_version(head));
  CreateRequest request;
  HANSOM_TRY_ASSIGN(const auto deferred, single(head, "Upload-Defer-Length"));
  if (deferred) return bad_field("Upload-Defer-Length is not supported; give Upload-Length");
  HANSOM_TRY_ASSIGN(const auto concat, single(head, "Upload-Concat"));
  if (concat) return bad_field("Upload-Concat is not supported");
  HANSOM_TRY_ASSIGN(request.length, required_integer(head, "Upload-Length"));
  HANSOM_TRY_ASSIGN(const auto metadata, single(head, "Upload-Metadata"));
  if (metadata) {
    HANSOM_TRY_ASSIGN(request.metadata, Metadata::parse(*metadata));
  }
  request.with_content = head.has_body && head.content_length.value_or(1) > 0;
  if (request.with_content) HANSOM_TRY(require_offset_media_type(head));
  return request;
}

Result<AppendRequest> read_append(const RequestHead& head) {
  HANSOM_TRY(read_version(head));
  HANSOM_TRY(require_offset_media_type(head));
  AppendRequest request;
  HANSOM_TRY_ASSIGN(request.offset, required_integer(head, "Upload-Offset"));
  // Without Content-Length and without chunks there is no body: nothing is appended.
  request.content_length = head.has_body ? head.content_length : std::uint64_t{0};
  return request;
}

Reply options(const Limits& limits) {
  return {204,
          {{"Tus-Version", std::string(kVersion)},
           {"Tus-Extension", std::string(kExtensions)},
           {"Tus-Max-Size", std::to_string(limits.upload_bytes_max)}},
          std::nullopt};
}

Reply created(std::string location, const Facts& facts, bool with_content) {
  Reply reply{201, {{"Location", std::move(location)}}, std::nullopt};
  if (with_content || facts.state == Facts::State::kComplete) {
    add_state(reply.fields, facts);
  } else if (facts.expires) {
    reply.fields.emplace_back("Upload-Expires", http_date(*facts.expires));
  }
  return reply;
}

Reply appended(const Facts& facts) {
  Reply reply{204, {}, std::nullopt};
  add_state(reply.fields, facts);
  return reply;
}

Reply described(const Facts& facts) {
  Reply reply{200, {}, std::nullopt};
  add_state(reply.fields, facts);
  reply.fields.emplace_back("Upload-Length", std::to_string(facts.length));
  if (!facts.metadata.empty()) reply.fields.emplace_back("Upload-Metadata", facts.metadata);
  reply.fields.emplace_back("Cache-Control", "no-store");
  return reply;
}

Reply terminated() {
  return {204, {}, std::nullopt};
}

Reply refused(Refusal refusal) {
  Reply reply;
  if (refusal.error.token == "unsupported_tus_version") {
    reply.fields.emplace_back("Tus-Version", std::string(kVersion));
  }
  if (refusal.offset) reply.fields.emplace_back("Upload-Offset", std::to_string(*refusal.offset));
  reply.error = std::move(refusal.error);
  return reply;
}

}  // namespace hansom::upload::tus
