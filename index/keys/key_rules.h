// Rules of the acts on keys: what makes a rotation valid, and the rows it leaves.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::keys {

// Errors: kInvalid `bad_key_act` (a key of the wrong length, no reason), kConflict `key_known` (it
// signs now, or has signed before: a key that was left never comes back).
[[nodiscard]] Status validate_journal_key_rotated(const evidence::JournalKeyRotated& act,
                                                  const store::Reader& state);
[[nodiscard]] Status apply_journal_key_rotated(const evidence::JournalKeyRotated& act,
                                               const Recorded& at, store::Batch& batch);

// Errors: kInvalid `bad_key_act`; kConflict `key_known` (added before, or retired).
[[nodiscard]] Status validate_vault_identity_added(const evidence::VaultIdentityAdded& act,
                                                   const store::Reader& state);
[[nodiscard]] Status apply_vault_identity_added(const evidence::VaultIdentityAdded& act,
                                                const Recorded& at, store::Batch& batch);
// Errors: kInvalid `bad_key_act`; kNotFound `key_not_found`; kConflict `key_in_use` (units are told
// it), `key_known` (retired before).
[[nodiscard]] Status validate_vault_identity_retired(const evidence::VaultIdentityRetired& act,
                                                     const store::Reader& state);
[[nodiscard]] Status apply_vault_identity_retired(const evidence::VaultIdentityRetired& act,
                                                  const Recorded& at, store::Batch& batch);

// The same for the authorities that sign units' certificates.
[[nodiscard]] Status validate_unit_authority_added(const evidence::UnitAuthorityAdded& act,
                                                   const store::Reader& state);
[[nodiscard]] Status apply_unit_authority_added(const evidence::UnitAuthorityAdded& act,
                                                const Recorded& at, store::Batch& batch);
[[nodiscard]] Status validate_unit_authority_retired(const evidence::UnitAuthorityRetired& act,
                                                     const store::Reader& state);
[[nodiscard]] Status apply_unit_authority_retired(const evidence::UnitAuthorityRetired& act,
                                                  const Recorded& at, store::Batch& batch);

}  // namespace hansom::keys
