// The next page of an ordered query, from candidates that come in any order.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "index/catalogue/cursor.h"
#include "index/catalogue/interval_index.h"

namespace hansom::catalogue {

// Keeps the first `limit` rows behind the cursor, and one more to know whether there is a next
// page.
template <typename Row>
class PageBuilder {
 public:
  PageBuilder(store::Order order, std::size_t limit, std::optional<Position> after)
      : order_(order), limit_(limit), after_(std::move(after)), rows_(Before{order}) {}

  // False: a row at `position` cannot stand on this page, nor any row after it.
  [[nodiscard]] bool open_for(const Position& position) const {
    return rows_.size() <= limit_ || comes_after(rows_.rbegin()->first, position, order_);
  }
  // True: the row at `position` stands on an earlier page, or on this one already.
  [[nodiscard]] bool known(const Position& position) const {
    return (after_ && !comes_after(position, *after_, order_)) || rows_.contains(position);
  }
  void add(const Position& position, Row row) {
    rows_.emplace(position, std::move(row));
    if (rows_.size() > limit_ + 1) rows_.erase(std::prev(rows_.end()));
  }
  [[nodiscard]] bool full() const { return rows_.size() > limit_; }
  // Requires: full().
  [[nodiscard]] const Position& last() const { return rows_.rbegin()->first; }
  [[nodiscard]] const std::optional<Position>& after() const { return after_; }

  // The rows in order, and the cursor of the next page or an empty text.
  [[nodiscard]] std::pair<std::vector<Row>, std::string> finish(ByteSpan query_digest) && {
    std::string cursor;
    if (full()) {
      rows_.erase(std::prev(rows_.end()));
      cursor = make_cursor(query_digest, rows_.rbegin()->first);
    }
    std::vector<Row> out;
    out.reserve(rows_.size());
    for (auto& [position, row] : rows_) out.push_back(std::move(row));
    return {std::move(out), std::move(cursor)};
  }

 private:
  struct Before {
    store::Order order;
    bool operator()(const Position& a, const Position& b) const { return comes_after(b, a, order); }
  };

  store::Order order_;
  std::size_t limit_;
  std::optional<Position> after_;
  std::map<Position, Row, Before> rows_;
};

}  // namespace hansom::catalogue
