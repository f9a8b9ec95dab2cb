// Reads the rows of keys.
#include "index/keys/site_keys.h"

#include "index/keys/keys.h"
#include "index/site_rules.h"

namespace hansom::keys {

using catalogue::JournalKeyRow;
using catalogue::UnitAuthorityRow;
using catalogue::VaultRecipientRow;
using store::Family;

Result<std::vector<JournalKeyRow>> list_rotations(const store::Reader& state) {
  return catalogue::list_rows<JournalKeyRow>(state, Family::kRegister, rotations_prefix());
}

Result<std::vector<VaultRecipientRow>> list_recipients(const store::Reader& state) {
  return catalogue::list_rows<VaultRecipientRow>(state, Family::kRegister, recipient_key(""));
}

Result<std::string> current_recipient(const store::Reader& state) {
  HANSOM_TRY_ASSIGN(const auto rows, list_recipients(state));
  const VaultRecipientRow* newest = nullptr;
  for (const VaultRecipientRow& row : rows) {
    if (row.added_us() == 0) continue;
    if (newest == nullptr || row.added_leaf() > newest->added_leaf()) newest = &row;
  }
  if (newest != nullptr) return newest->recipient();
  HANSOM_TRY_ASSIGN(const auto opened, site_opening(state));
  return opened ? opened->vault_recipient() : std::string();
}

Result<bool> accepts_recipient(const store::Reader& state, const std::string& recipient,
                               UtcTime now) {
  HANSOM_TRY_ASSIGN(const auto row, catalogue::get_row<VaultRecipientRow>(
                                        state, Family::kRegister, recipient_key(recipient)));
  return !row || row->retired_us() == 0 || to_unix_us(now) < row->accepted_until_us();
}

Result<std::vector<UnitAuthorityRow>> list_authorities(const store::Reader& state) {
  return catalogue::list_rows<UnitAuthorityRow>(state, Family::kRegister, authority_key(""));
}

}  // namespace hansom::keys
