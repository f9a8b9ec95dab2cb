// Rules of TokenIssued and TokenRevoked. See rules.h.
#pragma once

#include "index/recorded.h"
#include "index/store/store.h"

namespace hansom::access {

// Errors: kInvalid `bad_token` (no id, no person, no digest, no expiry), `bad_role`; kConflict
// `token_exists`.
[[nodiscard]] Status validate_token_issued(evidence::TokenIssued& act, const store::Reader& state);
[[nodiscard]] Status apply_token_issued(const evidence::TokenIssued& act, const Recorded& at,
                                        store::Batch& batch);

// Errors: kNotFound `token_not_found`, kConflict `token_already_revoked`.
[[nodiscard]] Status validate_token_revoked(evidence::TokenRevoked& act,
                                            const store::Reader& state);
[[nodiscard]] Status apply_token_revoked(const evidence::TokenRevoked& act, const Recorded& at,
                                         store::Batch& batch);

}  // namespace hansom::access
