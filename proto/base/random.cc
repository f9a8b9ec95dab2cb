// The system's randomness, and a seeded stand-in for tests.
#include "proto/base/random.h"

#include <mutex>
#include <random>

#include <openssl/rand.h>

#include "proto/base/check.h"

namespace hansom {
namespace {

class SystemRandom final : public Random {
 public:
  void fill(MutableByteSpan out) override {
    HANSOM_CHECK(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
  }
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(MutableByteSpan out) override {
    const std::lock_guard lock(mutex_);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_() & 0xff);
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace

Random& system_random() {
  static SystemRandom random;
  return random;
}

std::unique_ptr<Random> seeded_random(std::uint64_t seed) {
  return std::make_unique<SeededRandom>(seed);
}

}  // namespace hansom
