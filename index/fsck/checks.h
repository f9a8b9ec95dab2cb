// The parts of fsck. Private to this room.
#pragma once

#include "index/fsck/fsck.h"

namespace hansom::fsck {

// Replays the journal of `reader` into `scratch` and compares row by row. Errors: the scratch
// store's; what is wrong with the site's own is a finding.
[[nodiscard]] Status compare_views(const store::Reader& reader, const Options& options,
                                   Report& report);

// Looks at every file of the spool. What a restart mends is a note.
void check_spool(const Options& options, Report& report);

// Opens the store as it is now, beside a server that went on since.
[[nodiscard]] Result<std::unique_ptr<store::Reader>> read_store(const Options& options);

}  // namespace hansom::fsck
