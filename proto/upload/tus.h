// tus 1.0.0 (tus.io/protocols/resumable-upload): core, creation, creation-with-upload, expiration
// and termination. Reads header fields into the requests of rules.h and renders outcomes as status
// and fields. Pure: no socket, no disk, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/upload/rules.h"

namespace hansom::upload::tus {

inline constexpr std::string_view kVersion = "1.0.0";
inline constexpr std::string_view kExtensions =
    "creation,creation-with-upload,expiration,termination";

using FieldList = std::vector<std::pair<std::string, std::string>>;

// What a dialect looks at of a request. `method` is the effective one. Borrows the fields.
struct RequestHead {
  std::string_view method;
  const FieldList& fields;
  bool has_body = false;
  std::optional<std::uint64_t> content_length;
};

// An answer as data. With an error it is that error's problem document, with `fields` added.
// Every answer but that to OPTIONS carries Tus-Resumable, which the router adds.
struct Reply {
  unsigned status = 0;  // 0 with an error: the status of its token
  FieldList fields;
  std::optional<Error> error;
};

// Readers. Errors of all: kUnsupported `unsupported_tus_version`, kInvalid `bad_upload_field` for a
// field of tus that stands twice, is missing or malformed.
[[nodiscard]] Status read_version(const RequestHead& head);  // HEAD, DELETE
// Errors: also kInvalid `metadata_invalid`, kUnsupported `unsupported_media_type`.
[[nodiscard]] Result<CreateRequest> read_create(const RequestHead& head);
// Errors: also kUnsupported `unsupported_media_type`.
[[nodiscard]] Result<AppendRequest> read_append(const RequestHead& head);

// Renderers.
[[nodiscard]] Reply options(const Limits& limits);
// `facts` are those after the bytes that came with the creation, if any did.
[[nodiscard]] Reply created(std::string location, const Facts& facts, bool with_content);
[[nodiscard]] Reply appended(const Facts& facts);  // also of Repeated
[[nodiscard]] Reply described(const Facts& facts);
[[nodiscard]] Reply terminated();
[[nodiscard]] Reply refused(Refusal refusal);

// An integer as tus has it: digits only, no leading zero, below 2^63.
[[nodiscard]] std::optional<std::uint64_t> parse_integer(std::string_view text);

}  // namespace hansom::upload::tus
