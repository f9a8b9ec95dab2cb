// Signed streams made by hand: see test_signer.h.
#include "tests/ingest/inspect/signing/test_signer.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "tests/ingest/inspect/sources/clip_bytes.h"

namespace hansom::test {
namespace {

using ingest::Hash;
using ingest::SigningScheme;

ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string text(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string tag(SigningScheme scheme, int number, const std::string& value) {
  const bool is_short = scheme != SigningScheme::kOnvif && (number == 1 || number == 7);
  return be(1, static_cast<std::uint64_t>(number)) + be(is_short ? 1 : 2, value.size()) + value;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

// A certificate of `key` for `name`, made by `issuer`.
std::string certificate(EVP_PKEY* key, const char* name, EVP_PKEY* issuer,
                        const char* issuer_name) {
  X509* made = X509_new();
  const auto put = [](X509_NAME* into, const char* common_name) {
    X509_NAME_add_entry_by_txt(into, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  };
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), 0);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  put(X509_get_subject_name(made), name);
  X509_NAME* from = X509_NAME_new();
  put(from, issuer_name);
  X509_set_issuer_name(made, from);
  X509_NAME_free(from);
  X509_set_pubkey(made, key);
  X509_sign(made, issuer, EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, made);
  X509_free(made);
  return text_of(bio);
}

std::string packet_of(const std::string& nal) {
  return be(4, nal.size()) + nal;
}

}  // namespace

struct TestSigner::Key {
  EVP_PKEY* pkey = nullptr;
  EVP_PKEY* issuer = nullptr;
  std::string pem;
  ~Key() {
    EVP_PKEY_free(pkey);
    EVP_PKEY_free(issuer);
  }
};

TestSigner::TestSigner(SigningStyle style) : style_(style), key_(std::make_unique<Key>()) {
  key_->pkey = style_.is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
  key_->issuer = EVP_EC_gen("P-384");
  if (style_.with_chain) {
    key_->pem = certificate(key_->pkey, "camera 7", key_->issuer, "maker") +
                certificate(key_->issuer, "maker", key_->issuer, "maker");
  } else {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(bio, key_->pkey);
    key_->pem = text_of(bio);
  }
}
TestSigner::~TestSigner() = default;

Hash TestSigner::key_sha256() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_->pkey, &der);
  const Hash hash = ingest::Hasher().of({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return hash;
}

std::string TestSigner::signature_of(const Hash& hash) const {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key_->pkey, nullptr);
  EVP_PKEY_sign_init(context);
  EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
  std::string out(1024, '\0');
  std::size_t size = out.size();
  EVP_PKEY_sign(context, reinterpret_cast<unsigned char*>(out.data()), &size, hash.data(),
                hash.size());
  EVP_PKEY_CTX_free(context);
  out.resize(size);
  return out;
}

std::string TestSigner::message(std::uint32_t counter, const std::vector<Hash>& hashes,
                                const Hash& linked, bool has_key, bool is_signed) const {
  const bool is_onvif = style_.scheme == SigningScheme::kOnvif;
  const bool is_legacy = style_.scheme == SigningScheme::kAxisLegacy;
  ingest::Hasher hasher;
  std::string list;
  for (const Hash& hash : hashes) list += text(hash);
  const Hash gop = hasher.of(bytes_of(list));
  const std::uint64_t start_us = 1'774'745'999'000'000 + counter * 1'000'000ULL;
  std::string tags;
  if (has_key) {
    tags += tag(style_.scheme, is_onvif ? 6 : 2,
                (is_onvif ? be(1, 1) + be(1, 0) : be(1, 2)) + key_->pem);
  }
  const auto word = [](const std::string& value) { return be(1, value.size()) + value; };
  tags += tag(style_.scheme, is_onvif ? 5 : 3,
              be(1, 1) + (is_onvif ? "" : word("hw")) + word("1.2") + word("cam-7") +
                  word("Maker") + (is_onvif ? "" : word("addr")));
  if (is_onvif) {
    const std::uint64_t ticks = 116'444'736'000'000'000 + start_us * 10;
    tags += tag(style_.scheme, 1,
                be(1, 2) + zeros(4) + be(8, ticks) + be(8, ticks + 10'000'000) + be(4, counter) +
                    be(2, hashes.size()) + text(gop) + text(linked));
  } else if (is_legacy) {
    tags += tag(style_.scheme, 1, be(1, 1) + be(4, counter) + be(2, hashes.size()) + zeros(3));
  } else {
    tags += tag(style_.scheme, 1,
                be(1, 3) + be(4, counter) + be(2, hashes.size()) + zeros(3) + be(1, 1) +
                    be(8, start_us) + text(linked) + text(gop));
  }
  if (style_.with_list) tags += tag(style_.scheme, is_onvif ? 2 : 4, be(1, 1) + list);
  const std::string uuid = is_onvif ? std::string(
                                          "\x00\x5b\xc9\x3f\x2d\x71\x5e\x95\xad\xa4\x79\x6f\x90\x87"
                                          "\x7a\x6f",
                                          16)
                                    : "Signed Video...0";
  // Flags: what is signed has its emulation prevention in it.
  const std::string body = uuid + be(1, is_onvif ? 0x40 : 0x80) + tags;
  const std::size_t signature_bytes = style_.is_rsa ? 256 : 72;
  const std::size_t head = is_onvif ? 3 : is_legacy ? 5 : 4;  // of the signature's value
  const std::size_t size = body.size() + (is_signed ? 3 + head + signature_bytes : 0);
  std::string nal = (style_.is_hevc ? "\x4e\x01" : "\x06") + be(1, 5);
  for (std::size_t left = size;; left -= 255) {
    nal += be(1, std::min<std::size_t>(left, 255));
    if (left < 255) break;
  }
  append_escaped(nal, body);
  if (!is_signed) return nal + "\x80";
  Hash document = hasher.of(bytes_of(nal));
  if (is_legacy && !style_.with_list) {
    const std::uint8_t salt = 1;
    Hash chain = hasher.of({&salt, 1});
    for (const Hash& hash : hashes) chain = hasher.of(chain, hash);
    document = hasher.of(chain, document);
  }
  const std::string signature = signature_of(document);
  std::string value = be(1, is_legacy || is_onvif ? 1 : 2);
  if (!is_onvif) value += be(1, 0);
  if (is_legacy) value += be(1, style_.with_list ? 1 : 0);
  value += be(2, signature.size()) + signature;
  value += std::string(head + signature_bytes - value.size(), '\x01');
  append_escaped(nal, tag(style_.scheme, is_onvif ? 3 : 5, value));
  return nal + "\x80";
}

SignedPackets TestSigner::sign() const {
  const bool is_legacy = style_.scheme == SigningScheme::kAxisLegacy;
  ingest::Hasher hasher;
  SignedPackets out;
  std::uint32_t counter = 0;
  std::vector<Hash> hashes;
  Hash anchor{};
  Hash linked{};
  std::string pending;  // a message on its way, as a unit
  const auto finish_part = [&](bool is_last) {
    ++counter;
    const bool is_signed = is_last || counter % static_cast<std::uint32_t>(style_.sign_every) == 0;
    pending = message(counter, hashes, linked, style_.with_key || counter == 2, is_signed);
    linked = hashes.front();
    hashes.clear();
    if (is_signed) return;
    hashes.push_back(hasher.of(bytes_of(pending)));  // hashed where it stands: see below
  };
  for (int gop = 0; gop < style_.gops; ++gop) {
    out.gop_at.push_back(out.packets.size());
    for (int i = 0; i < style_.pictures; ++i) {
      // 00 00 01 and the like do not occur in pictures: these bytes are as an encoder made them.
      std::string nal = style_.is_hevc ? (i == 0 ? "\x26\x01\x80" : "\x02\x01\x80")
                                       : (i == 0 ? "\x65\x88" : "\x41\x9a");
      nal += "picture " + std::to_string(gop) + "." + std::to_string(i) + std::string(40, '\x55');
      const Hash own = hasher.of(bytes_of(nal));
      std::string packet;
      if (i == 0) {
        if (gop > 0) {
          if (is_legacy) hashes.push_back(hasher.of(anchor, own));
          finish_part(false);
        } else if (is_legacy && style_.with_list) {
          hashes.push_back(own);
          finish_part(false);
        }
        if (is_legacy && !pending.empty()) {
          out.message_at.push_back(out.packets.size());
          packet += packet_of(std::exchange(pending, ""));
        }
        anchor = own;
        hashes.push_back(own);
        // An unsigned message stands behind the group's first picture and is hashed after it.
        if (hashes.size() == 2) std::swap(hashes[0], hashes[1]);
      } else {
        if (style_.part > 0 && static_cast<int>(hashes.size()) >= style_.part) finish_part(false);
        if (!pending.empty()) {
          out.message_at.push_back(out.packets.size());
          packet += packet_of(std::exchange(pending, ""));
        }
        hashes.push_back(hasher.of(anchor, own));
      }
      out.packets.push_back(packet + packet_of(nal));
    }
  }
  if (!style_.last_is_signed) return out;
  finish_part(true);
  out.message_at.push_back(out.packets.size());
  out.packets.push_back(packet_of(pending));
  return out;
}

void append_escaped(std::string& nal, const std::string& more) {
  std::size_t zeros_before = 0;
  for (std::size_t i = nal.size(); i > 0 && nal[i - 1] == '\0'; --i) ++zeros_before;
  for (const char c : more) {
    if (zeros_before >= 2 && static_cast<unsigned char>(c) <= 3) {
      nal += '\x03';
      zeros_before = 0;
    }
    zeros_before = c == '\0' ? zeros_before + 1 : 0;
    nal += c;
  }
}

std::string without_first_unit(const std::string& packet) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8U | static_cast<unsigned char>(packet[i]);
  return packet.substr(4 + size);
}

ingest::SignedPictures gather(const std::vector<std::string>& packets, bool is_hevc,
                              bool may_be_signed) {
  const std::string configuration = is_hevc ? be(1, 1) + zeros(20) + be(1, 3) + zeros(1)
                                            : be(1, 1) + zeros(3) + be(1, 3) + zeros(2);
  ingest::SignedStream stream(is_hevc ? ingest::NalCodec::kHevc : ingest::NalCodec::kH264,
                              bytes_of(configuration), may_be_signed);
  std::int64_t time_us = 0;
  for (const std::string& packet : packets) {
    stream.add(bytes_of(packet), time_us);
    time_us += 40'000;
  }
  return stream.finish();
}

}  // namespace hansom::test
