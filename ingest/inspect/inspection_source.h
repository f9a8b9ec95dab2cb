// Where inspectors get their clips from and bring their reports to. The pool knows nothing else of
// the server, so it can be tested alone.
#pragma once

#include <optional>

#include "proto/base/durable_file.h"
#include "proto/base/ids.h"
#include "proto/base/result.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// A durable queue of accepted clips without a report. Called from every worker at once.
class InspectionSource {
 public:
  virtual ~InspectionSource() = default;

  // The next pending clip that this object has not handed out yet, or nothing. A clip that was
  // handed out and never stored is pending again after a restart. An error makes the pool ask again
  // later.
  [[nodiscard]] virtual Result<std::optional<ClipId>> next() = 0;

  // The clip's opened bytes as a sealed memfd (sealed_memfd.h). kUnavailable and kStorage errors
  // are tried again; any other is recorded as a report with reason_token `not_openable`.
  [[nodiscard]] virtual Result<FileDescriptor> open_media(ClipId clip) = 0;

  // Commits the report; returns once it is journalled. Storing again is harmless. kGone and
  // kNotFound errors (the clip was destroyed meanwhile) end the matter; any other is tried again.
  [[nodiscard]] virtual Status store(ClipId clip, evidence::Report report) = 0;
};

}  // namespace hansom::ingest
