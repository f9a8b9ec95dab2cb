// Rows on top of a store, and their undoing.
#include "index/store/overlay.h"

#include <algorithm>

namespace hansom::store {

std::string_view Overlay::keep(std::string_view bytes) {
  char* place = static_cast<char*>(arena_.allocate(bytes.size(), 1));
  std::ranges::copy(bytes, place);
  return {place, bytes.size()};
}

void Overlay::set(Family family, std::string_view key, Value value) {
  Rows& rows = rows_[static_cast<std::size_t>(family)];
  if (value) value = keep(*value);
  const auto at = rows.lower_bound(key);
  if (at == rows.end() || at->first != key) {
    undo_.push_back({family, rows.emplace_hint(at, keep(key), value), false, std::nullopt});
  } else {
    undo_.push_back({family, at, true, at->second});
    at->second = value;
  }
}

const Overlay::Value* Overlay::find(Family family, std::string_view key) const {
  const Rows& rows = rows_[static_cast<std::size_t>(family)];
  const auto at = rows.find(key);
  return at == rows.end() ? nullptr : &at->second;
}

void Overlay::roll_back() {
  for (; !undo_.empty(); undo_.pop_back()) {
    Undo& undo = undo_.back();
    if (undo.was_set) {
      undo.row->second = undo.value;
    } else {
      rows_[static_cast<std::size_t>(undo.family)].erase(undo.row);
    }
  }
}

}  // namespace hansom::store
