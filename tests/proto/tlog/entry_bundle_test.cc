// Entry bundles: what comes back equal, what is damage.
#include "proto/tlog/entry_bundle.h"

#include <gtest/gtest.h>

namespace hansom::tlog {
namespace {

TEST(EntryBundle, ComesBackEqual) {
  for (const std::vector<Bytes>& entries : {std::vector<Bytes>{{}},
                                            {{1, 2, 3}},
                                            {{}, {9}, Bytes(65535, 7)},
                                            std::vector<Bytes>(256, {5})}) {
    EXPECT_EQ(decode_entry_bundle(encode_entry_bundle(entries)).value(), entries);
  }
  EXPECT_EQ(encode_entry_bundle({{0xaa, 0xbb}, {}}), (Bytes{0, 2, 0xaa, 0xbb, 0, 0}));
}

TEST(EntryBundle, DamageIsFound) {
  for (const Bytes& bytes : {Bytes{}, {0}, {0, 1}, {0, 2, 1}, {0, 1, 1, 0}, Bytes(514, 0)}) {
    const auto entries = decode_entry_bundle(bytes);
    ASSERT_FALSE(entries) << to_hex(bytes);
    EXPECT_EQ(entries.error().token, "bad_bundle");
  }
}

}  // namespace
}  // namespace hansom::tlog
