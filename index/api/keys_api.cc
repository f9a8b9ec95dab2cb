// Keys: rotate the journal's, add and retire recipients of the vault and authorities of units, and
// tell which are in force.
// A private key never comes through here: it lies where the configuration names it, and the server
// reads that again.
#include <algorithm>
#include <array>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "index/api/body.h"
#include "index/api/json.h"
#include "index/api/route.h"
#include "index/api/unit_certificate.h"
#include "index/keys/site_keys.h"
#include "index/register/register.h"

namespace hansom::api {
namespace {

Status read_keys_again(const Question& question) {
  const auto& reload = question.context.use.reload_keys;
  return reload ? reload() : Status{};
}

Result<Answer> show_key_chain(const Question& question) {
  HANSOM_TRY_ASSIGN(const evidence::KeyChain chain, question.context.use.index->key_chain());
  Answer answer;
  answer.body = Text{"application/json", evidence::key_chain_json(chain)};
  return answer;
}

// "new_key" is the verifier key, as `hansom key make-journal` printed it: nobody rotates to a key
// he has not seen.
Result<Answer> rotate_journal_key(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"new_key", "reason"}));
  HANSOM_TRY_ASSIGN(const std::string text, text_member(body, "new_key", 512));
  HANSOM_TRY_ASSIGN(const std::string reason, text_member(body, "reason", kReasonBytesMax));
  HANSOM_TRY_ASSIGN(const tlog::VerifierKey key, tlog::VerifierKey::parse(text));
  HANSOM_TRY(read_keys_again(question));
  const tlog::VerifierKey present = question.context.use.index->journal().key();
  if (key.name != present.name) {
    return fail(ErrorKind::kInvalid, "bad_verifier_key",
                "the key is of another origin; rotation keeps " + present.name);
  }
  Answer answer = acted(question, 200);
  evidence::JournalKeyRotated& act = *answer.record->mutable_journal_key_rotated();
  act.set_new_key(key.key.data(), key.key.size());
  act.set_old_key(present.key.data(), present.key.size());  // the writer has the last word
  act.set_reason(reason);
  boost::json::object out;
  out["old_key"] = present.text();
  out["new_key"] = key.text();
  answer.body = std::move(out);
  return answer;
}

Result<Answer> add_vault_recipient(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"recipient", "reason"}));
  HANSOM_TRY_ASSIGN(const std::string recipient, text_member(body, "recipient", 128));
  HANSOM_TRY_ASSIGN(const std::string reason, text_member(body, "reason", kReasonBytesMax));
  HANSOM_TRY(read_keys_again(question));
  if (question.context.use.identities->find(recipient) == nullptr) {
    return fail(ErrorKind::kConflict, "key_not_loaded",
                "the server has no identity of this recipient: name it in vault_identity");
  }
  Answer answer = acted(question, 200);
  answer.record->mutable_vault_identity_added()->set_recipient(recipient);
  answer.record->mutable_vault_identity_added()->set_reason(reason);
  boost::json::object out;
  out["recipient"] = recipient;
  answer.body = std::move(out);
  return answer;
}

constexpr std::chrono::days kAcceptedMax{3653};

Result<Answer> retire_vault_recipient(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"recipient", "accepted_days", "reason"}));
  HANSOM_TRY_ASSIGN(const std::string recipient, text_member(body, "recipient", 128));
  HANSOM_TRY_ASSIGN(const std::string reason, text_member(body, "reason", kReasonBytesMax));
  const boost::json::value* days = body.if_contains("accepted_days");
  if (days == nullptr || !days->is_int64() || days->get_int64() < 0 ||
      days->get_int64() > kAcceptedMax.count()) {
    return fail(ErrorKind::kInvalid, "bad_parameter",
                "accepted_days is a number from 0 to " + std::to_string(kAcceptedMax.count()));
  }
  const UtcTime until = question.context.use.clock->now() + std::chrono::days(days->get_int64());
  Answer answer = acted(question, 200);
  evidence::VaultIdentityRetired& act = *answer.record->mutable_vault_identity_retired();
  act.set_recipient(recipient);
  act.set_accepted_until_us(to_unix_us(until));
  act.set_reason(reason);
  boost::json::object out;
  out["recipient"] = recipient;
  out["accepted_until"] = to_rfc3339(until);
  answer.body = std::move(out);
  return answer;
}

// The authorities the configuration names by now; from here they are asked of new connections.
Result<std::vector<Bytes>> authorities_in_force(const Question& question) {
  const auto& reload = question.context.use.reload_unit_authorities;
  return reload ? reload() : Result<std::vector<Bytes>>();
}

Result<Answer> add_unit_authority(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"certificate_pem", "reason"}));
  HANSOM_TRY_ASSIGN(const std::string pem,
                    text_member(body, "certificate_pem", kCertificatePemBytesMax, Lines::kMany));
  HANSOM_TRY_ASSIGN(const std::string reason, text_member(body, "reason", kReasonBytesMax));
  HANSOM_TRY_ASSIGN(const std::vector<Bytes> added, read_certificates(pem));
  HANSOM_TRY_ASSIGN(const std::vector<Bytes> in_force, authorities_in_force(question));
  if (added.size() != 1) {
    return fail(ErrorKind::kInvalid, "bad_certificate", "name one authority at a time");
  }
  if (std::ranges::find(in_force, added.front()) == in_force.end()) {
    return fail(ErrorKind::kConflict, "key_not_loaded",
                "the server does not know this authority: name it in authorities of [units]");
  }
  Answer answer = acted(question, 200);
  answer.record->mutable_unit_authority_added()->set_certificate_der(to_text(added.front()));
  answer.record->mutable_unit_authority_added()->set_reason(reason);
  boost::json::object out;
  out["certificate_sha256"] = sha256(added.front()).hex();
  answer.body = std::move(out);
  return answer;
}

// Units are revoked by name, in the same act, and so end certificates that were kept beside newer
// ones: whoever reads the journal sees whom it met.
Result<Answer> retire_unit_authority(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto body, json_body(question, {"certificate_sha256", "reason"}));
  HANSOM_TRY_ASSIGN(const std::string text, text_member(body, "certificate_sha256", 64));
  HANSOM_TRY_ASSIGN(const std::string reason, text_member(body, "reason", kReasonBytesMax));
  HANSOM_TRY_ASSIGN(const Digest retired, Digest::from_hex(text));
  HANSOM_TRY_ASSIGN(const std::vector<Bytes> in_force, authorities_in_force(question));
  const auto is_retired = [&](const Bytes& one) { return sha256(one) == retired; };
  if (std::ranges::any_of(in_force, is_retired)) {
    return fail(ErrorKind::kConflict, "key_in_use",
                "the configuration names it: take it out of authorities of [units] first");
  }
  Answer answer = acted(question, 200);
  evidence::UnitAuthorityRetired& act = *answer.record->mutable_unit_authority_retired();
  act.set_certificate_sha256(to_text(retired.span()));
  act.set_reason(reason);
  boost::json::array revoked;
  HANSOM_TRY_ASSIGN(const auto units, registry::list_units(question.reader()));
  const auto is_in_force = [&in_force](const std::string& certificate) {
    return std::ranges::any_of(in_force, [&certificate](const Bytes& authority) {
      return is_issued_by(as_bytes(certificate), authority);
    });
  };
  for (const catalogue::UnitRow& unit : units) {
    if (unit.revoked_us() != 0) continue;
    if (!is_in_force(unit.certificate_der())) {
      act.add_units(unit.unit());
      revoked.emplace_back(unit.unit());
    } else if (!unit.previous_certificate_der().empty() &&
               !is_in_force(unit.previous_certificate_der())) {
      act.add_previous_ended(unit.unit());
    }
  }
  boost::json::object out;
  out["certificate_sha256"] = retired.hex();
  out["units_revoked"] = std::move(revoked);
  answer.body = std::move(out);
  return answer;
}

Result<Answer> list_keys(const Question& question) {
  const store::Reader& reader = question.reader();
  HANSOM_TRY_ASSIGN(const auto rotations, keys::list_rotations(reader));
  HANSOM_TRY_ASSIGN(const auto recipients, keys::list_recipients(reader));
  HANSOM_TRY_ASSIGN(const std::string current, keys::current_recipient(reader));
  HANSOM_TRY_ASSIGN(const auto authorities, keys::list_authorities(reader));
  boost::json::array rotated;
  for (const catalogue::JournalKeyRow& row : rotations) {
    boost::json::object one;
    one["leaf_index"] = row.leaf();
    one["rotated"] = time_json(row.rotated_us());
    one["old_key"] = to_base64(as_bytes(row.old_key()));
    one["new_key"] = to_base64(as_bytes(row.new_key()));
    rotated.push_back(std::move(one));
  }
  boost::json::array listed;
  for (const catalogue::VaultRecipientRow& row : recipients) {
    boost::json::object one;
    one["recipient"] = row.recipient();
    one["added"] = time_json(row.added_us());
    one["retired"] = time_json(row.retired_us());
    one["accepted_until"] = time_json(row.accepted_until_us());
    listed.push_back(std::move(one));
  }
  boost::json::array issuers;
  for (const catalogue::UnitAuthorityRow& row : authorities) {
    boost::json::object one;
    one["certificate_sha256"] = to_hex(as_bytes(row.certificate_sha256()));
    one["added"] = time_json(row.added_us());
    one["retired"] = time_json(row.retired_us());
    issuers.push_back(std::move(one));
  }
  Answer answer = looked(question, evidence::Access::ADMIN,
                         rotations.size() + recipients.size() + authorities.size());
  boost::json::object body;
  body["journal_key"] = question.context.use.index->journal().key().text();
  body["journal_rotations"] = std::move(rotated);
  body["vault_recipient"] = current;
  body["vault_recipients"] = std::move(listed);
  body["unit_authorities"] = std::move(issuers);
  answer.body = std::move(body);
  return answer;
}

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/v1/journal/keys",
          .guard = Guard::kOpen,
          .handle = show_key_chain},
    Route{.method = "GET",
          .pattern = "/v1/keys",
          .right = access::Right::kManageKeys,
          .handle = list_keys},
    Route{.method = "POST",
          .pattern = "/v1/keys/journal/rotate",
          .right = access::Right::kManageKeys,
          .handle = rotate_journal_key,
          .body_bytes_max = kJsonBytesMax,
          .runs_on = RunsOn::kHelper},
    Route{.method = "POST",
          .pattern = "/v1/keys/units/add",
          .right = access::Right::kManageKeys,
          .handle = add_unit_authority,
          .body_bytes_max = kJsonBytesMax,
          .runs_on = RunsOn::kHelper},
    Route{.method = "POST",
          .pattern = "/v1/keys/units/retire",
          .right = access::Right::kManageKeys,
          .handle = retire_unit_authority,
          .body_bytes_max = kJsonBytesMax,
          .runs_on = RunsOn::kHelper},
    Route{.method = "POST",
          .pattern = "/v1/keys/vault/add",
          .right = access::Right::kManageKeys,
          .handle = add_vault_recipient,
          .body_bytes_max = kJsonBytesMax,
          .runs_on = RunsOn::kHelper},
    Route{.method = "POST",
          .pattern = "/v1/keys/vault/retire",
          .right = access::Right::kManageKeys,
          .handle = retire_vault_recipient,
          .body_bytes_max = kJsonBytesMax},
};

}  // namespace

std::span<const Route> keys_routes() {
  return kRoutes;
}

}  // namespace hansom::api
