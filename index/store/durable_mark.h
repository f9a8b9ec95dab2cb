// How far the store is known to be durable: one number in a file of its own beside the database.
//
// RocksDB takes a damaged last record of its log for a commit that a crash cut short, and drops it.
// That is right after a crash and wrong after bit rot: then an acknowledged commit would be
// forgotten without a word. The mark tells the two apart.
#pragma once

#include <filesystem>

#include "proto/base/durable_file.h"

namespace hansom::store {

// One writer. It is written after the commit it speaks of and not synced: what it says is true
// whenever it reaches the disk, and a crash of the machine only makes it older.
class DurableMark {
 public:
  // Opens or makes the mark of a store's folder. Errors: kStorage.
  [[nodiscard]] static Result<DurableMark> open(const std::filesystem::path& directory);
  // Error: kStorage; the mark then stays behind, which forgets nothing.
  [[nodiscard]] Status note(std::uint64_t sequence) const;

  // The last noted number; 0 where there is no mark, or a damaged one, which is logged.
  [[nodiscard]] static std::uint64_t read(const std::filesystem::path& directory);
  // Whether a store that ends at `found` has all that `durable` says. Error: kCorrupt
  // `store_corrupt`.
  [[nodiscard]] static Status check(const std::filesystem::path& directory, std::uint64_t durable,
                                    std::uint64_t found);
  [[nodiscard]] static std::filesystem::path path_in(const std::filesystem::path& directory);

 private:
  DurableMark(FileDescriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}

  FileDescriptor file_;
  std::filesystem::path path_;
};

}  // namespace hansom::store
