// Which keys are in force at one state of the journal.
#pragma once

#include <string>
#include <vector>

#include "index/catalogue/rows.pb.h"
#include "index/store/store.h"
#include "proto/base/clock.h"

namespace hansom::keys {

// Errors of every call: those of Reader, kCorrupt `store_corrupt`.

// Every rotation of the journal's key, in order.
[[nodiscard]] Result<std::vector<catalogue::JournalKeyRow>> list_rotations(
    const store::Reader& state);

// Every recipient that was added or retired; not the first one while it stands.
[[nodiscard]] Result<std::vector<catalogue::VaultRecipientRow>> list_recipients(
    const store::Reader& state);
// The recipient units are told: the one added last, else the site's first. Empty where the journal
// tells none.
[[nodiscard]] Result<std::string> current_recipient(const store::Reader& state);
// Whether a clip sealed to this recipient alone is accepted at `now`.
[[nodiscard]] Result<bool> accepts_recipient(const store::Reader& state,
                                             const std::string& recipient, UtcTime now);

[[nodiscard]] Result<std::vector<catalogue::UnitAuthorityRow>> list_authorities(
    const store::Reader& state);

}  // namespace hansom::keys
