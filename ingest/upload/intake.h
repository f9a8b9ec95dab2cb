// What one request brings, into its upload: read, checked, durable, and finished where it was all.
#pragma once

#include "ingest/upload/upload_context.h"
#include "proto/upload/dialect.h"

namespace hansom::ingest {

// What the protocol makes of a request's content.
struct Content {
  const upload::Dialect& dialect;
  upload::Append append;
  upload::AppendRequest request;
};
using Taken = tl::expected<upload::Facts, upload::Refusal>;

inline constexpr std::string_view kUploadsPath = "/uploads";

// What is known of an upload that was not begun, and of one that is not complete.
[[nodiscard]] upload::Facts facts_of(const UploadFacts& of, UtcTime now);
[[nodiscard]] upload::Facts facts_of(const SpoolUpload& upload, const UploadContext& context);

// A place for the content of a request, before any of it is read. Errors: those of
// Admission::begin_body.
[[nodiscard]] Result<Admission::Body> admit_content(const http::Exchange& exchange,
                                                    const UnitId& unit,
                                                    const upload::Append& append,
                                                    UploadContext& context);

// Reads the content and makes it durable, or a clip where it is all. What came is kept, also when
// the connection breaks; but content with a checksum is kept whole or not at all. A refusal that
// ends the upload has ended it. Requires: the lease; all references outlive the task.
[[nodiscard]] http::Awaitable<Taken> take_content(http::Exchange& exchange, SpoolUpload& upload,
                                                  const KnownUnit& unit, const Content& content,
                                                  UploadContext& context);

// Makes durable what is there, and finishes what is closed. Requires: as above.
[[nodiscard]] http::Awaitable<Result<upload::Facts>> settle(SpoolUpload& upload,
                                                            UploadContext& context);

// UploadHost::finish, and then the parts of a final upload go. Requires: as above.
[[nodiscard]] http::Awaitable<Result<upload::Facts>> finish_upload(SpoolUpload& upload,
                                                                   UploadContext& context);

// Puts the facts of an upload on disk that has all its bytes and none (Spool::begin). Requires: the
// lease.
[[nodiscard]] http::Awaitable<Status> record_upload(SpoolUpload& upload, UploadContext& context);

// Removes an upload. Requires: the lease.
[[nodiscard]] http::Awaitable<Status> discard_upload(SpoolUpload& upload, UploadContext& context);

}  // namespace hansom::ingest
