// Rules of SiteOpened and of acts that change no view.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom {

// Error: kConflict `site_opened` (the journal has begun: only the first leaf opens a site).
[[nodiscard]] Status validate_site_opened(const store::Reader& state);
// Requires: called for the record of every leaf. The first leaf's act is kept as the mark that the
// journal has begun.
void apply_beginning(const evidence::Record& record, LeafIndex leaf, store::Batch& batch);

// The act that opened the site; nullopt where the journal began with something else. Errors: those
// of Reader::get.
[[nodiscard]] Result<std::optional<evidence::SiteOpened>> site_opening(const store::Reader& state);

// Error: kInvalid `bad_access` (a query that is not printable ASCII).
[[nodiscard]] Status validate_access(const evidence::Access& act);

}  // namespace hansom
