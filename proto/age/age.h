// age v1 (c2sp.org/age), binary form, X25519 recipients: seal, open, open a range.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/random.h"
#include "proto/base/secret.h"

namespace hansom::age {

inline constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;  // plaintext of a STREAM chunk
inline constexpr std::size_t kSealedChunkBytes = kChunkBytes + 16;  // with its tag
inline constexpr std::size_t kHeaderBytesMax =
    std::size_t{64} * 1024;  // our bound; the format has none

// A public key, "age1..." in text (Bech32, HRP "age").
struct Recipient {
  std::array<std::uint8_t, 32> point{};
  // Error: kInvalid `bad_recipient`.
  [[nodiscard]] static Result<Recipient> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

// A secret key, "AGE-SECRET-KEY-1..." in text.
class Identity {
 public:
  [[nodiscard]] static Identity generate(Random& random);
  // Error: kInvalid `bad_identity`; the message never repeats the text.
  [[nodiscard]] static Result<Identity> parse(std::string_view text);
  [[nodiscard]] const Recipient& recipient() const { return recipient_; }
  [[nodiscard]] const std::string& recipient_text() const { return recipient_text_; }
  [[nodiscard]] Secret text() const;
  [[nodiscard]] ByteSpan scalar() const { return scalar_.span(); }
  [[nodiscard]] Identity clone() const;

 private:
  // Computes the public key, once: that costs as much as opening.
  explicit Identity(Secret scalar);
  Identity(Secret scalar, const Recipient& recipient, std::string recipient_text)
      : scalar_(std::move(scalar)),
        recipient_(recipient),
        recipient_text_(std::move(recipient_text)) {}
  Secret scalar_;
  Recipient recipient_;
  std::string recipient_text_;
};

// What a header held that opening needs. `payload_key` comes from the 16-byte nonce behind the
// header.
struct OpenedHeader {
  Secret payload_key;
  std::uint64_t payload_offset = 0;  // first sealed chunk: header bytes + 16
};

// Reads a header (and the nonce) from the first bytes of a sealed object and unwraps the file key.
// Errors: kInvalid `age_header` (not age v1, malformed), kRefused `age_no_match` (no stanza for
// these identities), kCorrupt `age_header_mac`, kInvalid `age_truncated` when `start` ends before
// the nonce does. `start` may hold more than the header; give min(object, kHeaderBytesMax + 16).
[[nodiscard]] Result<OpenedHeader> open_header(ByteSpan start,
                                               std::span<const Identity> identities);

// Reads sealed bytes at an offset into `out`, all of them or an error.
using ReadAt = std::function<Status(std::uint64_t offset, MutableByteSpan out)>;

// Random access to the plaintext of one sealed object. Not thread-safe. Opening authenticates the
// last chunk, so size() is authentic. Each read authenticates the chunks it touches and releases
// only authenticated bytes.
class Opener {
 public:
  // What open() reads first, or all there is; mostly the whole header lies in it.
  static constexpr std::size_t kFirstReadBytes = 4096;
  // Errors: as open_header; kCorrupt `age_payload` when the last chunk does not authenticate or the
  // length is impossible (empty last chunk of a non-empty object, no chunk).
  [[nodiscard]] static Result<Opener> open(ReadAt read, std::uint64_t sealed_bytes,
                                           std::span<const Identity> identities);
  [[nodiscard]] std::uint64_t size() const;  // plaintext bytes
  // Fills `out` with plaintext from `offset`. Requires: offset + out.size() <= size().
  // Error: kCorrupt `age_payload`; then nothing of `out` may be used.
  [[nodiscard]] Status read(std::uint64_t offset, MutableByteSpan out);
  ~Opener();
  Opener(Opener&&) noexcept;
  Opener& operator=(Opener&&) noexcept;

 private:
  struct State;
  explicit Opener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Opens a whole stream in order; `sink` gets authenticated plaintext only, chunk by chunk. On
// kCorrupt `age_payload` everything released before was whole authenticated chunks (the C2SP
// vectors' rule).
class StreamOpener {
 public:
  explicit StreamOpener(Secret payload_key);
  ~StreamOpener();
  StreamOpener(StreamOpener&&) noexcept;
  StreamOpener& operator=(StreamOpener&&) noexcept;
  using Sink = std::function<Status(ByteSpan)>;
  [[nodiscard]] Status update(ByteSpan sealed, const Sink& sink);
  [[nodiscard]] Status finish(const Sink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Seals a stream: header() first, then update() any number of times, then finish(); each call
// appends to `out`.
class Sealer {
 public:
  // Requires: at least one recipient.
  [[nodiscard]] static Result<Sealer> start(std::span<const Recipient> recipients, Random& random);
  ~Sealer();
  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;
  void header(Bytes& out);
  void update(ByteSpan plain, Bytes& out);
  void finish(Bytes& out);

 private:
  struct State;
  explicit Sealer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whole small objects in memory.
[[nodiscard]] Result<Bytes> seal(ByteSpan plain, std::span<const Recipient> recipients,
                                 Random& random);
[[nodiscard]] Result<Bytes> open(ByteSpan sealed, std::span<const Identity> identities);
// Sealed size of `plain_bytes` bytes behind a header of `header_bytes` (nonce not counted in it).
[[nodiscard]] std::uint64_t sealed_bytes(std::uint64_t header_bytes, std::uint64_t plain_bytes);

}  // namespace hansom::age
