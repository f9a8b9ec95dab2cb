// A store in memory: what RocksDB does for us, said with std::map. For tests of rules and queries,
// and an oracle for the real store.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "index/store/store.h"

namespace hansom::test {

// Holds one state; what is put is there at once. Not thread-safe.
class MemoryStore final : public store::Batch {
 public:
  using Table = std::map<Bytes, Bytes>;

  [[nodiscard]] Result<std::optional<Bytes>> get(store::Family family, ByteSpan key) const override;
  [[nodiscard]] Status scan(store::Family family, ByteSpan lower, ByteSpan upper,
                            store::Order order, const store::Visit& visit) const override;
  void put(store::Family family, ByteSpan key, ByteSpan value) override;
  void del(store::Family family, ByteSpan key) override;
  void mark() override { undo_.clear(); }
  void roll_back() override;
  void finish() override {}

  [[nodiscard]] const Table& table(store::Family family) const;

 private:
  struct Undo {
    store::Family family;
    Bytes key;
    std::optional<Bytes> value;  // what stood there before
  };

  void remember(store::Family family, const Bytes& key);
  Table& rows(store::Family family);

  std::array<Table, store::kFamilies> tables_;
  std::vector<Undo> undo_;
};

}  // namespace hansom::test
