// Submits a command and suspends the calling coroutine until it is durable or refused.
#pragma once

#include <functional>
#include <utility>

#include "index/evidence_index.h"
#include "proto/http/awaitable_callback.h"

namespace hansom {

// Resumes on the caller's executor; the journal's writer only posts. Errors: those of
// journal::Journal::submit; then nothing was recorded. Requires: `index` outlives the call.
[[nodiscard]] inline http::Awaitable<Result<journal::Committed>> async_commit(
    EvidenceIndex& index, evidence::Record record) {
  const std::function<void(http::Callback<journal::Committed>)> start =
      [&index, &record](http::Callback<journal::Committed> done) {
        index.submit(std::move(record), std::move(done));
      };
  auto committed = http::await_callback<journal::Committed>(start);
  co_return co_await std::move(committed);
}

}  // namespace hansom
