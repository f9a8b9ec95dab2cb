// Where inspectors get their clips from and bring their reports to. The pool knows nothing else of
// the server, so it can be tested alone.
#pragma once

#include <optional>

#include "proto/base/durable_file.h"
#include "proto/base/ids.h"
#include "proto/base/result.h"
#include "proto/evidence/report.pb.h"

namespace hansom::ingest {

// One inspection that is due.
struct InspectionTask {
  ClipId clip;
  unsigned died = 0;  // inspectors that died over it before, whatever was started again since
  evidence::Report::Level level = evidence::Report::KEYFRAMES;  // how closely to look
  std::string order_id = {};  // of the order that asked for it; empty: none
};

// A durable queue of clips that wait for a report. Called from every worker at once.
class InspectionSource {
 public:
  virtual ~InspectionSource() = default;

  // The next pending task of a clip that this object has not handed out, or nothing. One that was
  // handed out and never stored is pending again after a restart. An error makes the pool ask again
  // later.
  [[nodiscard]] virtual Result<std::optional<InspectionTask>> next() = 0;

  // The clip's opened bytes as a sealed memfd (sealed_memfd.h). kUnavailable and kStorage errors
  // are tried again; any other is recorded as a report with reason_token `not_openable`.
  [[nodiscard]] virtual Result<FileDescriptor> open_media(ClipId clip) = 0;

  // Commits the report and takes the task back; returns once it is journalled. Storing again is
  // harmless. kGone and kNotFound errors (the clip was destroyed meanwhile) end the matter; any
  // other is tried again.
  [[nodiscard]] virtual Status store(const InspectionTask& task, evidence::Report report) = 0;

  // Commits that an inspector died over the clip, as `report` says, and takes the task back: next()
  // hands it out again, after those that wait by now. Errors: as store().
  [[nodiscard]] virtual Status put_back(const InspectionTask& task,
                                        const evidence::Report& report) = 0;
};

}  // namespace hansom::ingest
