// What a request may do to an upload.
#include "proto/upload/rules.h"

namespace hansom::upload {
namespace {

Refusal expired() {
  return {{ErrorKind::kGone, "upload_expired",
           "the upload was not finished in time and is discarded; send the clip again"},
          std::nullopt};
}

// Clients take a full offset for success: it is told only of a complete upload.
std::optional<std::uint64_t> offset_to_tell(const Facts& facts) {
  const bool full_but_open = facts.state == Facts::State::kOpen && facts.offset == facts.length;
  return full_but_open ? std::nullopt : std::optional(facts.offset);
}

Refusal past_length(std::optional<std::uint64_t> offset, std::uint64_t length) {
  return {{ErrorKind::kTooLarge, "past_length",
           "the body goes past the upload's length of " + std::to_string(length) + " bytes"},
          offset};
}

}  // namespace

std::optional<Refusal> refuse_create(const CreateRequest& request, const Limits& limits) {
  if (request.length <= limits.upload_bytes_max) return std::nullopt;
  return Refusal{{ErrorKind::kTooLarge, "upload_too_large",
                  "Upload-Length " + std::to_string(request.length) + " is over the limit of " +
                      std::to_string(limits.upload_bytes_max) + " bytes"},
                 std::nullopt};
}

std::variant<Append, Refusal> decide_first_append(const CreateRequest& request,
                                                  std::optional<std::uint64_t> content_length) {
  if (content_length && *content_length > request.length) return past_length(0, request.length);
  return Append{0, request.length};
}

std::variant<Append, Repeated, Refusal> decide_append(const AppendRequest& request,
                                                      const Facts& facts) {
  if (facts.state == Facts::State::kExpired) return expired();
  const bool complete = facts.state == Facts::State::kComplete;
  const bool full = facts.offset == facts.length;
  // The unit may have lost the final answer: the request that filled the upload may come again, and
  // gets that answer, or, where none was given yet, the upload is finished now.
  const bool final_again = full && request.content_length && request.offset <= facts.length &&
                           *request.content_length == facts.length - request.offset;
  if (final_again && complete) return Repeated{};
  if (final_again) return Append{facts.offset, 0};
  if (request.offset != facts.offset) {
    return Refusal{
        {ErrorKind::kConflict, "offset_mismatch",
         "the upload is not at " + std::to_string(request.offset) + "; ask with HEAD where it is"},
        offset_to_tell(facts)};
  }
  const std::uint64_t room = facts.length - facts.offset;
  if (request.content_length && *request.content_length > room) {
    return past_length(offset_to_tell(facts), facts.length);
  }
  if (complete) return Repeated{};
  return Append{facts.offset, room};
}

std::variant<Terminate, Refusal> decide_terminate(const Facts& facts) {
  if (facts.state == Facts::State::kExpired) return expired();
  // All bytes in, and only the acceptance still to come: that is as good as complete.
  if (facts.state == Facts::State::kComplete || facts.offset == facts.length) {
    return Refusal{{ErrorKind::kForbidden, "upload_completed",
                    "the upload is complete; its clip can only be destroyed by retention"},
                   std::nullopt};
  }
  return Terminate{};
}

std::optional<Refusal> refuse_describe(const Facts& facts) {
  if (facts.state == Facts::State::kExpired) return expired();
  return std::nullopt;
}

Refusal overrun(const Facts& facts) {
  return past_length(offset_to_tell(facts), facts.length);
}

}  // namespace hansom::upload
