// Reads and renders the header fields of tus 1.0.0.
#include "proto/upload/tus.h"

#include <algorithm>

#include "proto/upload/dialect_fields.h"

namespace hansom::upload {
namespace {

constexpr std::string_view kMediaType = "application/offset+octet-stream";
constexpr std::string_view kChecksumField = "Upload-Checksum";

tl::unexpected<Error> bad_field(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_upload_field", std::move(message));
}

Result<std::optional<std::uint64_t>> optional_integer(const RequestHead& head,
                                                      std::string_view name) {
  HANSOM_TRY_ASSIGN(const auto text, single_field(head.fields, name));
  if (!text) return std::nullopt;
  const auto value = Tus::parse_integer(*text);
  if (!value) return bad_field(std::string(name) + " is not an integer from 0 to 2^63-1");
  return value;
}

Status read_version(const RequestHead& head) {
  HANSOM_TRY_ASSIGN(const auto version, single_field(head.fields, "Tus-Resumable"));
  if (version && *version == Tus::kVersion) return {};
  return fail(ErrorKind::kUnsupported, "unsupported_tus_version",
              version ? "this server speaks tus 1.0.0" : "Tus-Resumable is missing");
}

Result<Checksums> read_checksum(const FieldList& fields) {
  HANSOM_TRY_ASSIGN(const auto text, single_field(fields, kChecksumField));
  if (!text) return Checksums{};
  HANSOM_TRY_ASSIGN(Checksum checksum, parse_tus_checksum(*text));
  return Checksums{std::move(checksum)};
}

// The name of an upload from its URL or path: what follows the last slash.
std::string name_of(std::string_view url) {
  return std::string(url.substr(url.rfind('/') + 1));
}

// Upload-Concat: "partial", or "final;" and the URLs of the parts, spaces between them.
Status read_concat(const RequestHead& head, CreateRequest& request) {
  HANSOM_TRY_ASSIGN(const auto text, single_field(head.fields, "Upload-Concat"));
  if (!text) return {};
  constexpr std::string_view kFinal = "final;";
  if (*text == "partial") {
    request.concat = Concat::kPartial;
    return {};
  }
  if (!text->starts_with(kFinal)) return bad_field("Upload-Concat is neither partial nor final;");
  request.concat = Concat::kFinal;
  std::string_view left = text->substr(kFinal.size());
  while (!left.empty()) {
    const auto space = left.find(' ');
    const std::string_view url = left.substr(0, space);
    left.remove_prefix(space == std::string_view::npos ? left.size() : space + 1);
    if (url.empty()) continue;
    std::string name = name_of(url);
    const auto& parts = request.parts;
    if (std::find(parts.begin(), parts.end(), name) != parts.end()) {
      return bad_field("Upload-Concat names a part twice");
    }
    if (parts.size() == Tus::kPartsMax) return bad_field("Upload-Concat names too many parts");
    request.parts.push_back(std::move(name));
  }
  if (request.parts.empty()) return bad_field("Upload-Concat names no part");
  return {};
}

// Exactly one of Upload-Length and Upload-Defer-Length; neither with a final upload, which is as
// long as its parts.
Status read_length(const RequestHead& head, CreateRequest& request) {
  HANSOM_TRY_ASSIGN(request.length, optional_integer(head, "Upload-Length"));
  HANSOM_TRY_ASSIGN(const auto deferred, single_field(head.fields, "Upload-Defer-Length"));
  if (deferred && *deferred != "1") return bad_field("Upload-Defer-Length can only be 1");
  if (deferred && request.length) {
    return bad_field("Upload-Length and Upload-Defer-Length exclude each other");
  }
  if (request.concat == Concat::kFinal) {
    if (!deferred && !request.length) return {};
    return bad_field("a final upload is as long as its parts: Upload-Length must not be given");
  }
  if (!deferred && !request.length) return bad_field("Upload-Length is missing");
  return {};
}

// What every answer about an upload says of its state.
void add_state(FieldList& fields, const Facts& facts) {
  fields.emplace_back("Upload-Offset", std::to_string(facts.offset));
  if (facts.state == Facts::State::kOpen && facts.expires) {
    fields.emplace_back("Upload-Expires", http_date(*facts.expires));
  }
  if (!facts.receipt.empty()) fields.emplace_back("Hansom-Receipt", facts.receipt);
}

}  // namespace

std::optional<std::uint64_t> Tus::parse_integer(std::string_view text) {
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

Status Tus::read_plain(const RequestHead& head) const {
  return read_version(head);
}

Result<CreateRequest> Tus::read_create(const RequestHead& head) const {
  HANSOM_TRY(read_version(head));
  CreateRequest request;
  HANSOM_TRY(read_concat(head, request));
  HANSOM_TRY(read_length(head, request));
  HANSOM_TRY(read_description(head, request));
  request.with_content = has_content(head);
  if (request.with_content && request.concat == Concat::kFinal) {
    return bad_field("a final upload has no content of its own");
  }
  if (request.with_content) HANSOM_TRY(require_media_type(head, kMediaType));
  HANSOM_TRY_ASSIGN(request.content, read_checksum(head.fields));
  request.content_in_trailer = lists_name(head.fields, "Trailer", kChecksumField);
  return request;
}

Result<AppendRequest> Tus::read_append(const RequestHead& head) const {
  HANSOM_TRY(read_version(head));
  HANSOM_TRY(require_media_type(head, kMediaType));
  AppendRequest request;
  HANSOM_TRY_ASSIGN(const auto offset, optional_integer(head, "Upload-Offset"));
  if (!offset) return bad_field("Upload-Offset is missing");
  request.offset = *offset;
  HANSOM_TRY_ASSIGN(request.length, optional_integer(head, "Upload-Length"));
  // Without Content-Length and without chunks there is no body: nothing is appended.
  request.content_length = head.has_body ? head.content_length : std::uint64_t{0};
  HANSOM_TRY_ASSIGN(request.content, read_checksum(head.fields));
  request.content_in_trailer = lists_name(head.fields, "Trailer", kChecksumField);
  return request;
}

Result<Checksums> Tus::read_trailers(const FieldList& trailers) const {
  return read_checksum(trailers);
}

Reply Tus::created(const std::string& location, const Facts& facts,
                   const CreateRequest& request) const {
  Reply reply;
  reply.status = 201;
  reply.fields.emplace_back("Location", location);
  if (request.with_content || facts.state == Facts::State::kComplete) {
    add_state(reply.fields, facts);
  } else if (facts.expires) {
    reply.fields.emplace_back("Upload-Expires", http_date(*facts.expires));
  }
  return reply;
}

Reply Tus::appended(const Facts& facts) const {
  Reply reply;
  reply.status = 204;
  add_state(reply.fields, facts);
  return reply;
}

Reply Tus::described(const Facts& facts) const {
  Reply reply;
  reply.status = 200;
  add_state(reply.fields, facts);
  if (facts.length) {
    reply.fields.emplace_back("Upload-Length", std::to_string(*facts.length));
  } else {
    reply.fields.emplace_back("Upload-Defer-Length", "1");
  }
  if (!facts.metadata.empty()) reply.fields.emplace_back("Upload-Metadata", facts.metadata);
  if (!facts.concat_text.empty()) reply.fields.emplace_back("Upload-Concat", facts.concat_text);
  reply.fields.emplace_back("Cache-Control", "no-store");
  return reply;
}

Reply Tus::terminated() const {
  Reply reply;
  reply.status = 204;
  return reply;
}

Reply Tus::refused(Refusal refusal, const Limits& /*limits*/) const {
  Reply reply;
  if (refusal.error.token == "unsupported_tus_version") {
    reply.fields.emplace_back("Tus-Version", std::string(kVersion));
  }
  if (refusal.offset) reply.fields.emplace_back("Upload-Offset", std::to_string(*refusal.offset));
  reply.error = std::move(refusal.error);
  return reply;
}

std::optional<Reply> Tus::announced(const std::string& /*location*/, const Facts& /*facts*/) const {
  return std::nullopt;
}

std::optional<Reply> Tus::progress(std::uint64_t /*offset*/) const {
  return std::nullopt;
}

}  // namespace hansom::upload
