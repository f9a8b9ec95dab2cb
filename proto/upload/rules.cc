// What a request may do to an upload.
#include "proto/upload/rules.h"

namespace hansom::upload {
namespace {

using Length = std::optional<std::uint64_t>;

Refusal expired() {
  return {{ErrorKind::kGone, "upload_expired",
           "the upload was not finished in time and is discarded; send the clip again"}};
}

// Clients take a full offset for success: it is told only of a complete upload.
Length offset_to_tell(const Facts& facts) {
  const bool open = facts.state == Facts::State::kOpen;
  return open && facts.closed ? std::nullopt : Length(facts.offset);
}

Refusal past_length(Length offset, std::uint64_t length) {
  return {{ErrorKind::kTooLarge, "past_length",
           "the body goes past the upload's length of " + std::to_string(length) + " bytes"},
          offset};
}

Refusal too_large(std::uint64_t bytes, std::uint64_t limit) {
  return {{ErrorKind::kTooLarge, "upload_too_large",
           std::to_string(bytes) + " bytes are over the limit of " + std::to_string(limit)}};
}

// tus has no such rule: there the request is wrong, and the upload as it was.
Refusal inconsistent(Ending ending, std::string message) {
  Refusal refusal{{ErrorKind::kInvalid, "inconsistent_length", std::move(message)}};
  refusal.ends_upload = ending != Ending::kAtLength;
  if (refusal.ends_upload) refusal.error.message += "; the upload has been discarded";
  return refusal;
}

std::string lengths_differ(std::uint64_t said, std::uint64_t known) {
  return "the length " + std::to_string(said) + " is not " + std::to_string(known) +
         ", which was said before";
}

Refusal mismatch(const AppendRequest& request, const Facts& facts) {
  Refusal refusal{
      {ErrorKind::kConflict, "offset_mismatch",
       "the upload is not at " + std::to_string(request.offset) + "; ask with HEAD where it is"},
      offset_to_tell(facts)};
  refusal.provided_offset = request.offset;
  return refusal;
}

// What is known of the length before this request.
Length known_length(const Facts& facts) {
  return facts.length ? facts.length : facts.promised_length;
}

// The length as this request has it: in words, or as where its content ends.
Length length_said(const AppendRequest& request) {
  if (request.length) return request.length;
  if (request.ending != Ending::kNow || !request.content_length) return std::nullopt;
  return request.offset + *request.content_length;
}

std::optional<Refusal> check_length(const AppendRequest& request, const Facts& facts) {
  const Length said = length_said(request);
  if (!said) return std::nullopt;
  const bool ends_here = request.ending == Ending::kNow && request.content_length;
  if (const std::uint64_t end = request.offset + request.content_length.value_or(0);
      ends_here && *said != end) {
    return inconsistent(request.ending, "the content ends at " + std::to_string(end) +
                                            ", Upload-Length says " + std::to_string(*said));
  }
  if (const Length known = known_length(facts); known && *known != *said) {
    return inconsistent(request.ending, lengths_differ(*said, *known));
  }
  if (*said < facts.offset)
    return inconsistent(request.ending, lengths_differ(*said, facts.offset));
  if (*said > facts.bytes_max) return too_large(*said, facts.bytes_max);
  return std::nullopt;
}

Refusal on_complete(const AppendRequest& request, const Facts& facts) {
  Refusal refusal;
  if (request.content_length.value_or(1) > 0) {
    refusal = inconsistent(Ending::kAtLength, "the upload is complete with " +
                                                  std::to_string(facts.offset) + " bytes");
  } else {
    refusal.error = {ErrorKind::kInvalid, "append_to_complete", "the upload is complete"};
  }
  refusal.offset = facts.offset;
  refusal.complete = true;
  return refusal;
}

}  // namespace

std::optional<Refusal> refuse_create(const CreateRequest& request, const Limits& limits) {
  if (request.length.value_or(0) <= limits.upload_bytes_max) return std::nullopt;
  return too_large(*request.length, limits.upload_bytes_max);
}

AppendRequest first_append(const CreateRequest& request, Length content_length) {
  AppendRequest append;
  append.content_length = request.with_content ? content_length : std::uint64_t{0};
  append.ending = request.ending;
  append.content = request.content;
  append.content_in_trailer = request.content_in_trailer;
  append.representation = request.representation;
  append.wanted = request.wanted;
  return append;
}

std::variant<Append, Repeated, Refusal> decide_append(const AppendRequest& request,
                                                      const Facts& facts) {
  if (facts.state == Facts::State::kExpired) return expired();
  if (facts.concat == Concat::kFinal) {
    return Refusal{{ErrorKind::kForbidden, "upload_is_final",
                    "the upload was put together of others; nothing can be appended to it"}};
  }
  const bool complete = facts.state == Facts::State::kComplete;
  // The unit may have lost the final answer: the request that filled the upload may come again, and
  // gets that answer, or, where none was given yet, the upload is finished now.
  const bool full = facts.length && facts.offset == *facts.length;
  const bool final_again = full && request.ending != Ending::kOpen && request.content_length &&
                           request.offset <= *facts.length &&
                           *request.content_length == *facts.length - request.offset;
  if (final_again && complete) return Repeated{};
  if (final_again) return Append{facts.offset, 0, request.ending};
  if (complete && request.ending != Ending::kAtLength) return on_complete(request, facts);
  if (request.offset != facts.offset) return mismatch(request, facts);

  if (auto refusal = check_length(request, facts)) return *std::move(refusal);
  const Length said = length_said(request);
  const Length length = said ? said : known_length(facts);
  const std::uint64_t room = length.value_or(facts.bytes_max) - facts.offset;
  if (request.content_length && *request.content_length > room) {
    return overrun(request.ending, facts);
  }
  if (complete) return Repeated{};
  Append append{facts.offset, room, request.ending};
  if (!facts.length) append.new_length = said;
  return append;
}

tl::expected<bool, Refusal> decide_end(Ending ending, const Facts& facts) {
  const Length length = ending == Ending::kNow ? known_length(facts) : facts.length;
  if (ending == Ending::kOpen) return false;
  if (ending == Ending::kAtLength) return length && facts.offset == *length;
  if (!length || facts.offset == *length) return true;
  return tl::unexpected<Refusal>(
      inconsistent(ending, "the upload ends at " + std::to_string(facts.offset) +
                               " bytes, its length is " + std::to_string(*length)));
}

std::variant<Terminate, Refusal> decide_terminate(const Facts& facts) {
  if (facts.state == Facts::State::kExpired) return expired();
  // All bytes in, and only the acceptance still to come: that is as good as complete.
  if (facts.state == Facts::State::kComplete || facts.closed) {
    return Refusal{{ErrorKind::kForbidden, "upload_completed",
                    "the upload is complete; its clip can only be destroyed by retention"}};
  }
  return Terminate{};
}

std::optional<Refusal> refuse_describe(const Facts& facts) {
  if (facts.state == Facts::State::kExpired) return expired();
  return std::nullopt;
}

Refusal overrun(Ending ending, const Facts& facts) {
  const Length length = known_length(facts);
  if (!length) return too_large(facts.bytes_max + 1, facts.bytes_max);
  if (ending == Ending::kAtLength) return past_length(offset_to_tell(facts), *length);
  return inconsistent(
      ending, "the content goes past the upload's length of " + std::to_string(*length) + " bytes");
}

}  // namespace hansom::upload
