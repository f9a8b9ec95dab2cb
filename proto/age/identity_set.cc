// Identities behind a count that only grows.
#include "proto/age/identity_set.h"

namespace hansom::age {

IdentitySet::IdentitySet(Identity first) {
  identities_.reserve(kIdentitiesMax);
  identities_.push_back(std::move(first));
  count_ = 1;
}

Status IdentitySet::add(Identity identity) {
  const std::lock_guard lock(mutex_);
  if (find(identity.recipient_text()) != nullptr) return {};
  if (identities_.size() == kIdentitiesMax) {
    return fail(ErrorKind::kTooLarge, "too_large", "a vault has at most 64 identities loaded");
  }
  identities_.push_back(std::move(identity));
  // From here readers see it.
  count_ = identities_.size();
  return {};
}

const Identity* IdentitySet::find(std::string_view recipient) const {
  for (const Identity& identity : all()) {
    if (identity.recipient_text() == recipient) return &identity;
  }
  return nullptr;
}

}  // namespace hansom::age
