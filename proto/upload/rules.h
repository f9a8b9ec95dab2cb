// The rules of resumable uploads, whatever the dialect: what a request may do to an upload in a
// given state. Pure functions from values to values. A dialect (tus.h) reads its header fields into
// these requests and renders the outcome; nothing else may differ between dialects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "proto/base/clock.h"
#include "proto/upload/metadata.h"

namespace hansom::upload {

struct Limits {
  std::uint64_t upload_bytes_max = 0;
};

// What the server knows of an upload.
struct Facts {
  enum class State {
    kOpen,      // takes bytes; all of them may be in, but nothing came of it yet
    kComplete,  // its last request was answered with a receipt, or may have been
    kExpired,   // was not finished in time
  };
  State state = State::kOpen;
  std::uint64_t offset = 0;  // bytes held, contiguous from 0
  std::uint64_t length = 0;
  std::optional<UtcTime> expires;  // of an open upload
  std::string metadata;            // as it goes back to the client; may be empty
  std::string receipt;             // path; of a complete upload
};

struct CreateRequest {
  std::uint64_t length = 0;
  Metadata metadata;
  bool with_content = false;  // the first bytes come with the creation
};
struct AppendRequest {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> content_length;  // not known of a chunked body
};

// A refusal. `offset` is told where it helps the client to go on; never that of an upload that is
// full but not complete.
struct Refusal {
  Error error;
  std::optional<std::uint64_t> offset;
};

// Read at most `bytes_max` bytes and put them at `offset`. A body that goes on after that is
// answered with overrun(). When offset + bytes read is the length, the upload is to be finished;
// that may need no byte at all.
struct Append {
  std::uint64_t offset = 0;
  std::uint64_t bytes_max = 0;
};
// It has been done before: give the answer of then again.
struct Repeated {};
struct Terminate {};

// Errors: upload_too_large.
[[nodiscard]] std::optional<Refusal> refuse_create(const CreateRequest& request,
                                                   const Limits& limits);
// The bytes that come with a creation.
[[nodiscard]] std::variant<Append, Refusal> decide_first_append(
    const CreateRequest& request, std::optional<std::uint64_t> content_length);
// Errors: upload_expired; offset_mismatch, with the offset; past_length, with the offset.
[[nodiscard]] std::variant<Append, Repeated, Refusal> decide_append(const AppendRequest& request,
                                                                    const Facts& facts);
// Errors: upload_expired, upload_completed (a unit can never delete what it has completed).
[[nodiscard]] std::variant<Terminate, Refusal> decide_terminate(const Facts& facts);
// Errors: upload_expired.
[[nodiscard]] std::optional<Refusal> refuse_describe(const Facts& facts);

// The body went on past the length of the upload. What came before that stays.
[[nodiscard]] Refusal overrun(const Facts& facts);

}  // namespace hansom::upload
