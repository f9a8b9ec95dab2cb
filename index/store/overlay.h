// The changes of a batch that is not committed yet: rows put or deleted on top of a store, with a
// mark to go back to. Pure; used by one thread.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "index/store/store.h"

namespace hansom::store {

// Why not RocksDB's own indexed batch: its rollback builds the whole index again, so that many
// refused commands in one large group would cost quadratic time. Here a rollback undoes only what
// came after the mark.
class Overlay {
 public:
  // nullopt: deleted. Keys compare as RocksDB's default comparator does, by unsigned bytes.
  using Rows = std::map<std::string, std::optional<std::string>, std::less<>>;

  void set(Family family, std::string_view key, std::optional<std::string> value);
  // nullptr: untouched here.
  [[nodiscard]] const std::optional<std::string>* find(Family family, std::string_view key) const;
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
    std::optional<std::string> value;  // before
  };
  std::array<Rows, kFamilies> rows_;
  std::vector<Undo> undo_;  // since the mark, in order
};

}  // namespace hansom::store
