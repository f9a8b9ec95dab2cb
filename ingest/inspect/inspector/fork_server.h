// The warm parent: a process that has everything an inspector wants but a clip, and makes one child
// a clip.
#pragma once

#include "ingest/inspect/inspector/fork_request.h"

namespace hansom::ingest {

// Serves the requests of kRequestsFd until the server closes its end, or dies. Each child is a
// child of the server, not of this process; it calls `inspect` with the descriptors of answer.h and
// no others, and ends with the status that returns (kExitMemory where memory runs out). Descriptors
// of a clip pass through this process and are closed at once; their bytes are never looked at.
// Returns an exit status. Requires: one thread; nothing is open that the children may not have.
[[nodiscard]] int serve_forks(int (*inspect)(const ForkRequest&));

}  // namespace hansom::ingest
