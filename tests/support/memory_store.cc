// The store in memory.
#include "tests/support/memory_store.h"

#include <utility>

namespace hansom::test {
namespace {

Bytes copy(ByteSpan bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

const MemoryStore::Table& MemoryStore::table(store::Family family) const {
  return tables_.at(static_cast<std::size_t>(family));
}

MemoryStore::Table& MemoryStore::rows(store::Family family) {
  return tables_.at(static_cast<std::size_t>(family));
}

Result<std::optional<Bytes>> MemoryStore::get(store::Family family, ByteSpan key) const {
  const auto row = table(family).find(copy(key));
  if (row == table(family).end()) return std::optional<Bytes>();
  return row->second;
}

Status MemoryStore::scan(store::Family family, ByteSpan lower, ByteSpan upper, store::Order order,
                         const store::Visit& visit) const {
  const Table& all = table(family);
  auto first = all.lower_bound(copy(lower));
  auto last = upper.empty() ? all.end() : all.lower_bound(copy(upper));
  if (!upper.empty() && copy(upper) <= copy(lower)) return {};
  if (order == store::Order::kAscending) {
    for (; first != last; ++first) {
      if (!visit(first->first, first->second)) return {};
    }
    return {};
  }
  while (last != first) {
    --last;
    if (!visit(last->first, last->second)) return {};
  }
  return {};
}

void MemoryStore::remember(store::Family family, const Bytes& key) {
  const auto row = table(family).find(key);
  undo_.push_back(
      {family, key, row == table(family).end() ? std::nullopt : std::optional<Bytes>(row->second)});
}

void MemoryStore::put(store::Family family, ByteSpan key, ByteSpan value) {
  remember(family, copy(key));
  rows(family)[copy(key)] = copy(value);
}

void MemoryStore::del(store::Family family, ByteSpan key) {
  remember(family, copy(key));
  rows(family).erase(copy(key));
}

void MemoryStore::roll_back() {
  while (!undo_.empty()) {
    Undo& last = undo_.back();
    if (last.value) {
      rows(last.family)[last.key] = *std::move(last.value);
    } else {
      rows(last.family).erase(last.key);
    }
    undo_.pop_back();
  }
}

}  // namespace hansom::test
