// The one place where OpenSSL's Ed25519 is called.
#include "proto/tlog/ed25519.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "proto/base/check.h"

namespace hansom::tlog {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// A passphrase is never asked for: a server has nobody to ask.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

tl::unexpected<Error> bad_key(const char* why) {
  return fail(ErrorKind::kInvalid, "bad_journal_key", why);
}

}  // namespace

struct Ed25519Key::State {
  Key key{nullptr, &EVP_PKEY_free};
  Ed25519PublicKey public_key{};
};

Ed25519Key::Ed25519Key(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ed25519Key::~Ed25519Key() = default;
Ed25519Key::Ed25519Key(Ed25519Key&&) noexcept = default;
Ed25519Key& Ed25519Key::operator=(Ed25519Key&&) noexcept = default;

Result<Ed25519Key> Ed25519Key::from_pem(const Secret& pem) {
  const Bio bio(BIO_new_mem_buf(pem.span().data(), static_cast<int>(pem.size())), &BIO_free_all);
  HANSOM_CHECK(bio != nullptr);
  auto state = std::make_unique<State>();
  state->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
  if (!state->key) return bad_key("the key is not an unencrypted PEM private key");
  if (EVP_PKEY_get_base_id(state->key.get()) != EVP_PKEY_ED25519) {
    return bad_key("the key is not an Ed25519 key");
  }
  std::size_t size = state->public_key.size();
  HANSOM_CHECK(EVP_PKEY_get_raw_public_key(state->key.get(), state->public_key.data(), &size) == 1);
  HANSOM_CHECK(size == state->public_key.size());
  return Ed25519Key(std::move(state));
}

Secret Ed25519Key::generate_pem() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  HANSOM_CHECK(key != nullptr);
  const Bio bio(BIO_new(BIO_s_secmem()), &BIO_free_all);
  HANSOM_CHECK(bio != nullptr);
  HANSOM_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  HANSOM_CHECK(size > 0);
  return Secret(std::string_view(text, static_cast<std::size_t>(size)));
}

const Ed25519PublicKey& Ed25519Key::public_key() const {
  return state_->public_key;
}

Bytes Ed25519Key::sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  HANSOM_CHECK(context != nullptr);
  HANSOM_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) ==
               1);
  Bytes signature(64);
  std::size_t size = signature.size();
  const ByteSpan bytes = as_bytes(message);
  HANSOM_CHECK(EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) ==
               1);
  HANSOM_CHECK(size == signature.size());
  return signature;
}

bool verify_ed25519(const Ed25519PublicKey& key, std::string_view message, ByteSpan signature) {
  const Key public_key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()),
      &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const ByteSpan bytes = as_bytes(message);
  return public_key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(),
                          bytes.size()) == 1;
}

}  // namespace hansom::tlog
