// Queries of inspections: see inspections.h.
#include "index/inspections/inspections.h"

#include <algorithm>
#include <array>

#include "index/catalogue/clip_rows.h"
#include "index/inspections/keys.h"
#include "index/inspections/order_rules.h"
#include "proto/evidence/level.h"

namespace hansom::inspections {
namespace {

using catalogue::OrderRow;
using store::Family;

Result<Order> with_waiting(const store::Reader& reader, OrderRow row) {
  Order order{std::move(row), 0};
  const Bytes prefix = clips_of_order(order.row.order_id());
  HANSOM_TRY(reader.scan(Family::kQueue, prefix, catalogue::end_of_prefix(prefix),
                         store::Order::kAscending, [&](ByteSpan, ByteSpan) {
                           ++order.waiting;
                           return true;
                         }));
  return order;
}

}  // namespace

Result<std::vector<Pending>> pending(const store::Reader& reader, std::size_t limit) {
  return QueueFront().pending(reader, 0, limit);
}

Result<std::vector<Pending>> QueueFront::pending(const store::Reader& reader,
                                                 std::uint64_t position, std::size_t limit) {
  constexpr std::array kKinds{kFirst, kNamed, kMany};
  static_assert(kKinds.size() == std::tuple_size_v<decltype(fronts_)>);
  std::vector<Pending> clips;
  for (std::size_t i = 0; i < kKinds.size() && clips.size() < limit; ++i) {
    const char kind = kKinds[i];
    if (fronts_[i].empty()) fronts_[i] = queue_key(kind, 0);
    // Where nobody waits, who comes next has a leaf that this reader does not know.
    Bytes front = std::max(fronts_[i], queue_key(kind, position));
    bool found = false;
    Status read;
    HANSOM_TRY(reader.scan(
        Family::kQueue, fronts_[i], catalogue::end_of_prefix(catalogue::key_of(kind, "")),
        store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
          const Result<ClipId> id = Digest::from_span(value);
          if (!id) {
            read = fail(ErrorKind::kCorrupt, "store_corrupt", "a row of the inspection queue");
            return false;
          }
          if (!found) front.assign(key.begin(), key.end());
          found = true;
          clips.push_back({*id, kind != kFirst});
          return clips.size() < limit;
        }));
    HANSOM_TRY(read);
    fronts_[i] = std::move(front);
  }
  return clips;
}

Result<Due> due(const store::Reader& reader, const Pending& pending, const LevelPolicy& policy) {
  HANSOM_TRY_ASSIGN(const catalogue::ClipRow clip,
                    catalogue::get_live_clip(reader, pending.clip.span()));
  Due due;
  due.level = policy.level_for(clip.controller(), clip.manifest().purpose().kind());
  if (!pending.ordered) {
    due.died = static_cast<unsigned>(clip.waiting().failed_size());
    return due;
  }
  HANSOM_TRY_ASSIGN(const auto ordered, get_ordered(reader, pending.clip.span()));
  if (!ordered) return fail(ErrorKind::kCorrupt, "store_corrupt", "an ordered inspection");
  due.order_id = ordered->order_id();
  due.died = static_cast<unsigned>(ordered->failed_size());
  due.level = evidence::level_of(ordered->level()).value_or(due.level);
  return due;
}

Result<std::vector<Order>> list_orders(const store::Reader& reader, std::size_t limit) {
  HANSOM_TRY_ASSIGN(auto rows,
                    catalogue::list_rows<OrderRow>(reader, Family::kQueue, order_key("")));
  std::ranges::sort(rows, std::greater<>(), [](const OrderRow& row) { return row.leaf(); });
  rows.resize(std::min(rows.size(), limit));
  std::vector<Order> orders;
  for (OrderRow& row : rows) {
    HANSOM_TRY_ASSIGN(Order order, with_waiting(reader, std::move(row)));
    orders.push_back(std::move(order));
  }
  return orders;
}

Result<std::optional<Order>> find_order(const store::Reader& reader, const std::string& order_id) {
  HANSOM_TRY_ASSIGN(auto row,
                    catalogue::get_row<OrderRow>(reader, Family::kQueue, order_key(order_id)));
  if (!row) return std::optional<Order>();
  HANSOM_TRY_ASSIGN(Order order, with_waiting(reader, *std::move(row)));
  return std::optional(std::move(order));
}

}  // namespace hansom::inspections
