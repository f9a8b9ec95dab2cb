// OpenSSL hashes, but for the part of two hashes that is done at once.

// The state of a hash is plain data only in OpenSSL's older interface. It is not deprecated for
// being wrong: it knows no providers.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "proto/base/running_sha256.h"

#include <algorithm>
#include <bit>

#include <openssl/sha.h>

#include "proto/base/check.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace hansom {
namespace {

constexpr std::size_t kBlockBytes = 64;
static_assert(kBlockBytes == SHA256_CBLOCK);
using ChainingValue = std::array<std::uint32_t, 8>;  // FIPS 180-4, section 6.2.2: a to h

#ifdef __x86_64__

#define HANSOM_SHA_CODE __attribute__((target("sha,sse4.1"), always_inline)) static inline

// FIPS 180-4, section 4.2.2.
alignas(16) constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// One hash in the registers: its state in the order the instructions want, and a block's schedule.
struct Lane {
  __m128i abef, cdgh;
  __m128i w0, w1, w2, w3;
};

HANSOM_SHA_CODE __m128i words(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return _mm_set_epi32(static_cast<int>(a), static_cast<int>(b), static_cast<int>(c),
                       static_cast<int>(d));
}

HANSOM_SHA_CODE void load_state(Lane& lane, const ChainingValue& value) {
  lane.abef = words(value[0], value[1], value[4], value[5]);
  lane.cdgh = words(value[2], value[3], value[6], value[7]);
}

HANSOM_SHA_CODE void store_state(const Lane& lane, ChainingValue& value) {
  alignas(16) std::array<std::uint32_t, 4> abef, cdgh;  // lowest first
  _mm_store_si128(reinterpret_cast<__m128i*>(abef.data()), lane.abef);
  _mm_store_si128(reinterpret_cast<__m128i*>(cdgh.data()), lane.cdgh);
  value = {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]};
}

HANSOM_SHA_CODE __m128i load_words(const std::uint8_t* from) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), big_endian);
}

HANSOM_SHA_CODE void load_block(Lane& lane, const std::uint8_t* from) {
  lane.w0 = load_words(from);
  lane.w1 = load_words(from + 16);
  lane.w2 = load_words(from + 32);
  lane.w3 = load_words(from + 48);
}

// Rounds 4 * kStep to 4 * kStep + 3. The schedule turns: w0 is the one of these rounds.
template <std::size_t kStep>
HANSOM_SHA_CODE void four_rounds(Lane& lane) {
  const auto* constants = reinterpret_cast<const __m128i*>(&kRoundConstants[4 * kStep]);
  const __m128i sum = _mm_add_epi32(lane.w0, _mm_load_si128(constants));
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0e));
  __m128i next = lane.w0;  // that of four steps on
  if constexpr (kStep < 12) {
    next = _mm_sha256msg1_epu32(next, lane.w1);
    next = _mm_add_epi32(next, _mm_alignr_epi8(lane.w3, lane.w2, 4));
    next = _mm_sha256msg2_epu32(next, lane.w3);
  }
  lane.w0 = lane.w1;
  lane.w1 = lane.w2;
  lane.w2 = lane.w3;
  lane.w3 = next;
}

// From that step to the end of the block, the lanes in turns: each waits while the other works.
template <std::size_t kStep>
HANSOM_SHA_CODE void rounds_from(Lane& a, Lane& b) {
  four_rounds<kStep>(a);
  four_rounds<kStep>(b);
  if constexpr (kStep < 15) rounds_from<kStep + 1>(a, b);
}

// Requires: can_run_two(); both have so many blocks of 64 bytes.
__attribute__((target("sha,sse4.1"))) void run_two(ChainingValue& a, const std::uint8_t* of_a,
                                                   ChainingValue& b, const std::uint8_t* of_b,
                                                   std::size_t blocks) {
  Lane first, second;
  load_state(first, a);
  load_state(second, b);
  for (; blocks > 0; --blocks, of_a += kBlockBytes, of_b += kBlockBytes) {
    const Lane first_before = first, second_before = second;
    load_block(first, of_a);
    load_block(second, of_b);
    rounds_from<0>(first, second);
    first.abef = _mm_add_epi32(first.abef, first_before.abef);
    first.cdgh = _mm_add_epi32(first.cdgh, first_before.cdgh);
    second.abef = _mm_add_epi32(second.abef, second_before.abef);
    second.cdgh = _mm_add_epi32(second.cdgh, second_before.cdgh);
  }
  store_state(first, a);
  store_state(second, b);
}

bool can_run_two() {
  static const bool can = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    const bool sse =
        __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
    return sse && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
  }();
  return can;
}

#else

void run_two(ChainingValue&, const std::uint8_t*, ChainingValue&, const std::uint8_t*,
             std::size_t) {}
bool can_run_two() {
  return false;
}

#endif

template <std::size_t kWords>
SHA256_CTX context_of(const std::array<std::uint32_t, kWords>& words) {
  return std::bit_cast<SHA256_CTX>(words);
}

}  // namespace

RunningSha256::RunningSha256() {
  SHA256_CTX context{};
  HANSOM_CHECK(SHA256_Init(&context) == 1);
  context_ = std::bit_cast<decltype(context_)>(context);
}

void RunningSha256::update(ByteSpan bytes) {
  SHA256_CTX context = context_of(context_);
  HANSOM_CHECK(SHA256_Update(&context, bytes.data(), bytes.size()) == 1);
  context_ = std::bit_cast<decltype(context_)>(context);
}

void RunningSha256::update_both(RunningSha256& a, ByteSpan of_a, RunningSha256& b, ByteSpan of_b) {
  HANSOM_CHECK(&a != &b);
  SHA256_CTX first = context_of(a.context_), second = context_of(b.context_);
  const std::size_t blocks = std::min(of_a.size(), of_b.size()) / kBlockBytes;
  if (blocks > 0 && first.num == 0 && second.num == 0 && can_run_two()) {
    ChainingValue of_first = std::to_array(first.h), of_second = std::to_array(second.h);
    run_two(of_first, of_a.data(), of_second, of_b.data(), blocks);
    const std::size_t bytes = blocks * kBlockBytes;
    for (auto [context, value] : {std::pair(&first, &of_first), std::pair(&second, &of_second)}) {
      std::copy(value->begin(), value->end(), context->h);
      // The length in bits, in two words.
      const std::uint64_t bits = (std::uint64_t{context->Nh} << 32 | context->Nl) + bytes * 8;
      context->Nl = static_cast<SHA_LONG>(bits);
      context->Nh = static_cast<SHA_LONG>(bits >> 32);
    }
    a.context_ = std::bit_cast<decltype(a.context_)>(first);
    b.context_ = std::bit_cast<decltype(b.context_)>(second);
    of_a = of_a.subspan(bytes);
    of_b = of_b.subspan(bytes);
  }
  a.update(of_a);
  b.update(of_b);
}

Digest RunningSha256::digest() const {
  SHA256_CTX context = context_of(context_);
  Digest digest;
  HANSOM_CHECK(SHA256_Final(digest.bytes.data(), &context) == 1);
  return digest;
}

}  // namespace hansom
