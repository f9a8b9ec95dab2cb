// The upload resource over HTTP: requests of either dialect in, decisions of proto/upload carried
// out.
#pragma once

#include <optional>

#include "ingest/upload/intake.h"
#include "ingest/upload/upload_context.h"
#include "proto/http/router.h"
#include "proto/upload/dialect.h"

namespace hansom::ingest {

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
  // Who asks, in which dialect, and about which upload of theirs: in the spool, or complete.
  struct Asked {
    const upload::Dialect& dialect;
    KnownUnit unit;
    UploadId id;
    Spool::Upload open;                      // null: complete
    std::optional<upload::Facts> completed;  // set: complete
  };
  [[nodiscard]] http::Awaitable<Status> options(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> create(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> create_final(http::Exchange& exchange,
                                                     const upload::Dialect& dialect,
                                                     const upload::CreateRequest& wanted,
                                                     const KnownUnit& unit, UploadFacts facts);
  [[nodiscard]] http::Awaitable<Status> describe(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> append(http::Exchange& exchange);
  [[nodiscard]] http::Awaitable<Status> terminate(http::Exchange& exchange);

  // How every request about one upload begins.
  [[nodiscard]] Result<Asked> asked_for(http::Exchange& exchange) const;
  // Looks the upload up, again: it may be complete meanwhile.
  [[nodiscard]] Status look_up(Asked& asked) const;
  [[nodiscard]] upload::Facts known(const Asked& asked) const;
  [[nodiscard]] Result<UploadFacts> new_facts(const upload::CreateRequest& wanted,
                                              const http::Peer& peer, const KnownUnit& unit) const;
  // Answers where the new upload is, as far as the dialect can.
  [[nodiscard]] http::Awaitable<Result<bool>> announce(http::Exchange& exchange,
                                                       const upload::Dialect& dialect,
                                                       const SpoolUpload& upload);
  // What comes with a creation, or ends it without a byte.
  [[nodiscard]] http::Awaitable<Taken> take_first(http::Exchange& exchange, SpoolUpload& upload,
                                                  const KnownUnit& unit, const Content& content,
                                                  bool announced);
  [[nodiscard]] http::Awaitable<Result<upload::Facts>> describe_beside(Asked& asked);
  [[nodiscard]] http::Awaitable<Result<upload::Facts>> describe_alone(http::Exchange& exchange,
                                                                      Asked& asked);
  // Takes the upload over, and looks at it again: the older exchange may have finished it. The
  // lease is empty where the upload is complete.
  [[nodiscard]] http::Awaitable<Result<Leases::Lease>> take_over(http::Exchange& exchange,
                                                                 Asked& asked);
  // Answers with a reply of the protocol; an error without anything of its own is left to the
  // session.
  [[nodiscard]] http::Awaitable<Status> respond(http::Exchange& exchange, upload::Reply reply);
  [[nodiscard]] http::Awaitable<Status> refuse(http::Exchange& exchange,
                                               const upload::Dialect& dialect,
                                               const upload::Refusal& refusal);
  [[nodiscard]] http::Awaitable<Status> refuse(http::Exchange& exchange,
                                               const upload::Dialect& dialect, const Error& error);

  UploadContext& context_;
};

}  // namespace hansom::ingest
