// Access: people's tokens, roles and what each role may do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/catalogue/rows.pb.h"
#include "index/store/store.h"
#include "proto/base/clock.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"
#include "proto/evidence/journal.pb.h"

namespace hansom::access {

enum class Role { kInvestigator, kOperations, kAuditor };
enum class Right {
  kSearch,            // clips and events: investigator, auditor
  kSeeMedia,          // play, thumbnails, sealed bytes, report: investigator
  kReadJournal,       // receipts, checkpoint, proofs: all
  kPlaceHold,         // place and release: investigator, operations
  kListHolds,         // all
  kManageUnits,       // enrol, revoke, register: operations
  kManageTokens,      // operations
  kSweep,             // plan, execute: operations
  kSeeSweeps,         // operations, auditor
  kScrub,             // see and begin: operations
  kBackUp,            // operations
  kManageKeys,        // operations
  kSeeClocks,         // all
  kCorrectClock,      // correct and withdraw: investigator, operations
  kOrderInspections,  // investigator, operations
  kSeeInspections,    // all
};
[[nodiscard]] Result<Role> parse_role(std::string_view word);  // kInvalid `bad_role`
[[nodiscard]] std::string_view role_word(Role role);
[[nodiscard]] bool may(Role role, Right right);

// Who asks, why, and with which token: what every journal record of a person carries.
struct Person {
  std::string name;
  Role role{};
  std::string token_id;
  std::string purpose;
};
[[nodiscard]] evidence::Record record_by_person(const Person& person);

// "Authorization: Bearer <token>" and "Hansom-Purpose" to a person. Errors: kUnauthenticated
// `unauthenticated` (missing, unknown), `token_expired`, `token_revoked`; kInvalid
// `purpose_required` (3 to 256 printable characters).
[[nodiscard]] Result<Person> identify(const store::Reader& reader,
                                      std::optional<std::string_view> authorization,
                                      std::optional<std::string_view> purpose, UtcTime now);
// Error: kForbidden `forbidden` naming role and right.
[[nodiscard]] Status require(const Person& person, Right right);

struct NewToken {
  Secret token;  // "hst_" and 43 base64url characters; shown once
  evidence::TokenIssued issued;
};
[[nodiscard]] NewToken make_token(std::string person, Role role, UtcTime expires, Random& random);
[[nodiscard]] Result<std::vector<catalogue::TokenRow>> list_tokens(const store::Reader& reader);

}  // namespace hansom::access
