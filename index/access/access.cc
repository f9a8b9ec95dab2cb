// Roles, rights and who stands behind a token.
#include "index/access/access.h"

#include <algorithm>
#include <array>

#include "index/access/keys.h"
#include "proto/base/check.h"
#include "proto/base/sha256.h"

namespace hansom::access {
namespace {

using catalogue::TokenRow;
using store::Family;

constexpr std::string_view kTokenStart = "hst_";
constexpr std::size_t kTokenRandomBytes = 32;
constexpr std::size_t kTokenIdBytes = 8;
constexpr std::size_t kPurposeBytesMin = 3;
constexpr std::size_t kPurposeBytesMax = 256;

struct RightRow {
  Right right;
  std::string_view word;
  bool investigator, operations, auditor;
};
constexpr std::array<RightRow, 16> kRights{{
    {Right::kSearch, "search clips and events", true, false, true},
    {Right::kSeeMedia, "see footage and reports", true, false, false},
    {Right::kReadJournal, "read the journal", true, true, true},
    {Right::kPlaceHold, "place or release holds", true, true, false},
    {Right::kListHolds, "list holds", true, true, true},
    {Right::kManageUnits, "manage units and the register", false, true, false},
    {Right::kManageTokens, "manage tokens", false, true, false},
    {Right::kSweep, "plan or carry out sweeps", false, true, false},
    {Right::kSeeSweeps, "see sweeps", false, true, true},
    {Right::kScrub, "see or begin scrubs", false, true, false},
    {Right::kBackUp, "take backups", false, true, false},
    {Right::kManageKeys, "rotate and retire keys", false, true, false},
    {Right::kSeeClocks, "see units' clocks", true, true, true},
    {Right::kCorrectClock, "correct units' clocks", true, true, false},
    {Right::kOrderInspections, "have clips inspected again", true, true, false},
    {Right::kSeeInspections, "see how inspections stand", true, true, true},
}};

const RightRow& row_of(Right right) {
  const auto row = std::ranges::find(kRights, right, &RightRow::right);
  HANSOM_CHECK(row != kRights.end());
  return *row;
}

constexpr std::array<std::pair<Role, std::string_view>, 3> kRoles{{
    {Role::kInvestigator, "investigator"},
    {Role::kOperations, "operations"},
    {Role::kAuditor, "auditor"},
}};

tl::unexpected<Error> unauthenticated(std::string message) {
  return fail(ErrorKind::kUnauthenticated, "unauthenticated", std::move(message));
}

bool starts_with_word(std::string_view text, std::string_view lower_case_word) {
  return text.size() >= lower_case_word.size() &&
         std::ranges::equal(text.substr(0, lower_case_word.size()), lower_case_word,
                            [](char a, char b) {
                              return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
                            });
}

// The token of "Bearer <token>" (RFC 6750, section 2.1).
Result<std::string_view> bearer(std::optional<std::string_view> authorization) {
  if (!authorization) return unauthenticated("a token is required: Authorization: Bearer hst_...");
  constexpr std::string_view kScheme = "bearer ";
  if (!starts_with_word(*authorization, kScheme)) {
    return unauthenticated("only Bearer tokens are known here");
  }
  std::string_view token = authorization->substr(kScheme.size());
  while (token.starts_with(' ')) token.remove_prefix(1);
  while (token.ends_with(' ')) token.remove_suffix(1);
  if (!token.starts_with(kTokenStart)) return unauthenticated("that is no token of this server");
  return token;
}

// The row is looked up by the token's digest, so nothing about a token leaks by the time it takes.
Result<TokenRow> find_token(const store::Reader& reader, std::string_view token) {
  const Digest digest = sha256(token);
  HANSOM_TRY_ASSIGN(const auto id, reader.get(Family::kRegister, token_digest_key(digest.span())));
  if (!id) return unauthenticated("that token is not known");
  HANSOM_TRY_ASSIGN(
      auto row, catalogue::get_row<TokenRow>(reader, Family::kRegister, token_key(as_text(*id))));
  if (!row || !equal_constant_time(as_bytes(row->token_sha256()), digest.span())) {
    return fail(ErrorKind::kCorrupt, "store_corrupt", "a token's digest leads nowhere");
  }
  return *std::move(row);
}

Result<std::string> checked_purpose(std::optional<std::string_view> purpose) {
  std::string_view text = purpose.value_or("");
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable || text.size() < kPurposeBytesMin || text.size() > kPurposeBytesMax) {
    return fail(ErrorKind::kInvalid, "purpose_required",
                "say what for: Hansom-Purpose with 3 to 256 printable ASCII characters");
  }
  return std::string(text);
}

}  // namespace

Result<Role> parse_role(std::string_view word) {
  for (const auto& [role, name] : kRoles) {
    if (name == word) return role;
  }
  return fail(ErrorKind::kInvalid, "bad_role",
              "\"" + std::string(word) + "\" is no role; one of investigator, operations, auditor");
}

std::string_view role_word(Role role) {
  const auto row = std::ranges::find(kRoles, role, &std::pair<Role, std::string_view>::first);
  HANSOM_CHECK(row != kRoles.end());
  return row->second;
}

bool may(Role role, Right right) {
  const RightRow& row = row_of(right);
  switch (role) {
    case Role::kInvestigator:
      return row.investigator;
    case Role::kOperations:
      return row.operations;
    case Role::kAuditor:
      return row.auditor;
  }
  return false;
}

evidence::Record record_by_person(const Person& person) {
  evidence::Record record;
  evidence::Actor& actor = *record.mutable_actor();
  actor.set_kind(evidence::Actor::PERSON);
  actor.set_id(person.name);
  actor.set_role(std::string(role_word(person.role)));
  actor.set_purpose(person.purpose);
  actor.set_token_id(person.token_id);
  return record;
}

Result<Person> identify(const store::Reader& reader, std::optional<std::string_view> authorization,
                        std::optional<std::string_view> purpose, UtcTime now) {
  HANSOM_TRY_ASSIGN(const std::string_view token, bearer(authorization));
  HANSOM_TRY_ASSIGN(const TokenRow row, find_token(reader, token));
  if (row.revoked_us() != 0) {
    return fail(ErrorKind::kUnauthenticated, "token_revoked",
                "the token was revoked at " + to_rfc3339(from_unix_us(row.revoked_us())));
  }
  if (row.expires_us() <= to_unix_us(now)) {
    return fail(ErrorKind::kUnauthenticated, "token_expired",
                "the token expired at " + to_rfc3339(from_unix_us(row.expires_us())));
  }
  Person person;
  person.name = row.person();
  person.token_id = row.token_id();
  HANSOM_TRY_ASSIGN(person.role, parse_role(row.role()));
  HANSOM_TRY_ASSIGN(person.purpose, checked_purpose(purpose));
  return person;
}

Status require(const Person& person, Right right) {
  if (may(person.role, right)) return {};
  return fail(ErrorKind::kForbidden, "forbidden",
              "the role " + std::string(role_word(person.role)) + " may not " +
                  std::string(row_of(right).word));
}

NewToken make_token(std::string person, Role role, UtcTime expires, Random& random) {
  Secret bytes(kTokenRandomBytes);
  random.fill(bytes.writable());
  std::array<std::uint8_t, kTokenIdBytes> id{};
  random.fill(id);
  NewToken made;
  made.token = Secret(std::string(kTokenStart) + to_base64url(bytes.span()));
  const Digest digest = sha256(made.token.text());
  made.issued.set_token_id("tok-" + to_hex(id));
  made.issued.set_token_sha256(digest.bytes.data(), digest.bytes.size());
  made.issued.set_person(std::move(person));
  made.issued.set_role(std::string(role_word(role)));
  made.issued.set_expires_us(to_unix_us(expires));
  return made;
}

Result<std::vector<TokenRow>> list_tokens(const store::Reader& reader) {
  return catalogue::list_rows<TokenRow>(reader, Family::kRegister, token_key(""));
}

}  // namespace hansom::access
