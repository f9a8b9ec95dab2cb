// RocksDB behind our own words: families, readers, batches. The only room that includes rocksdb
// headers.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "proto/base/bytes.h"

namespace hansom::store {

// Column families. Keys and values of each are described by the room that owns it.
enum class Family : std::uint8_t {
  kMeta,       // "format", "position": journal position the views stand at
  kLeaf,       // journal: u64 leaf index -> leaf
  kRecord,     // journal: u64 leaf index -> salt || record; erasable
  kTile,       // journal: u8 level, u64 number -> 8,192 bytes, full tiles only
  kHead,       // journal: u64 tree size -> signed checkpoint
  kClip,       // catalogue: clip id -> ClipRow
  kIndex,      // catalogue: secondary keys
  kEvent,      // catalogue: events
  kUpload,     // catalogue: upload id -> u64 leaf index of its ClipAccepted
  kRegister,   // register and access: units, tokens, links
  kRetention,  // holds, plans
  kQueue,      // clips waiting for inspection: u64 leaf index -> clip id
};
inline constexpr std::size_t kFamilies = 12;

enum class Order { kAscending, kDescending };
// Returns false to stop the scan.
using Visit = std::function<bool(ByteSpan key, ByteSpan value)>;

// Reads one consistent state. Errors of every call: kStorage `storage_failed`, kCorrupt
// `store_corrupt`.
class Reader {
 public:
  virtual ~Reader() = default;
  [[nodiscard]] virtual Result<std::optional<Bytes>> get(Family family, ByteSpan key) const = 0;
  // Visits keys in [lower, upper) in the given order. An empty upper means to the end of the
  // family.
  [[nodiscard]] virtual Status scan(Family family, ByteSpan lower, ByteSpan upper, Order order,
                                    const Visit& visit) const = 0;
};

// A state with changes on top that nobody else sees until they are committed. Not thread-safe.
class Batch : public Reader {
 public:
  virtual void put(Family family, ByteSpan key, ByteSpan value) = 0;
  virtual void del(Family family, ByteSpan key) = 0;
  // Marks the present contents; roll_back() undoes what came after the last mark. Neither can fail.
  virtual void mark() = 0;
  virtual void roll_back() = 0;
};

enum class Mode {
  kCreate,
  kOpen,
  kReadOnly
};  // kCreate also opens; kReadOnly works beside a running server

class Store {
 public:
  // Errors: kUnavailable `store_locked` (another server has it), kNotFound `not_found`, kCorrupt
  // `store_corrupt`, kStorage `storage_failed`.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::filesystem::path& directory,
                                                           Mode mode);
  virtual ~Store() = default;
  [[nodiscard]] virtual std::unique_ptr<Reader> snapshot() const = 0;  // any thread
  [[nodiscard]] virtual std::unique_ptr<Batch> begin() = 0;            // one writer
  // A batch on top of `in_flight`, which another thread may be committing: reads see its rows. A
  // scan first calls `settle`, which returns once that commit has ended. Requires: `in_flight` is a
  // batch of this store and changes no more; it need not outlive this call.
  [[nodiscard]] virtual std::unique_ptr<Batch> begin_behind(const Batch& in_flight,
                                                            std::function<void()> settle) = 0;
  // One synced, atomic write, one at a time. After a failed commit the store accepts no further
  // one: kStorage `store_failed`.
  [[nodiscard]] virtual Status commit(Batch& batch) = 0;
  // Reads every block and checks its checksum.
  [[nodiscard]] virtual Status verify_checksums() const = 0;
};

}  // namespace hansom::store
