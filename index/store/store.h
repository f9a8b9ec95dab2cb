// RocksDB behind our own words: families, readers, batches. The only room that includes rocksdb
// headers.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::store {

// Column families. Keys and values of each are described by the room that owns it. kFamilyFacts
// says which of them are the truth and which follow from it.
enum class Family : std::uint8_t {
  kMeta,       // formats, and the positions of journal and views
  kLeaf,       // u64 leaf index -> leaf
  kRecord,     // u64 leaf index -> salt || record; erasable
  kTile,       // u8 level, u64 number -> 8,192 bytes, full tiles only
  kHead,       // u64 tree size -> signed checkpoint
  kClip,       // catalogue: clip id -> ClipRow
  kIndex,      // catalogue: secondary keys
  kEvent,      // catalogue: events
  kUpload,     // catalogue: upload id -> u64 leaf index of its ClipAccepted
  kRegister,   // register and access: units, tokens, links
  kRetention,  // holds, plans
  kQueue,      // clips waiting for inspection, by kind and leaf
};
inline constexpr std::size_t kFamilies = 12;

enum class Holds : std::uint8_t {
  kMeta,     // what the store says about itself
  kJournal,  // the truth: lost rows are lost
  kView,     // follows from the journal: dropped and rebuilt at will
};
// The one place that says which families are views. `version` is the view's format: a change of
// keys, values or rules that gives other rows for the same journal raises it, and the next start
// rebuilds all views. Names are those on disk.
struct FamilyFacts {
  Family family;
  std::string_view name;
  Holds holds;
  std::uint32_t version;  // of a view; 0 otherwise
  // Keys come mostly in their order. Where so, larger pieces of the family are kept in memory; the
  // present contents do not depend on it.
  bool in_order;
};
inline constexpr std::array<FamilyFacts, kFamilies> kFamilyFacts{{
    {Family::kMeta, "meta", Holds::kMeta, 0, false},
    {Family::kLeaf, "leaf", Holds::kJournal, 0, true},
    {Family::kRecord, "record", Holds::kJournal, 0, true},
    {Family::kTile, "tile", Holds::kJournal, 0, true},
    {Family::kHead, "head", Holds::kJournal, 0, true},
    {Family::kClip, "clip", Holds::kView, 4, false},
    {Family::kIndex, "index", Holds::kView, 3, false},
    {Family::kEvent, "event", Holds::kView, 2, false},
    {Family::kUpload, "upload", Holds::kView, 1, false},
    {Family::kRegister, "register", Holds::kView, 1, false},
    {Family::kRetention, "retention", Holds::kView, 1, false},
    {Family::kQueue, "queue", Holds::kView, 2, true},
}};
static_assert(std::ranges::all_of(kFamilyFacts, [](const FamilyFacts& facts) {
  const auto place = static_cast<std::size_t>(facts.family);
  return &facts == &kFamilyFacts[place] && (facts.holds == Holds::kView) == (facts.version > 0);
}));

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
  // No change comes after this; does what commit() would do first, so that another thread need not.
  virtual void finish() = 0;
};

enum class Mode {
  kCreate,
  kOpen,
  kReadOnly
};  // kCreate also opens; kReadOnly works beside a running server, on the state it found

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
  // Deletes every row of these families and commits `batch` on top, in one synced, atomic write.
  // Requires: nobody writes beside the caller. Errors: as commit.
  [[nodiscard]] virtual Status commit_replacing(std::span<const Family> families, Batch& batch) = 0;
  // Copies one committed state into a new folder beside the store: what never changes is linked, so
  // that it takes no room on the same file system. Beside running commits. Errors: kConflict
  // `already_exists`, kStorage `storage_failed`.
  [[nodiscard]] virtual Status copy_to(const std::filesystem::path& directory) const = 0;
  // Reads every byte of every table and checks the checksums.
  [[nodiscard]] virtual Status verify_checksums() const = 0;
};

}  // namespace hansom::store
