// Roles as a table, tokens and purposes.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/access/access.h"
#include "tests/support/memory_index.h"

namespace hansom::access {
namespace {

constexpr std::string_view kPurpose = "complaint 17";

TEST(Roles, MayExactlyThis) {
  struct Row {
    Right right;
    bool investigator, operations, auditor;
  };
  constexpr std::array<Row, 14> kTable{{
      {Right::kSearch, true, false, true},
      {Right::kSeeMedia, true, false, false},
      {Right::kReadJournal, true, true, true},
      {Right::kPlaceHold, true, true, false},
      {Right::kListHolds, true, true, true},
      {Right::kManageUnits, false, true, false},
      {Right::kManageTokens, false, true, false},
      {Right::kSweep, false, true, false},
      {Right::kSeeSweeps, false, true, true},
      {Right::kScrub, false, true, false},
      {Right::kBackUp, false, true, false},
      {Right::kManageKeys, false, true, false},
      {Right::kSeeClocks, true, true, true},
      {Right::kCorrectClock, true, true, false},
  }};
  for (const Row& row : kTable) {
    EXPECT_EQ(may(Role::kInvestigator, row.right), row.investigator);
    EXPECT_EQ(may(Role::kOperations, row.right), row.operations);
    EXPECT_EQ(may(Role::kAuditor, row.right), row.auditor);
    for (const Role role : {Role::kInvestigator, Role::kOperations, Role::kAuditor}) {
      const Status required = require({"p", role, "t", "x"}, row.right);
      EXPECT_EQ(required.has_value(), may(role, row.right));
      if (required) continue;
      EXPECT_EQ(required.error().token, "forbidden");
      EXPECT_THAT(required.error().message, testing::HasSubstr(std::string(role_word(role))));
    }
  }
}

TEST(Roles, HaveWords) {
  for (const Role role : {Role::kInvestigator, Role::kOperations, Role::kAuditor}) {
    EXPECT_EQ(parse_role(role_word(role)).value(), role);
  }
  for (const char* word : {"", "Auditor", "admin", "auditor "}) {
    EXPECT_EQ(parse_role(word).error().token, "bad_role") << word;
  }
}

class TokenTest : public testing::Test {
 protected:
  std::string issue(const std::string& person, Role role, std::int64_t expires_us) {
    NewToken made = make_token(person, role, from_unix_us(expires_us), *random_);
    evidence::Record record = record_by_server();
    *record.mutable_token_issued() = made.issued;
    EXPECT_TRUE(index_.submit(record).has_value());
    ids_.push_back(made.issued.token_id());
    return std::string(made.token.text());
  }
  Result<Person> identify_at(std::int64_t us, const std::string& authorization,
                             std::optional<std::string_view> purpose = kPurpose) {
    return identify(index_.reader(), authorization, purpose, from_unix_us(us));
  }
  Status revoke(const std::string& id) {
    evidence::Record record = record_by_server();
    record.mutable_token_revoked()->set_token_id(id);
    const auto done = index_.submit(record);
    if (!done) return fail(done.error());
    return {};
  }

  std::unique_ptr<Random> random_ = seeded_random(7);
  test::MemoryIndex index_;
  std::vector<std::string> ids_;
};

TEST_F(TokenTest, AKnownTokenIsAPerson) {
  const std::string token = issue("A. Smith", Role::kInvestigator, test::kStartUs + 100);
  EXPECT_EQ(token.size(), 4U + 43U);
  EXPECT_TRUE(token.starts_with("hst_"));
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER  "}) {
    const auto person = identify_at(test::kStartUs, std::string(scheme) + token);
    ASSERT_TRUE(person.has_value()) << scheme << person.error().message;
    EXPECT_EQ(person->name, "A. Smith");
    EXPECT_EQ(person->role, Role::kInvestigator);
    EXPECT_EQ(person->token_id, ids_[0]);
    EXPECT_EQ(person->purpose, kPurpose);
  }
}

TEST_F(TokenTest, RecordsCarryThePerson) {
  const evidence::Record record = record_by_person({"A. Smith", Role::kAuditor, "tok-1", "audit"});
  EXPECT_EQ(record.actor().kind(), evidence::Actor::PERSON);
  EXPECT_EQ(record.actor().id(), "A. Smith");
  EXPECT_EQ(record.actor().role(), "auditor");
  EXPECT_EQ(record.actor().purpose(), "audit");
  EXPECT_EQ(record.actor().token_id(), "tok-1");
}

TEST_F(TokenTest, NobodyElseIs) {
  const std::string token = issue("A. Smith", Role::kInvestigator, test::kStartUs + 100);
  EXPECT_EQ(identify(index_.reader(), std::nullopt, kPurpose, {}).error().token, "unauthenticated");
  const std::vector<std::string> wrong = {"",
                                          "Bearer",
                                          "Bearer ",
                                          "Basic " + token,
                                          token,
                                          "Bearer " + token.substr(0, 46),
                                          "Bearer " + token + "A",
                                          "Bearer hst_" + std::string(43, 'A'),
                                          "Bearer " + token + ", " + token};
  for (const std::string& text : wrong) {
    const auto person = identify_at(test::kStartUs, text);
    ASSERT_FALSE(person.has_value()) << text;
    EXPECT_EQ(person.error().token, "unauthenticated") << text;
    EXPECT_EQ(person.error().kind, ErrorKind::kUnauthenticated);
  }
}

TEST_F(TokenTest, ExpiresAtItsExpiry) {
  const std::string token = "Bearer " + issue("A", Role::kAuditor, test::kStartUs + 100);
  EXPECT_TRUE(identify_at(test::kStartUs + 99, token).has_value());
  EXPECT_EQ(identify_at(test::kStartUs + 100, token).error().token, "token_expired");
}

TEST_F(TokenTest, IsRevokedOnce) {
  const std::string token = "Bearer " + issue("A", Role::kAuditor, test::kStartUs + 100);
  const std::string other = "Bearer " + issue("B", Role::kAuditor, test::kStartUs + 100);
  ASSERT_TRUE(revoke(ids_[0]).has_value());
  EXPECT_EQ(identify_at(test::kStartUs, token).error().token, "token_revoked");
  EXPECT_TRUE(identify_at(test::kStartUs, other).has_value());
  EXPECT_EQ(revoke(ids_[0]).error().token, "token_already_revoked");
  EXPECT_EQ(revoke("tok-none").error().token, "token_not_found");
  EXPECT_EQ(list_tokens(index_.reader()).value().size(), 2U);
}

TEST_F(TokenTest, APurposeIsRequired) {
  const std::string token = "Bearer " + issue("A", Role::kAuditor, test::kStartUs + 100);
  EXPECT_EQ(identify_at(0, token, std::nullopt).error().token, "purpose_required");
  for (const std::string& wrong :
       {std::string(), std::string("ab"), std::string("  ab  "), std::string(257, 'x'),
        std::string("a\nb c"), std::string("caf\xc3\xa9"),
        std::string("a\x7f"
                    "bc")}) {
    EXPECT_EQ(identify_at(0, token, wrong).error().token, "purpose_required") << wrong;
  }
  for (const std::string& right : {std::string("abc"), std::string(256, 'x')}) {
    EXPECT_EQ(identify_at(0, token, " " + right + " ").value().purpose, right);
  }
}

TEST_F(TokenTest, IssuesNoTokenTwiceAndNoDamagedOne) {
  const NewToken made = make_token("A", Role::kAuditor, from_unix_us(test::kStartUs), *random_);
  evidence::Record record = record_by_server();
  *record.mutable_token_issued() = made.issued;
  ASSERT_TRUE(index_.submit(record).has_value());
  EXPECT_EQ(index_.submit(record).error().token, "token_exists");
  evidence::Record same_digest = record;
  same_digest.mutable_token_issued()->set_token_id("tok-other");
  EXPECT_EQ(index_.submit(same_digest).error().token, "token_exists");
  evidence::Record bad = record;
  bad.mutable_token_issued()->set_token_id("tok-2");
  bad.mutable_token_issued()->set_role("king");
  EXPECT_EQ(index_.submit(bad).error().token, "bad_role");
  bad.mutable_token_issued()->set_token_sha256("short");
  EXPECT_EQ(index_.submit(bad).error().token, "bad_token");
}

}  // namespace
}  // namespace hansom::access
