// Reads and renders the header fields of the IETF's resumable uploads.
#include "proto/upload/ietf.h"

#include <algorithm>
#include <array>

#include "proto/upload/dialect_fields.h"
#include "proto/upload/structured_fields.h"

namespace hansom::upload {
namespace {

constexpr std::string_view kInteropField = "Upload-Draft-Interop-Version";
constexpr std::string_view kContentDigest = "Content-Digest";

// What differs between the versions clients speak: 5 and 6 by tus-js-client and iOS, 8 by the
// newest drafts, 0 by what comes after them.
struct InteropFacts {
  unsigned version;
  bool append_needs_media_type;  // since draft -04
  bool plain_refuses_state;      // HEAD and DELETE with offset or completeness: until draft -05
  std::string_view lifetime_key;
};
constexpr std::array kInterops = {
    InteropFacts{0, true, false, "max-age"},
    InteropFacts{5, false, true, "expires"},
    InteropFacts{6, true, true, "expires"},
    InteropFacts{8, true, false, "max-age"},
};

const InteropFacts* find_interop(std::int64_t version) {
  const auto* found =
      std::find_if(kInterops.begin(), kInterops.end(),
                   [version](const InteropFacts& facts) { return facts.version == version; });
  return found == kInterops.end() ? nullptr : found;
}

tl::unexpected<Error> bad_field(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_upload_field", std::move(message));
}

template <typename T>
std::optional<T> item(const FieldList& fields, std::string_view name) {
  const auto text = joined_field(fields, name);
  const auto parsed = text ? sf::parse_item(*text) : std::nullopt;
  const T* value = parsed ? std::get_if<T>(&parsed->value) : nullptr;
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::uint64_t> integer(const FieldList& fields, std::string_view name) {
  const auto value = item<std::int64_t>(fields, name);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

Result<Ending> read_ending(const RequestHead& head) {
  const auto complete = item<bool>(head.fields, "Upload-Complete");
  if (!complete) return bad_field("Upload-Complete must be ?1 or ?0");
  return *complete ? Ending::kNow : Ending::kOpen;
}

Checksums read_digests(const FieldList& fields, std::string_view name) {
  const auto text = joined_field(fields, name);
  return text ? parse_digest_field(*text) : Checksums{};
}

template <typename Request>
void read_integrity(const RequestHead& head, Request& request) {
  request.content = read_digests(head.fields, kContentDigest);
  request.content_in_trailer = lists_name(head.fields, "Trailer", kContentDigest);
  request.representation = read_digests(head.fields, "Repr-Digest");
  const auto wanted = joined_field(head.fields, "Want-Repr-Digest");
  if (wanted) request.wanted = parse_wanted_digests(*wanted);
}

void set(Reply& reply, std::string_view name, std::string value) {
  reply.fields.emplace_back(std::string(name), std::move(value));
}

std::string boolean(bool value) {
  return value ? "?1" : "?0";
}

// The types of the draft's section on problem types.
std::string_view problem_type_of(std::string_view token) {
  if (token == "offset_mismatch") {
    return "https://iana.org/assignments/http-problem-types#mismatching-upload-offset";
  }
  if (token == "append_to_complete") {
    return "https://iana.org/assignments/http-problem-types#completed-upload";
  }
  if (token == "inconsistent_length") {
    return "https://iana.org/assignments/http-problem-types#inconsistent-upload-length";
  }
  return {};
}

}  // namespace

unsigned Ietf::interop_of(const FieldList& fields) {
  const auto version = item<std::int64_t>(fields, kInteropField);
  const InteropFacts* known = version ? find_interop(*version) : nullptr;
  return known != nullptr ? known->version : 0;
}

std::string Ietf::limit_field(std::uint64_t bytes_max,
                              std::optional<std::chrono::seconds> lifetime) const {
  const auto bounded = [](std::uint64_t value) {
    return static_cast<std::int64_t>(std::min(value, static_cast<std::uint64_t>(sf::kIntegerMax)));
  };
  sf::Dictionary limits{{"max-size", sf::Item{bounded(bytes_max), {}}}};
  if (lifetime) {
    const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(lifetime->count(), 0));
    limits.emplace_back(std::string(find_interop(interop_)->lifetime_key),
                        sf::Item{bounded(seconds), {}});
  }
  return sf::to_text(limits);
}

Result<CreateRequest> Ietf::read_create(const RequestHead& head) const {
  CreateRequest request;
  HANSOM_TRY_ASSIGN(request.ending, read_ending(head));
  HANSOM_TRY(read_description(head, request));
  request.length = integer(head.fields, "Upload-Length");
  request.with_content = has_content(head);
  const auto content_length = head.has_body ? head.content_length : std::uint64_t{0};
  if (request.ending == Ending::kNow && content_length) {
    if (request.length && *request.length != *content_length) {
      return fail(ErrorKind::kInvalid, "inconsistent_length",
                  "the content has " + std::to_string(*content_length) +
                      " bytes and is all, Upload-Length says " + std::to_string(*request.length));
    }
    request.length = *content_length;
  }
  read_integrity(head, request);
  return request;
}

Result<AppendRequest> Ietf::read_append(const RequestHead& head) const {
  if (find_interop(interop_)->append_needs_media_type) {
    HANSOM_TRY(require_media_type(head, kMediaType));
  }
  AppendRequest request;
  const auto offset = integer(head.fields, "Upload-Offset");
  if (!offset) return bad_field("Upload-Offset must be an integer");
  request.offset = *offset;
  HANSOM_TRY_ASSIGN(request.ending, read_ending(head));
  request.length = integer(head.fields, "Upload-Length");
  request.content_length = head.has_body ? head.content_length : std::uint64_t{0};
  read_integrity(head, request);
  return request;
}

Status Ietf::read_plain(const RequestHead& head) const {
  if (!find_interop(interop_)->plain_refuses_state) return {};
  for (const std::string_view name : {"Upload-Offset", "Upload-Complete"}) {
    if (joined_field(head.fields, name)) {
      return bad_field(std::string(name) + " must not be sent with this method");
    }
  }
  return {};
}

Result<Checksums> Ietf::read_trailers(const FieldList& trailers) const {
  return read_digests(trailers, kContentDigest);
}

Reply Ietf::reply(unsigned status) const {
  Reply reply;
  reply.status = status;
  if (interop_ != 0) set(reply, kInteropField, std::to_string(interop_));
  return reply;
}

void Ietf::add_state(Reply& reply, const Facts& facts) const {
  const bool complete = facts.state == Facts::State::kComplete;
  set(reply, "Upload-Complete", boolean(complete));
  set(reply, "Upload-Offset", std::to_string(facts.offset));
  if (!complete) set(reply, "Upload-Limit", limit_field(facts.bytes_max, facts.lifetime));
  if (!facts.receipt.empty()) set(reply, "Hansom-Receipt", facts.receipt);
  if (!facts.digests.empty()) set(reply, "Repr-Digest", digest_field(facts.digests));
}

Reply Ietf::created(const std::string& location, const Facts& facts,
                    const CreateRequest& /*request*/) const {
  Reply answer = reply(201);
  set(answer, "Location", location);
  add_state(answer, facts);
  return answer;
}

Reply Ietf::appended(const Facts& facts) const {
  Reply answer = reply(201);
  add_state(answer, facts);
  return answer;
}

Reply Ietf::described(const Facts& facts) const {
  Reply answer = reply(204);
  add_state(answer, facts);
  if (facts.length) set(answer, "Upload-Length", std::to_string(*facts.length));
  set(answer, "Cache-Control", "no-store");
  return answer;
}

Reply Ietf::terminated() const {
  return reply(204);
}

Reply Ietf::refused(Refusal refusal, const Limits& limits) const {
  Reply answer = reply(0);
  const std::string_view token = refusal.error.token;
  answer.problem_type = problem_type_of(token);
  if (token == "offset_mismatch") set(answer, "Upload-Complete", boolean(refusal.complete));
  if (refusal.complete && token != "offset_mismatch") set(answer, "Upload-Complete", "?1");
  if (refusal.offset) set(answer, "Upload-Offset", std::to_string(*refusal.offset));
  if (refusal.provided_offset) {
    if (refusal.offset) answer.problem_members.emplace_back("expected-offset", *refusal.offset);
    answer.problem_members.emplace_back("provided-offset", *refusal.provided_offset);
  }
  if (refusal.error.kind == ErrorKind::kTooLarge) {
    set(answer, "Upload-Limit", limit_field(limits.upload_bytes_max, std::nullopt));
  }
  // 460 is known to clients of tus alone.
  if (token == "digest_mismatch" || token == "checksum_mismatch") answer.status = 400;
  answer.error = std::move(refusal.error);
  return answer;
}

std::optional<Reply> Ietf::announced(const std::string& location, const Facts& facts) const {
  if (interop_ == 0) return std::nullopt;
  Reply interim = reply(104);
  set(interim, "Location", location);
  set(interim, "Upload-Limit", limit_field(facts.bytes_max, facts.lifetime));
  return interim;
}

std::optional<Reply> Ietf::progress(std::uint64_t offset) const {
  if (interop_ == 0) return std::nullopt;
  Reply interim = reply(104);
  set(interim, "Upload-Offset", std::to_string(offset));
  return interim;
}

}  // namespace hansom::upload
