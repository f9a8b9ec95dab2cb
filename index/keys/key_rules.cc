// What rotating, adding and retiring keys do to their rows.
#include "index/keys/key_rules.h"

#include "index/catalogue/rows.pb.h"
#include "index/keys/keys.h"
#include "index/keys/site_keys.h"
#include "index/reason.h"
#include "index/site_rules.h"
#include "proto/age/age.h"
#include "proto/base/sha256.h"

namespace hansom::keys {
namespace {

using catalogue::JournalKeyRow;
using catalogue::UnitAuthorityRow;
using catalogue::VaultRecipientRow;
using store::Family;

constexpr std::size_t kJournalKeyBytes = 32;
constexpr std::size_t kCertificateBytesMax = std::size_t{16} * 1024;

tl::unexpected<Error> bad(std::string what) {
  return fail(ErrorKind::kInvalid, "bad_key_act", std::move(what));
}
tl::unexpected<Error> known(std::string what) {
  return fail(ErrorKind::kConflict, "key_known", std::move(what));
}

Result<std::optional<VaultRecipientRow>> recipient_row(const store::Reader& state,
                                                       const std::string& recipient) {
  return catalogue::get_row<VaultRecipientRow>(state, Family::kRegister, recipient_key(recipient));
}
Result<std::optional<UnitAuthorityRow>> authority_row(const store::Reader& state,
                                                      const std::string& sha256) {
  return catalogue::get_row<UnitAuthorityRow>(state, Family::kRegister, authority_key(sha256));
}

std::string digest_of(const std::string& der) {
  return to_text(sha256(der).span());
}

}  // namespace

Status validate_journal_key_rotated(const evidence::JournalKeyRotated& act,
                                    const store::Reader& state) {
  if (act.old_key().size() != kJournalKeyBytes || act.new_key().size() != kJournalKeyBytes) {
    return bad("a journal key has 32 bytes");
  }
  HANSOM_TRY(check_reason(act.reason()));
  if (act.new_key() == act.old_key()) return known("this key signs the journal already");
  HANSOM_TRY_ASSIGN(const auto opened, site_opening(state));
  if (opened && opened->journal_key() == act.new_key()) {
    return known("the site began with this key: a key that was left never comes back");
  }
  HANSOM_TRY_ASSIGN(const auto rotations, list_rotations(state));
  for (const JournalKeyRow& row : rotations) {
    if (row.new_key() == act.new_key() || row.old_key() == act.new_key()) {
      return known("this key has signed before: a key that was left never comes back");
    }
  }
  return {};
}

Status apply_journal_key_rotated(const evidence::JournalKeyRotated& act, const Recorded& at,
                                 store::Batch& batch) {
  JournalKeyRow row;
  row.set_old_key(act.old_key());
  row.set_new_key(act.new_key());
  row.set_leaf(to_u64(at.leaf));
  row.set_rotated_us(at.time_us);
  catalogue::put_row(batch, Family::kRegister, rotation_key(at.leaf), row);
  return {};
}

Status validate_vault_identity_added(const evidence::VaultIdentityAdded& act,
                                     const store::Reader& state) {
  if (!age::Recipient::parse(act.recipient())) return bad("not an age recipient, age1...");
  HANSOM_TRY(check_reason(act.reason()));
  HANSOM_TRY_ASSIGN(const auto row, recipient_row(state, act.recipient()));
  if (row) return known("this recipient was added or retired before");
  HANSOM_TRY_ASSIGN(const auto opened, site_opening(state));
  if (opened && opened->vault_recipient() == act.recipient()) {
    return known("the site began with this recipient");
  }
  return {};
}

Status apply_vault_identity_added(const evidence::VaultIdentityAdded& act, const Recorded& at,
                                  store::Batch& batch) {
  VaultRecipientRow row;
  row.set_recipient(act.recipient());
  row.set_added_leaf(to_u64(at.leaf));
  row.set_added_us(at.time_us);
  catalogue::put_row(batch, Family::kRegister, recipient_key(act.recipient()), row);
  return {};
}

Status validate_vault_identity_retired(const evidence::VaultIdentityRetired& act,
                                       const store::Reader& state) {
  if (act.accepted_until_us() <= 0) return bad("say until when clips sealed to it are accepted");
  HANSOM_TRY(check_reason(act.reason()));
  HANSOM_TRY_ASSIGN(const auto row, recipient_row(state, act.recipient()));
  HANSOM_TRY_ASSIGN(const auto opened, site_opening(state));
  const bool is_first = opened && opened->vault_recipient() == act.recipient();
  if (!row && !is_first) {
    return fail(ErrorKind::kNotFound, "key_not_found", "no recipient " + act.recipient());
  }
  if (row && row->retired_us() != 0) return known("this recipient is retired already");
  HANSOM_TRY_ASSIGN(const std::string current, current_recipient(state));
  if (current == act.recipient()) {
    return fail(ErrorKind::kConflict, "key_in_use",
                "units are told this recipient; add its successor first");
  }
  return {};
}

Status apply_vault_identity_retired(const evidence::VaultIdentityRetired& act, const Recorded& at,
                                    store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto found, recipient_row(batch, act.recipient()));
  VaultRecipientRow row = std::move(found).value_or(VaultRecipientRow());
  row.set_recipient(act.recipient());
  row.set_retired_us(at.time_us);
  row.set_accepted_until_us(act.accepted_until_us());
  catalogue::put_row(batch, Family::kRegister, recipient_key(act.recipient()), row);
  return {};
}

Status validate_unit_authority_added(const evidence::UnitAuthorityAdded& act,
                                     const store::Reader& state) {
  if (act.certificate_der().empty() || act.certificate_der().size() > kCertificateBytesMax) {
    return bad("an authority is a certificate of at most 16 KiB");
  }
  HANSOM_TRY(check_reason(act.reason()));
  HANSOM_TRY_ASSIGN(const auto row, authority_row(state, digest_of(act.certificate_der())));
  if (row) return known("this authority was added or retired before");
  return {};
}

Status apply_unit_authority_added(const evidence::UnitAuthorityAdded& act, const Recorded& at,
                                  store::Batch& batch) {
  UnitAuthorityRow row;
  row.set_certificate_sha256(digest_of(act.certificate_der()));
  row.set_certificate_der(act.certificate_der());
  row.set_added_us(at.time_us);
  catalogue::put_row(batch, Family::kRegister, authority_key(row.certificate_sha256()), row);
  return {};
}

Status validate_unit_authority_retired(const evidence::UnitAuthorityRetired& act,
                                       const store::Reader& state) {
  if (act.certificate_sha256().size() != sizeof(Digest::bytes)) {
    return bad("name the authority by the SHA-256 of its certificate");
  }
  HANSOM_TRY(check_reason(act.reason()));
  HANSOM_TRY_ASSIGN(const auto row, authority_row(state, act.certificate_sha256()));
  if (row && row->retired_us() != 0) return known("this authority is retired already");
  return {};
}

Status apply_unit_authority_retired(const evidence::UnitAuthorityRetired& act, const Recorded& at,
                                    store::Batch& batch) {
  HANSOM_TRY_ASSIGN(auto found, authority_row(batch, act.certificate_sha256()));
  UnitAuthorityRow row = std::move(found).value_or(UnitAuthorityRow());
  row.set_certificate_sha256(act.certificate_sha256());
  row.set_retired_us(at.time_us);
  catalogue::put_row(batch, Family::kRegister, authority_key(act.certificate_sha256()), row);
  return {};
}

}  // namespace hansom::keys
