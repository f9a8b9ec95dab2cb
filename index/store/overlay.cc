// Rows on top of a store, and their undoing.
#include "index/store/overlay.h"

namespace hansom::store {

void Overlay::set(Family family, std::string_view key, std::optional<std::string> value) {
  Rows& rows = rows_[static_cast<std::size_t>(family)];
  const auto at = rows.find(key);
  if (at == rows.end()) {
    undo_.push_back({family, rows.emplace(key, std::move(value)).first, false, std::nullopt});
  } else {
    undo_.push_back({family, at, true, std::move(at->second)});
    at->second = std::move(value);
  }
}

const std::optional<std::string>* Overlay::find(Family family, std::string_view key) const {
  const Rows& rows = rows_[static_cast<std::size_t>(family)];
  const auto at = rows.find(key);
  return at == rows.end() ? nullptr : &at->second;
}

void Overlay::roll_back() {
  for (; !undo_.empty(); undo_.pop_back()) {
    Undo& undo = undo_.back();
    if (undo.was_set) {
      undo.row->second = std::move(undo.value);
    } else {
      rows_[static_cast<std::size_t>(undo.family)].erase(undo.row);
    }
  }
}

}  // namespace hansom::store
