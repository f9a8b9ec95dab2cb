// SHA-256 by libcrypto: see hash.h.
#include "ingest/inspect/inspector/signing/hash.h"

#include <openssl/evp.h>

#include <new>

namespace hansom::ingest {
namespace {

// Fetched once: looking an algorithm up costs as much as hashing a kilobyte.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

}  // namespace

struct Hasher::Context {
  EVP_MD_CTX* md = EVP_MD_CTX_new();
  Context() { start(); }
  ~Context() { EVP_MD_CTX_free(md); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  void start() const {
    if (md == nullptr || EVP_DigestInit_ex2(md, algorithm(), nullptr) != 1) throw std::bad_alloc();
  }
};

Hasher::Hasher() : context_(std::make_unique<Context>()) {}
Hasher::~Hasher() = default;

Hasher& Hasher::update(ByteSpan bytes) {
  if (EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
  return *this;
}

Hash Hasher::finish() {
  Hash hash{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context_->md, hash.data(), &size) != 1) throw std::bad_alloc();
  context_->start();
  return hash;
}

}  // namespace hansom::ingest
