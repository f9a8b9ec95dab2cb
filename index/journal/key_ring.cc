// Keys behind one lock.
#include "index/journal/key_ring.h"

#include <mutex>

#include "proto/base/check.h"

namespace hansom::journal {

struct KeyRing::State {
  mutable std::mutex mutex;
  std::vector<Key> keys;

  template <typename Fits>
  [[nodiscard]] Key find(const Fits& fits) const {
    const std::lock_guard lock(mutex);
    for (const Key& key : keys) {
      if (fits(key->verifier())) return key;
    }
    return nullptr;
  }
};

KeyRing::KeyRing(tlog::Signer only) : state_(std::make_shared<State>()) {
  state_->keys.push_back(std::make_shared<const tlog::Signer>(std::move(only)));
}

KeyRing::KeyRing(std::vector<tlog::Signer> keys) : state_(std::make_shared<State>()) {
  HANSOM_CHECK(!keys.empty());
  for (tlog::Signer& key : keys) {
    state_->keys.push_back(std::make_shared<const tlog::Signer>(std::move(key)));
  }
}

void KeyRing::add(tlog::Signer key) {
  HANSOM_CHECK(key.verifier().name == first()->verifier().name);
  if (find(as_text(key.verifier().key))) return;
  auto shared = std::make_shared<const tlog::Signer>(std::move(key));
  const std::lock_guard lock(state_->mutex);
  state_->keys.push_back(std::move(shared));
}

KeyRing::Key KeyRing::first() const {
  return state_->find([](const tlog::VerifierKey&) { return true; });
}

KeyRing::Key KeyRing::find(std::string_view public_key) const {
  return state_->find([&](const tlog::VerifierKey& key) { return as_text(key.key) == public_key; });
}

KeyRing::Key KeyRing::find_id(std::uint32_t id) const {
  return state_->find([&](const tlog::VerifierKey& key) { return key.id == id; });
}

std::vector<tlog::VerifierKey> KeyRing::verifiers() const {
  std::vector<tlog::VerifierKey> out;
  const std::lock_guard lock(state_->mutex);
  for (const Key& key : state_->keys) out.push_back(key->verifier());
  return out;
}

}  // namespace hansom::journal
