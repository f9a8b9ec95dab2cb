// What issuing and revoking a token do to access's rows.
#include "index/access/token_rules.h"

#include "index/access/access.h"
#include "index/access/keys.h"

namespace hansom::access {

using catalogue::TokenRow;
using store::Family;

Status validate_token_issued(evidence::TokenIssued& act, const store::Reader& state) {
  if (act.token_id().empty() || act.person().empty() || act.token_sha256().size() != 32 ||
      act.expires_us() <= 0) {
    return fail(ErrorKind::kInvalid, "bad_token",
                "a token needs an id, a person, a SHA-256 digest and an expiry");
  }
  HANSOM_TRY(parse_role(act.role()));
  HANSOM_TRY_ASSIGN(const auto same_id, state.get(Family::kRegister, token_key(act.token_id())));
  HANSOM_TRY_ASSIGN(const auto same_digest,
                    state.get(Family::kRegister, token_digest_key(as_bytes(act.token_sha256()))));
  if (same_id || same_digest) {
    return fail(ErrorKind::kConflict, "token_exists",
                "token " + act.token_id() + " was issued before; make a new one");
  }
  return {};
}

Status apply_token_issued(const evidence::TokenIssued& act, const Recorded& at,
                          store::Batch& batch) {
  TokenRow row;
  row.set_token_id(act.token_id());
  row.set_token_sha256(act.token_sha256());
  row.set_person(act.person());
  row.set_role(act.role());
  row.set_issued_us(at.time_us);
  row.set_expires_us(act.expires_us());
  catalogue::put_row(batch, Family::kRegister, token_key(act.token_id()), row);
  batch.put(Family::kRegister, token_digest_key(as_bytes(act.token_sha256())),
            as_bytes(act.token_id()));
  return {};
}

Status validate_token_revoked(evidence::TokenRevoked& act, const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const auto row, catalogue::get_row<TokenRow>(state, Family::kRegister,
                                                                 token_key(act.token_id())));
  if (!row) {
    return fail(ErrorKind::kNotFound, "token_not_found", "no token " + act.token_id());
  }
  if (row->revoked_us() != 0) {
    return fail(ErrorKind::kConflict, "token_already_revoked",
                "token " + act.token_id() + " was revoked at " +
                    to_rfc3339(from_unix_us(row->revoked_us())));
  }
  return {};
}

Status apply_token_revoked(const evidence::TokenRevoked& act, const Recorded& at,
                           store::Batch& batch) {
  HANSOM_TRY_ASSIGN(
      auto row, catalogue::get_row<TokenRow>(batch, Family::kRegister, token_key(act.token_id())));
  if (!row) return {};
  row->set_revoked_us(at.time_us);
  catalogue::put_row(batch, Family::kRegister, token_key(act.token_id()), *row);
  return {};
}

}  // namespace hansom::access
