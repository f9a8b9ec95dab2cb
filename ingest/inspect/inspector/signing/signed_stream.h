// What signatures may speak of in one stream: its pictures as hashes, and the messages of a signer,
// gathered while its packets go by.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/inspect/inspector/signing/signature_check.h"
#include "ingest/inspect/inspector/signing/signing_message.h"

namespace hansom::ingest {

// A NAL unit that a signer hashes.
struct SignedUnit {
  // Of a GOP's first: of itself; of the others: of the first's hash and its own. Zeros where no
  // message can come.
  Hash hash{};
  std::optional<std::int64_t> media_us;
  std::uint32_t picture = 0;  // number of its packet in the stream, from 0
  bool is_message = false;    // of a signer, without a signature of its own: hashed like a first
};

struct GopStart {
  std::size_t unit = 0;
  Hash linked{};  // as the last of the GOP before: of that one's first hash and its own
};

struct PlacedMessage {
  SigningMessage message;           // without its texts in PEM
  std::size_t at = 0;               // how many units stand before it
  std::optional<std::size_t> unit;  // where it is hashed itself
  std::size_t key = 0;              // among `keys`; it may have been told later
};

struct SignedPictures {
  std::vector<SignedUnit> units;
  std::vector<GopStart> gops;
  std::vector<PlacedMessage> messages;
  std::vector<SigningKey> keys;         // those told, in order, at most kSigningKeysMax
  Bytes certificates;                   // PEM, of the first key; empty where the key is told alone
  Bytes attestation;                    // PEM
  std::string maker, serial, firmware;  // as first told
  std::uint64_t pictures_passed = 0;    // before the first message, no longer at hand
  std::uint64_t uncovered = 0;          // slices that no signer hashes
  bool limited = false;                 // a limit was reached: what came then is not looked at
};

// Throws std::bad_alloc only. One thread.
class SignedStream {
 public:
  // `configuration`: the stream's avcC or hvcC record, or anything else. `may_be_signed`: false
  // where it is known that no message will come; pictures are then counted and not hashed.
  SignedStream(NalCodec codec, ByteSpan configuration, bool may_be_signed);

  void add(ByteSpan packet, std::optional<std::int64_t> media_us);
  // Moves out what was gathered.
  [[nodiscard]] SignedPictures finish() { return std::move(found_); }

 private:
  void add_picture(NalKind kind, ByteSpan nal, std::optional<std::int64_t> media_us);
  void add_message(SigningMessage message, std::optional<std::int64_t> media_us);
  void learn_key(SigningMessage& message);
  void let_go_of_unsigned();

  NalCodec codec_;
  std::size_t length_bytes_;
  bool may_be_signed_;
  Hasher hasher_;
  SignedPictures found_;
  std::vector<Bytes> key_texts_;
  std::optional<Hash> first_;  // of the GOP at hand
  std::size_t last_key_ = 0;
  std::uint32_t packets_ = 0;
  std::uint64_t hashed_bytes_ = 0;
  std::uint64_t message_bytes_ = 0;
};

}  // namespace hansom::ingest
