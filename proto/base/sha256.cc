// SHA-256 by OpenSSL, which uses the processor's SHA extensions.
#include "proto/base/sha256.h"

#include <algorithm>

#include <openssl/evp.h>

#include "proto/base/check.h"

namespace hansom {

Result<Digest> Digest::from_hex(std::string_view text) {
  const auto bytes = hansom::from_hex(text);
  if (!bytes || bytes->size() != 32) {
    return fail(ErrorKind::kInvalid, "bad_digest", "a digest is 64 hexadecimal digits");
  }
  return from_span(*bytes);
}

Result<Digest> Digest::from_span(ByteSpan bytes) {
  if (bytes.size() != 32) return fail(ErrorKind::kInvalid, "bad_digest", "a digest is 32 bytes");
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

namespace {

// Looked up once: a lookup by name takes locks, and longer than hashing a few blocks.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  HANSOM_CHECK(found != nullptr);
  return found;
}

}  // namespace

struct Sha256::Context {
  Context() : evp(EVP_MD_CTX_new()) { HANSOM_CHECK(evp != nullptr); }
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_MD_CTX* evp;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  HANSOM_CHECK(EVP_DigestInit_ex(context_->evp, algorithm(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(ByteSpan bytes) {
  HANSOM_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::peek() const {
  const Context copy;
  Digest digest;
  HANSOM_CHECK(EVP_MD_CTX_copy_ex(copy.evp, context_->evp) == 1);
  HANSOM_CHECK(EVP_DigestFinal_ex(copy.evp, digest.bytes.data(), nullptr) == 1);
  return digest;
}

Digest Sha256::finish() {
  Digest digest;
  HANSOM_CHECK(EVP_DigestFinal_ex(context_->evp, digest.bytes.data(), nullptr) == 1);
  HANSOM_CHECK(EVP_DigestInit_ex(context_->evp, algorithm(), nullptr) == 1);
  return digest;
}

Digest sha256(ByteSpan bytes) {
  thread_local Sha256 hash;  // made once a thread; finish() leaves it fresh
  return hash.update(bytes).finish();
}

}  // namespace hansom
