// The changes of a batch that is not committed yet: rows put or deleted on top of a store, with a
// mark to go back to. Pure; used by one thread.
#pragma once

#include <map>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "index/store/store.h"

namespace hansom::store {

// Why not RocksDB's own indexed batch: its rollback builds the whole index again, so that many
// refused commands in one large group would cost quadratic time. Here a rollback undoes only what
// came after the mark.
class Overlay {
 public:
  // nullopt: deleted. Keys compare as RocksDB's default comparator does, by unsigned bytes. Keys
  // and values lie in the overlay's arena: a row costs no allocation, and what was undone or
  // replaced takes room until the end. That is bounded by the size of a group.
  using Value = std::optional<std::string_view>;
  using Rows = std::pmr::map<std::string_view, Value>;

  Overlay() = default;
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

  void set(Family family, std::string_view key, Value value);
  // nullptr: untouched here.
  [[nodiscard]] const Value* find(Family family, std::string_view key) const;
  [[nodiscard]] const Rows& rows(Family family) const {
    return rows_[static_cast<std::size_t>(family)];
  }

  // One mark stands at a time; a new one replaces it.
  void mark() { undo_.clear(); }
  void roll_back();

 private:
  struct Undo {
    Family family;
    Rows::iterator row;  // stays valid until erased
    bool was_set;
    Value value;  // before
  };
  [[nodiscard]] std::string_view keep(std::string_view bytes);

  std::pmr::monotonic_buffer_resource arena_;
  std::pmr::vector<Rows> rows_{kFamilies, &arena_};  // by family
  std::vector<Undo> undo_;                           // since the mark, in order
};

}  // namespace hansom::store
