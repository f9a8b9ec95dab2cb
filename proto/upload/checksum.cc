// Reads, computes and writes digests of contents.
#include "proto/upload/checksum.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

#include "proto/base/check.h"
#include "proto/upload/structured_fields.h"

namespace hansom::upload {
namespace {

struct AlgorithmFacts {
  HashAlgorithm algorithm;
  std::string_view tus_name;    // empty: not in tus
  std::string_view field_name;  // of RFC 9530; empty: not there
  std::size_t bytes;
  const char* openssl_name;
};

constexpr std::array kAlgorithms = {
    AlgorithmFacts{HashAlgorithm::kSha1, "sha1", "", 20, "SHA1"},
    AlgorithmFacts{HashAlgorithm::kSha256, "sha256", "sha-256", 32, "SHA256"},
    AlgorithmFacts{HashAlgorithm::kSha512, "", "sha-512", 64, "SHA512"},
};

const AlgorithmFacts& facts_of(HashAlgorithm algorithm) {
  return kAlgorithms.at(static_cast<std::size_t>(algorithm));
}

const AlgorithmFacts* by_field_name(std::string_view name) {
  const auto* found =
      std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                   [name](const AlgorithmFacts& facts) { return facts.field_name == name; });
  return found == kAlgorithms.end() || name.empty() ? nullptr : found;
}

tl::unexpected<Error> bad(std::string message) {
  return fail(ErrorKind::kInvalid, "bad_upload_field", std::move(message));
}

}  // namespace

Result<Checksum> parse_tus_checksum(std::string_view value) {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) {
    return bad("Upload-Checksum is not an algorithm, a space and base64");
  }
  const std::string_view name = value.substr(0, space);
  const auto* facts =
      std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                   [name](const AlgorithmFacts& known) { return known.tus_name == name; });
  if (name.empty() || facts == kAlgorithms.end()) {
    return fail(ErrorKind::kInvalid, "checksum_algorithm",
                "checksums are taken of " + std::string(kTusChecksumAlgorithms));
  }
  auto bytes = from_base64(value.substr(space + 1));
  if (!bytes || bytes->size() != facts->bytes) {
    return bad("Upload-Checksum is not a " + std::string(name) + " digest in base64");
  }
  return Checksum{facts->algorithm, *std::move(bytes)};
}

Checksums parse_digest_field(std::string_view value) {
  Checksums checksums;
  const auto dictionary = sf::parse_dictionary(value);
  if (!dictionary) return checksums;
  for (const auto& [name, member] : *dictionary) {
    const AlgorithmFacts* facts = by_field_name(name);
    const auto* item = std::get_if<sf::Item>(&member);
    const Bytes* bytes = item != nullptr ? std::get_if<Bytes>(&item->value) : nullptr;
    if (facts == nullptr || bytes == nullptr || bytes->size() != facts->bytes) continue;
    checksums.push_back({facts->algorithm, *bytes});
  }
  return checksums;
}

std::string digest_field(const Checksums& checksums) {
  sf::Dictionary dictionary;
  for (const Checksum& checksum : checksums) {
    dictionary.emplace_back(std::string(facts_of(checksum.algorithm).field_name),
                            sf::Item{checksum.value, {}});
  }
  return sf::to_text(dictionary);
}

std::vector<HashAlgorithm> parse_wanted_digests(std::string_view value) {
  std::vector<std::pair<std::int64_t, HashAlgorithm>> wanted;
  const auto dictionary = sf::parse_dictionary(value);
  if (!dictionary) return {};
  for (const auto& [name, member] : *dictionary) {
    const AlgorithmFacts* facts = by_field_name(name);
    const auto* item = std::get_if<sf::Item>(&member);
    const auto* preference = item != nullptr ? std::get_if<std::int64_t>(&item->value) : nullptr;
    if (facts == nullptr || preference == nullptr || *preference < 1 || *preference > 10) continue;
    wanted.emplace_back(*preference, facts->algorithm);
  }
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<HashAlgorithm> algorithms;
  algorithms.reserve(wanted.size());
  for (const auto& [preference, algorithm] : wanted) algorithms.push_back(algorithm);
  return algorithms;
}

namespace {

// Looked up once each: a lookup by name takes locks, and longer than hashing a few blocks.
const EVP_MD* evp_of(HashAlgorithm algorithm) {
  static const std::array<const EVP_MD*, kAlgorithms.size()> looked_up = [] {
    std::array<const EVP_MD*, kAlgorithms.size()> found{};
    for (const AlgorithmFacts& facts : kAlgorithms) {
      found.at(static_cast<std::size_t>(facts.algorithm)) =
          EVP_MD_fetch(nullptr, facts.openssl_name, nullptr);
    }
    return found;
  }();
  return looked_up.at(static_cast<std::size_t>(algorithm));
}

}  // namespace

struct ContentHash::Context {
  explicit Context(const EVP_MD* evp_algorithm) : algorithm(evp_algorithm), evp(EVP_MD_CTX_new()) {
    HANSOM_CHECK(algorithm != nullptr && evp != nullptr);
    restart();
  }
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  void restart() const { HANSOM_CHECK(EVP_DigestInit_ex(evp, algorithm, nullptr) == 1); }

  const EVP_MD* algorithm;
  EVP_MD_CTX* evp;
};

ContentHash::ContentHash(HashAlgorithm algorithm)
    : algorithm_(algorithm), context_(std::make_unique<Context>(evp_of(algorithm))) {}
ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash& ContentHash::operator=(ContentHash&&) noexcept = default;

void ContentHash::update(ByteSpan bytes) {
  HANSOM_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1);
}

ContentHash ContentHash::clone() const {
  ContentHash other(algorithm_);
  HANSOM_CHECK(EVP_MD_CTX_copy_ex(other.context_->evp, context_->evp) == 1);
  return other;
}

Checksum ContentHash::finish() {
  Checksum checksum{algorithm_, Bytes(facts_of(algorithm_).bytes)};
  HANSOM_CHECK(EVP_DigestFinal_ex(context_->evp, checksum.value.data(), nullptr) == 1);
  context_->restart();
  return checksum;
}

}  // namespace hansom::upload
