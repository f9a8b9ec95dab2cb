// Queries of inspections: what waits, and how orders stand.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "index/catalogue/rows.pb.h"
#include "index/inspections/level_policy.h"
#include "index/store/store.h"
#include "proto/base/ids.h"

namespace hansom::inspections {

// A place in the queue.
struct Pending {
  ClipId clip;
  bool ordered = false;  // by a person; else its first inspection
};
// What waits, in the order in which it is taken. A clip may wait for its first inspection and an
// ordered one.
[[nodiscard]] Result<std::vector<Pending>> pending(const store::Reader& reader, std::size_t limit);

// The same for who looks again and again. Among clips of one kind who comes stands behind all that
// ever waited, so the front is remembered: to the store what has left is a row to pass over, until
// it is compacted away. One thread at a time.
class QueueFront {
 public:
  // `position`: how many leaves this reader's views have.
  [[nodiscard]] Result<std::vector<Pending>> pending(const store::Reader& reader,
                                                     std::uint64_t position, std::size_t limit);

 private:
  std::array<Bytes, 3> fronts_;  // by kind; empty: its first key
};

// An inspection that is due.
struct Due {
  std::string order_id;  // empty: the first
  unsigned died = 0;     // inspectors that died over it
  Level level = evidence::Report::KEYFRAMES;
};
// What stands at a place of the queue of this reader. Error: kCorrupt `store_corrupt`.
[[nodiscard]] Result<Due> due(const store::Reader& reader, const Pending& pending,
                              const LevelPolicy& policy);

struct Order {
  catalogue::OrderRow row;
  std::uint64_t waiting = 0;  // of its clips; the others were inspected or destroyed
};
// The newest first.
[[nodiscard]] Result<std::vector<Order>> list_orders(const store::Reader& reader,
                                                     std::size_t limit);
[[nodiscard]] Result<std::optional<Order>> find_order(const store::Reader& reader,
                                                      const std::string& order_id);

}  // namespace hansom::inspections
