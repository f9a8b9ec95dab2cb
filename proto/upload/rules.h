// The rules of resumable uploads, whatever the dialect: what a request may do to an upload in a
// given state. Pure functions from values to values. A dialect (tus.h, ietf.h) reads its header
// fields into these requests and renders the outcome; nothing else may differ between dialects.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/base/clock.h"
#include "proto/upload/checksum.h"
#include "proto/upload/metadata.h"

namespace hansom::upload {

struct Limits {
  std::uint64_t upload_bytes_max = 0;
};

// The part of an upload in a concatenation (tus): one of several that are sent side by side, or
// what is put together of them.
enum class Concat { kNone, kPartial, kFinal };

// What the end of a request's content says of the upload.
enum class Ending {
  kAtLength,  // it is complete when it has its length (tus)
  kNow,       // it ends here, and has its length or gets it (IETF: Upload-Complete ?1)
  kOpen,      // more is to come, though it may have its length (?0)
};

// What the server knows of an upload.
struct Facts {
  enum class State {
    kOpen,      // takes bytes; all of them may be in, but nothing came of it yet
    kComplete,  // its last request was answered with a receipt, or may have been
    kExpired,   // was not finished in time
  };
  State state = State::kOpen;
  std::uint64_t offset = 0;             // bytes held, contiguous from 0
  std::optional<std::uint64_t> length;  // nullopt: the client has not said it yet
  // What the manifest says the length is; whatever is said later must agree.
  std::optional<std::uint64_t> promised_length;
  std::uint64_t bytes_max = 0;  // of any upload of this server
  // Open, but a request has said that these are all the bytes: what becomes of them is under way,
  // or was cut short.
  bool closed = false;
  Concat concat = Concat::kNone;
  std::string concat_text;                       // Upload-Concat as it goes back; may be empty
  std::optional<UtcTime> expires;                // of an open upload
  std::optional<std::chrono::seconds> lifetime;  // until then
  std::string metadata;                          // as it goes back to the client; may be empty
  std::string receipt;                           // path; of a complete upload; may be empty
  Checksums digests;                             // of the whole; of a complete upload
};

struct CreateRequest {
  std::optional<std::uint64_t> length;
  Metadata metadata;
  std::optional<std::string> manifest;  // a JWS in compact form
  bool with_content = false;            // the first bytes come with the creation
  Ending ending = Ending::kAtLength;
  Concat concat = Concat::kNone;
  std::vector<std::string> parts;   // names of the uploads a final one is made of, in order
  Checksums content;                // of the bytes that come with it
  bool content_in_trailer = false;  // more of that comes behind them
  Checksums representation;         // of the whole upload
  std::vector<HashAlgorithm> wanted;
};
struct AppendRequest {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> content_length;  // not known of a chunked body
  Ending ending = Ending::kAtLength;
  std::optional<std::uint64_t> length;  // of the whole upload, where it is said with this request
  Checksums content;
  bool content_in_trailer = false;
  Checksums representation;
  std::vector<HashAlgorithm> wanted;
};

// A refusal. `offset` is told where it helps the client to go on; never that of an upload that is
// closed but not complete.
struct Refusal {
  Error error;
  std::optional<std::uint64_t> offset = std::nullopt;
  std::optional<std::uint64_t> provided_offset = std::nullopt;  // of an offset_mismatch
  bool ends_upload = false;                                     // it is to be discarded
  bool complete = false;  // it is about what became of an upload whose bytes were all in
};

// Read at most `bytes_max` bytes and put them at `offset`. A body that goes on after that is
// answered with overrun(). When the body has ended, decide_end() says what that means.
struct Append {
  std::uint64_t offset = 0;
  std::uint64_t bytes_max = 0;
  Ending ending = Ending::kAtLength;
  std::optional<std::uint64_t> new_length = std::nullopt;  // record it first: it is now known
};
// It has been done before: give the answer of then again.
struct Repeated {};
struct Terminate {};

// Errors: upload_too_large.
[[nodiscard]] std::optional<Refusal> refuse_create(const CreateRequest& request,
                                                   const Limits& limits);
// The bytes that come with a creation, as an append to the upload that will be.
[[nodiscard]] AppendRequest first_append(const CreateRequest& request,
                                         std::optional<std::uint64_t> content_length);
// Errors: upload_expired; upload_is_final; offset_mismatch, with the offset; past_length, with the
// offset; upload_too_large; inconsistent_length, which ends an upload of the IETF's kind;
// append_to_complete.
[[nodiscard]] std::variant<Append, Repeated, Refusal> decide_append(const AppendRequest& request,
                                                                    const Facts& facts);
// The body has ended, as `append` allowed. Whether the upload is complete: then it has its length.
// Error: inconsistent_length, which ends the upload.
[[nodiscard]] tl::expected<bool, Refusal> decide_end(Ending ending, const Facts& facts);
// Errors: upload_expired, upload_completed (a unit can never delete what it has completed).
[[nodiscard]] std::variant<Terminate, Refusal> decide_terminate(const Facts& facts);
// Errors: upload_expired.
[[nodiscard]] std::optional<Refusal> refuse_describe(const Facts& facts);

// The body went on past what was allowed. What came before that stays, unless it ends the upload.
[[nodiscard]] Refusal overrun(Ending ending, const Facts& facts);

}  // namespace hansom::upload
