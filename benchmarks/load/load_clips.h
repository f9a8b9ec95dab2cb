// Sealed clips by the thousand for the load programs: each a valid age file with a digest and a
// signed manifest of its own, and next to no memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proto/age/age.h"
#include "proto/base/secret.h"
#include "proto/base/sha256.h"

namespace hansom::bench {

// What many clips share: the sealed chunks of one plaintext under one file key.
struct SharedPayload;

// Its sealed bytes are `head` (age header and nonce, of this clip alone) and then `*tail`.
struct LoadClip {
  std::string head;
  std::shared_ptr<const Bytes> tail;
  Digest digest;
  std::string manifest_jws;
  [[nodiscard]] std::size_t bytes() const { return head.size() + tail->size(); }
};

// Makes clips of one unit, sealed to one vault. Not thread-safe. Ends the process where it cannot.
class ClipMaker {
 public:
  // Requires: `vault_recipient` is an age recipient, `unit_key_pem` a P-256 key in PEM.
  ClipMaker(std::string unit, Secret unit_key_pem, const std::string& vault_recipient);
  ~ClipMaker();
  ClipMaker(const ClipMaker&) = delete;
  ClipMaker& operator=(const ClipMaker&) = delete;

  // One of so many bytes of plaintext: random ones, but the same for every clip of this length.
  [[nodiscard]] LoadClip make(std::size_t plain_bytes);
  // One of this plaintext, which then stands for its length.
  [[nodiscard]] LoadClip make(const Bytes& plain);

 private:
  [[nodiscard]] LoadClip make_with(const SharedPayload& payload);

  const std::string unit_;
  const Secret unit_key_pem_;
  const std::vector<age::Recipient> recipients_;
  std::map<std::size_t, std::unique_ptr<SharedPayload>> payloads_;  // by length of the plaintext
  std::uint64_t number_;                                            // of the last clip
};

}  // namespace hansom::bench
