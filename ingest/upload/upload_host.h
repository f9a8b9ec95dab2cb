// What the upload resource asks of the program it is part of: who may upload, what a creation must
// bring, and what becomes of an upload whose bytes are all in.
#pragma once

#include <optional>

#include "ingest/unit_identity/unit_identity.h"
#include "ingest/upload/spool_upload.h"
#include "proto/upload/rules.h"

namespace hansom::ingest {

struct UploadContext;

// Any thread. Everything else about uploads (protocol, session, spool, leases) is the same whoever
// the host is.
class UploadHost {
 public:
  virtual ~UploadHost() = default;

  // Who asks. Errors: the host's refusals.
  [[nodiscard]] virtual Result<KnownUnit> identify(const http::Peer& peer) const = 0;
  // Whether anything may be taken in; asked at creation, before bytes and at every durable flush.
  [[nodiscard]] virtual Status check_open() const = 0;
  // Whether that unit would still be let in; asked as check_open is.
  [[nodiscard]] virtual Status check_still_known(const KnownUnit& unit) const = 0;
  // Returns the facts of a new upload but its name and times. Errors: the host's refusals.
  [[nodiscard]] virtual Result<UploadFacts> check_creation(const upload::CreateRequest& request,
                                                           const http::Peer& peer,
                                                           const KnownUnit& unit) const = 0;
  // Makes of a full upload what it was sent for; can be asked again after any failure or crash.
  // Requires: upload.full(); the caller holds its lease; all references outlive the task. Returns
  // the facts of a complete upload, which the spool has forgotten. After an error that ends the
  // upload the spool has forgotten it, too.
  [[nodiscard]] virtual http::Awaitable<Result<upload::Facts>> finish(SpoolUpload& upload,
                                                                      UploadContext& context) = 0;
  // An upload of that unit that is complete; nullopt: the host knows none. Error: kGone
  // `destroyed`.
  [[nodiscard]] virtual Result<std::optional<upload::Facts>> find_complete(
      const UploadId& id, const KnownUnit& unit) const = 0;
  // The complete upload of that unit that was put together from `wanted.parts`, in their order, and
  // is what `wanted` describes; nullopt: none is known.
  [[nodiscard]] virtual Result<std::optional<UploadId>> find_concatenated(
      const UploadFacts& wanted) const = 0;
};

}  // namespace hansom::ingest
