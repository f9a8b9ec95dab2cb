// The keys a journal can sign with. The journal's own leaves say which of them does.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "proto/tlog/checkpoint.h"

namespace hansom::journal {

// Any thread. Copies share their keys: one that is added to a copy is in all of them.
class KeyRing {
 public:
  KeyRing(tlog::Signer only);  // implicit: one key is a ring
  // Requires: at least one key, all of one origin.
  explicit KeyRing(std::vector<tlog::Signer> keys);

  using Key = std::shared_ptr<const tlog::Signer>;  // shared with the writer that signs with it
  // Adds a key that is not there yet. Requires: its origin is that of the others.
  void add(tlog::Signer key);
  [[nodiscard]] Key first() const;
  // By its 32 bytes; empty where there is none.
  [[nodiscard]] Key find(std::string_view public_key) const;
  // By the id it has in signed notes.
  [[nodiscard]] Key find_id(std::uint32_t id) const;
  [[nodiscard]] std::vector<tlog::VerifierKey> verifiers() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared by copies: the writer's and the one keys are added to
};

}  // namespace hansom::journal
