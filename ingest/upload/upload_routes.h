// The upload resource over HTTP: tus requests in, decisions of proto/upload carried out.
#pragma once

#include <optional>

#include "ingest/upload/upload_context.h"
#include "proto/http/router.h"
#include "proto/upload/tus.h"

namespace hansom::ingest {

inline constexpr std::string_view kUploadsPath = "/uploads";
[[nodiscard]] std::string upload_path(const UploadId& id);
[[nodiscard]] std::string receipt_path(const UploadId& id);
// The upload a request names. Error: kNotFound `upload_not_found`.
[[nodiscard]] Result<UploadId> upload_of(const http::Request& request);
[[nodiscard]] tl::unexpected<Error> no_such_upload();

// Handlers of the upload resource, whoever hosts it. Errors they return are for the session to
// render. Requires: the context outlives every exchange.
class UploadRoutes {
 public:
  explicit UploadRoutes(UploadContext& context) : context_(context) {}

  // All of them, for a router. Requires: this outlives it.
  [[nodiscard]] std::vector<http::Route> routes();

 private:
  [[nodiscard]] http::Awaitable<Status> options(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> create(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> describe(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> append(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> terminate(http::Exchange& exchange);

  // Who asks, and about which upload of theirs: in the spool, or complete.
  struct Asked {
    KnownUnit unit;
    UploadId id;
    Spool::Upload open;                      // null: complete
    std::optional<upload::Facts> completed;  // set: complete
  };
  // How every request about one upload begins.
  [[nodiscard]] Result<Asked> asked_for(http::Exchange& exchange) const;
  [[nodiscard]] Result<Asked> find(const UploadId& id, KnownUnit unit) const;
  [[nodiscard]] Result<UploadFacts> new_facts(const upload::CreateRequest& wanted,
                                              const http::Peer& peer, const KnownUnit& unit) const;
  [[nodiscard]] upload::Facts facts_of(const SpoolUpload& upload) const;
  // Reads what an exchange brings and makes it durable, or a clip where it is all.
  [[nodiscard]] http::Awaitable<tl::expected<upload::Facts, upload::Refusal>> take_bytes(
      http::Exchange& exchange, SpoolUpload& upload, const KnownUnit& unit, upload::Append append);
  [[nodiscard]] http::Awaitable<Result<upload::Facts>> settle(SpoolUpload& upload);
  [[nodiscard]] http::Awaitable<Result<upload::Facts>> describe_open(Asked asked);
  // Takes the upload over, and looks at it again: the older exchange may have finished it. The
  // lease is empty where the upload is complete.
  [[nodiscard]] http::Awaitable<Result<Leases::Lease>> take_over(http::Exchange& exchange,
                                                                 Asked& asked);
  [[nodiscard]] upload::Facts facts_of(const Asked& asked) const;
  // Answers with a reply of the protocol; an error without fields of its own is left to the
  // session.
  [[nodiscard]] http::Awaitable<Status> respond(http::Exchange& exchange, upload::tus::Reply reply);
  [[nodiscard]] http::Awaitable<Status> refuse(http::Exchange& exchange,
                                               const upload::Refusal& refusal);
  [[nodiscard]] http::Awaitable<Status> refuse(http::Exchange& exchange, const Error& error);

  UploadContext& context_;
};

}  // namespace hansom::ingest
