// Concatenation (tus): uploads that were sent side by side become one.
#pragma once

#include "ingest/upload/intake.h"

namespace hansom::ingest {

// Names of final uploads: half of it is the digest of the other half, so that a name alone says
// that nothing can be appended to its upload, also when the parts are long gone.
[[nodiscard]] UploadId make_final_id(Random& random);
[[nodiscard]] bool is_final_id(const UploadId& id);

// The complete upload that an earlier request of the same unit, for the same clip, made of the
// parts that a creation names: its answer was lost. nullopt: there is none. Errors:
// upload_not_found, for what is no name of an upload; those of UploadHost::find_concatenated.
[[nodiscard]] Result<std::optional<UploadId>> find_concatenated(
    const upload::CreateRequest& request, UploadFacts facts, const UploadContext& context);

// Puts the parts a creation names together as the upload `facts` describes, and finishes it: the
// complete upload. Until the final upload is durable the parts are there, and after that it is;
// they go once it is complete, and stay for another try where its bytes are refused.
// Errors: upload_not_found for a part that is no partial upload of this unit; parts_unfinished for
// one that has not all its bytes; upload_locked; manifest_length_mismatch; those of
// DiskRoom::check and UploadHost::finish. Requires: all references outlive the task.
[[nodiscard]] http::Awaitable<Taken> concatenate(http::Exchange& exchange,
                                                 const upload::CreateRequest& request,
                                                 UploadFacts facts, UploadContext& context);

}  // namespace hansom::ingest
