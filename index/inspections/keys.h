// The rows of inspections in Family::kQueue; README.md has them in a table.
#pragma once

#include "index/catalogue/keys.h"

namespace hansom::inspections {

// What waits, in the order in which it is taken: by kind, then by leaf, then by place in the order.
inline constexpr char kFirst = 'a';  // clips without an inspection
inline constexpr char kNamed = 'b';  // ordered, by a person who named the clip
inline constexpr char kMany = 'c';   // ordered with others

[[nodiscard]] inline Bytes queue_key(char kind, std::uint64_t leaf) {
  return catalogue::key_of(kind, catalogue::u64_key(leaf));
}
[[nodiscard]] inline Bytes queue_key(char kind, std::uint64_t leaf, std::uint64_t ordinal) {
  Bytes key = queue_key(kind, leaf);
  append_u64be(key, ordinal);
  return key;
}

// What one clip waits for by an order.
[[nodiscard]] inline Bytes ordered_key(ByteSpan clip) {
  return catalogue::key_of('v', clip);
}
// Without an id: the prefix of all orders.
[[nodiscard]] inline Bytes order_key(std::string_view order_id) {
  return catalogue::key_of('w', order_id);
}
// Followed by the clips that wait for the order.
[[nodiscard]] inline Bytes clips_of_order(std::string_view order_id) {
  return catalogue::key_of('x', catalogue::short_hash(order_id));
}
[[nodiscard]] inline Bytes clip_of_order_key(std::string_view order_id, ByteSpan clip) {
  Bytes key = clips_of_order(order_id);
  key.insert(key.end(), clip.begin(), clip.end());
  return key;
}

}  // namespace hansom::inspections
