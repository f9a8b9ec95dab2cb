// Any bytes as a payload under a known key: the stream and random access agree on whether and what
// it opens to.
#include <algorithm>
#include <cstdint>

#include "proto/age/age.h"
#include "proto/age/header.h"
#include "proto/base/check.h"

namespace {

using namespace hansom;

// The header of an object sealed to a fixed identity; what the fuzzer gives is put behind it.
struct Fixture {
  std::vector<age::Identity> identities;
  Bytes header;  // with the nonce

  Fixture() {
    const auto random = seeded_random(1);
    identities.push_back(age::Identity::generate(*random));
    const age::Recipient recipient = identities[0].recipient();
    auto sealer = age::Sealer::start(std::span(&recipient, 1), *random);
    HANSOM_CHECK(sealer.has_value());
    sealer->header(header);
  }
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  Bytes object = fixture.header;
  object.insert(object.end(), data, data + size);
  const auto whole = age::open(object, fixture.identities);
  const auto read = [&object](std::uint64_t offset, MutableByteSpan out) -> Status {
    HANSOM_CHECK(offset <= object.size() && out.size() <= object.size() - offset);
    std::copy_n(object.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  };
  auto opener = age::Opener::open(read, object.size(), fixture.identities);
  bool same = !whole;
  if (opener) {
    Bytes plain(opener->size());
    const bool opened = opener->read(0, plain).has_value();
    same = opened == whole.has_value() && (!opened || plain == *whole);
  }
  HANSOM_CHECK(same);
  return 0;
}
