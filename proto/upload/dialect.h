// A dialect: how one protocol of resumable uploads writes requests and answers in header fields.
// Readers turn fields into the requests of rules.h, renderers turn outcomes into status and fields.
// Pure: no socket, no disk, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/upload/rules.h"

namespace hansom::upload {

using FieldList = std::vector<std::pair<std::string, std::string>>;

// What a dialect looks at of a request. `method` is the effective one. Borrows the fields.
struct RequestHead {
  std::string_view method;
  const FieldList& fields;
  bool has_body = false;
  std::optional<std::uint64_t> content_length;
};

// An answer as data. With an error it is that error's problem document, with `fields` added.
struct Reply {
  unsigned status = 0;  // 0 with an error: the status of its token
  FieldList fields;
  std::optional<Error> error;
  // Of the problem document, where the protocol has a type of its own (RFC 9457); else empty.
  std::string_view problem_type;
  std::vector<std::pair<std::string_view, std::uint64_t>> problem_members;
};

// Immutable, without state of a request: any thread, any time.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // Readers. Errors of all: kInvalid `bad_upload_field` for a field that stands twice, is missing
  // or malformed; what the protocol has beside that. Errors: also kInvalid `metadata_invalid`,
  // `checksum_algorithm`, kUnsupported `unsupported_media_type`.
  [[nodiscard]] virtual Result<CreateRequest> read_create(const RequestHead& head) const = 0;
  [[nodiscard]] virtual Result<AppendRequest> read_append(const RequestHead& head) const = 0;
  // HEAD and DELETE say nothing but which upload they mean; what else stands there may be wrong.
  [[nodiscard]] virtual Status read_plain(const RequestHead& head) const = 0;
  // Digests that came behind a chunked body.
  [[nodiscard]] virtual Result<Checksums> read_trailers(const FieldList& trailers) const = 0;

  // Renderers. `facts` are those after the request; `request` is what was asked for.
  [[nodiscard]] virtual Reply created(const std::string& location, const Facts& facts,
                                      const CreateRequest& request) const = 0;
  [[nodiscard]] virtual Reply appended(const Facts& facts) const = 0;  // also of Repeated
  [[nodiscard]] virtual Reply described(const Facts& facts) const = 0;
  [[nodiscard]] virtual Reply terminated() const = 0;
  [[nodiscard]] virtual Reply refused(Refusal refusal, const Limits& limits) const = 0;
  // Interim answers (1xx): where a new upload is; how far it is. nullopt: this client gets none.
  [[nodiscard]] virtual std::optional<Reply> announced(const std::string& location,
                                                       const Facts& facts) const = 0;
  [[nodiscard]] virtual std::optional<Reply> progress(std::uint64_t offset) const = 0;

  // Whether an upload that has its length is complete, without another word.
  [[nodiscard]] virtual bool length_completes() const = 0;
};

// The one place that chooses. What says nothing of either protocol is answered as the protocol says
// that its own requests should have looked.
[[nodiscard]] const Dialect& choose_dialect(const RequestHead& head);

// OPTIONS: what is spoken, in both.
[[nodiscard]] Reply describe_service(const RequestHead& head, const Limits& limits);

}  // namespace hansom::upload
