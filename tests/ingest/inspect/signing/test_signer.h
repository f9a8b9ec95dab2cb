// Makes signed streams as cameras do, for the tests of signatures: pictures of made-up bytes, and
// the messages of a signer between them, with a key of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ingest/inspect/inspector/signing/signed_stream.h"

namespace hansom::test {

struct SigningStyle {
  ingest::SigningScheme scheme = ingest::SigningScheme::kAxis;
  bool with_list = true;    // else the hash of each group alone
  bool with_key = true;     // in every message; else in the second only
  bool with_chain = false;  // a certificate and its issuer's instead of a bare key
  bool is_rsa = false;
  bool is_hevc = false;
  int gops = 4;
  int pictures = 6;            // of a group
  int part = 0;                // signs after so many pictures, too; 0: after whole groups
  int sign_every = 1;          // only every so many messages have a signature
  bool last_is_signed = true;  // there is a message of the last group at the end
};

// A stream as packets, each of NAL units behind four bytes of their length.
struct SignedPackets {
  std::vector<std::string> packets;
  // Which packets: the first picture of each group, and those with a message in them.
  std::vector<std::size_t> gop_at;
  std::vector<std::size_t> message_at;
};

class TestSigner {
 public:
  explicit TestSigner(SigningStyle style = {});
  ~TestSigner();
  TestSigner(const TestSigner&) = delete;
  TestSigner& operator=(const TestSigner&) = delete;

  [[nodiscard]] SignedPackets sign() const;
  [[nodiscard]] ingest::Hash key_sha256() const;

 private:
  struct Key;
  std::string signature_of(const ingest::Hash& hash) const;
  std::string message(std::uint32_t counter, const std::vector<ingest::Hash>& hashes,
                      const ingest::Hash& linked, bool has_key, bool is_signed) const;
  SigningStyle style_;
  std::unique_ptr<Key> key_;
};

// What lies in a stream of these packets; the times are 40 ms a packet.
[[nodiscard]] ingest::SignedPictures gather(const std::vector<std::string>& packets,
                                            bool is_hevc = false, bool may_be_signed = true);
// Appends to a NAL unit, with bytes of emulation prevention where they have to be.
void append_escaped(std::string& nal, const std::string& more);
// A packet's units without its first.
[[nodiscard]] std::string without_first_unit(const std::string& packet);

}  // namespace hansom::test
