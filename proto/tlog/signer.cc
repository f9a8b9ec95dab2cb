// The journal's signing key: Ed25519 by OpenSSL.
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "proto/base/check.h"
#include "proto/tlog/checkpoint.h"
#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// A passphrase is never asked for: a server has nobody to ask.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

tl::unexpected<Error> bad_journal_key(const char* why) {
  return fail(ErrorKind::kInvalid, "bad_journal_key", why);
}

}  // namespace

struct Signer::State {
  Key key{nullptr, &EVP_PKEY_free};
  VerifierKey verifier;
};

Signer::Signer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

Result<Signer> Signer::from_pem(std::string name, const Secret& pem) {
  if (!is_key_name(name)) {
    return bad_journal_key("a journal's origin is a word without spaces and '+'");
  }
  const Bio bio(BIO_new_mem_buf(pem.span().data(), static_cast<int>(pem.size())), &BIO_free_all);
  HANSOM_CHECK(bio != nullptr);
  auto state = std::make_unique<State>();
  state->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_passphrase, nullptr));
  if (!state->key) return bad_journal_key("the journal key is not an unencrypted PEM private key");
  if (EVP_PKEY_get_base_id(state->key.get()) != EVP_PKEY_ED25519) {
    return bad_journal_key("the journal key is not an Ed25519 key");
  }
  VerifierKey& verifier = state->verifier;
  std::size_t size = verifier.key.size();
  HANSOM_CHECK(EVP_PKEY_get_raw_public_key(state->key.get(), verifier.key.data(), &size) == 1);
  HANSOM_CHECK(size == verifier.key.size());
  verifier.name = std::move(name);
  verifier.id = key_id(verifier.name, verifier.key);
  return Signer(std::move(state));
}

Secret Signer::generate_pem() {
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

const VerifierKey& Signer::verifier() const {
  return state_->verifier;
}

std::string Signer::sign_note(std::string_view text) const {
  HANSOM_CHECK(text.ends_with('\n') && is_note_text(text));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  HANSOM_CHECK(context != nullptr);
  HANSOM_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) ==
               1);
  Bytes line;
  append_u32be(line, state_->verifier.id);
  std::array<std::uint8_t, 64> signature{};
  std::size_t size = signature.size();
  const ByteSpan message = as_bytes(text);
  HANSOM_CHECK(
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
  HANSOM_CHECK(size == signature.size());
  line.insert(line.end(), signature.begin(), signature.end());
  return std::string(text) + "\n\u2014 " + state_->verifier.name + " " + to_base64(line) + "\n";
}

}  // namespace hansom::tlog
