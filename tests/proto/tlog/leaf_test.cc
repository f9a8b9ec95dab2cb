// The leaf's bytes, one by one, and refusal of others.
#include "proto/tlog/leaf.h"

#include <gtest/gtest.h>

namespace hansom::tlog {
namespace {

TEST(Leaf, HasTheBytesOfItsDescription) {
  Leaf leaf;
  leaf.type = 20;
  leaf.time = from_unix_us(0x0102030405060708);
  leaf.commitment = sha256(std::string_view("x"));
  const Bytes bytes = leaf.encode();
  EXPECT_EQ(to_hex(bytes), "0100140102030405060708" + sha256(std::string_view("x")).hex());
  const Leaf back = Leaf::decode(bytes).value();
  EXPECT_EQ(back.type, leaf.type);
  EXPECT_EQ(back.time, leaf.time);
  EXPECT_EQ(back.commitment, leaf.commitment);
}

TEST(Leaf, OfAnotherLengthOrVersionIsRefused) {
  Bytes bytes = Leaf{}.encode();
  EXPECT_EQ(Leaf::decode(ByteSpan(bytes).first(42)).error().token, "bad_leaf");
  bytes.push_back(0);
  EXPECT_EQ(Leaf::decode(bytes).error().token, "bad_leaf");
  bytes.pop_back();
  bytes[0] = 2;
  EXPECT_EQ(Leaf::decode(bytes).error().token, "bad_leaf");
  EXPECT_EQ(Leaf::decode({}).error().token, "bad_leaf");
}

TEST(Leaf, CommitmentIsTheHashOfSaltAndRecord) {
  EXPECT_EQ(commit(as_bytes("salt"), as_bytes("record")), sha256(std::string_view("saltrecord")));
}

}  // namespace
}  // namespace hansom::tlog
