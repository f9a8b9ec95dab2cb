// A log is blocks of 32 KiB with fragments: checksum (4 bytes), length (2), type (1), payload. A
// record is one kFull, or kFirst, any kMiddle, kLast. No header begins in the last six bytes of a
// block.
#include "index/store/log_tail.h"

#include <array>
#include <vector>

namespace hansom::store {
namespace {

constexpr std::size_t kHeaderBytes = 7;
enum : std::uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

struct Fragment {
  std::uint64_t at = 0;
  std::size_t length = 0;  // of the payload
  std::uint8_t type = 0;
  [[nodiscard]] bool begins() const { return type == kFull || type == kFirst; }
  [[nodiscard]] bool ends() const { return type == kFull || type == kLast; }
  [[nodiscard]] std::uint64_t end() const { return at + kHeaderBytes + length; }
};

constexpr std::array<std::uint32_t, 256> crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}

// CRC-32C (RFC 3720, appendix B.4), masked as the log stores it.
std::uint32_t masked_crc32c(std::span<const std::uint8_t> bytes) {
  static constexpr auto kTable = crc32c_table();
  std::uint32_t crc = 0xffffffffU;
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ byte) & 0xffU];
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

// The fragments of one log, read a block at a time.
class Fragments {
 public:
  explicit Fragments(const ReadLogAt& read_at) : read_at_(read_at) {}

  // The fragment whose header begins at `offset`, or where the next block does if none fits there;
  // nullopt where there is none: zeros, the end, or no header that a writer makes.
  Result<std::optional<Fragment>> at(std::uint64_t offset) {
    const std::uint64_t left = kLogBlockBytes - offset % kLogBlockBytes;
    if (left < kHeaderBytes) offset += left;
    HANSOM_TRY(load(offset / kLogBlockBytes));
    const std::size_t from = offset % kLogBlockBytes;
    if (from + kHeaderBytes > size_) return std::optional<Fragment>();
    const std::size_t length = block_[from + 4] + std::size_t{256} * block_[from + 5];
    const std::uint8_t type = block_[from + 6];
    const bool possible = type >= kFull && type <= kLast && from + kHeaderBytes + length <= size_;
    if (!possible) return std::optional<Fragment>();
    return std::optional(Fragment{offset, length, type});
  }

  Result<bool> sound(const Fragment& fragment) {
    HANSOM_TRY(load(fragment.at / kLogBlockBytes));
    const std::size_t from = fragment.at % kLogBlockBytes;
    if (from + kHeaderBytes + fragment.length > size_) return false;
    std::uint32_t told = 0;
    for (std::size_t i = 4; i-- > 0;) told = told << 8 | block_[from + i];
    return told == masked_crc32c(std::span(block_).subspan(from + 6, 1 + fragment.length));
  }

  Result<bool> is_there(std::uint64_t block) {
    HANSOM_TRY(load(block));
    return size_ > 0;
  }

  // A writer may have gone on.
  void forget() { loaded_.reset(); }

 private:
  Status load(std::uint64_t block) {
    if (loaded_ == block) return {};
    HANSOM_TRY_ASSIGN(size_, read_at_(block * kLogBlockBytes, block_));
    loaded_ = block;
    return {};
  }

  const ReadLogAt& read_at_;
  std::array<std::uint8_t, kLogBlockBytes> block_{};
  std::size_t size_ = 0;  // of what is there of the block
  std::optional<std::uint64_t> loaded_;
};

// The end of the last whole record, from one that begins at `from`, or would.
Result<std::uint64_t> walk(Fragments& fragments, std::uint64_t from) {
  std::vector<Fragment> record;  // the last one that was begun
  while (true) {
    HANSOM_TRY_ASSIGN(const auto next, fragments.at(record.empty() ? from : record.back().end()));
    if (!next) break;
    const bool inside = !record.empty() && !record.back().ends();
    if (next->begins() == inside) break;
    if (next->begins()) record.clear();
    record.push_back(*next);
  }
  if (record.empty()) return from;
  if (!record.back().ends()) return record.front().at;
  for (const Fragment& fragment : record) {
    HANSOM_TRY_ASSIGN(const bool sound, fragments.sound(fragment));
    if (!sound) return record.front().at;
  }
  return record.back().end();
}

// Whether a record begins in a block behind the one of `end`. Only fragments that a block begins
// with, and those behind them, are known to be fragments and not payload.
Result<bool> record_begins_behind(Fragments& fragments, std::uint64_t end) {
  for (std::uint64_t block = end / kLogBlockBytes + 1;; ++block) {
    HANSOM_TRY_ASSIGN(const bool more, fragments.is_there(block));
    if (!more) return false;
    for (std::uint64_t at = block * kLogBlockBytes; at / kLogBlockBytes == block;) {
      HANSOM_TRY_ASSIGN(const auto fragment, fragments.at(at));
      if (!fragment || fragment->at / kLogBlockBytes != block) break;
      HANSOM_TRY_ASSIGN(const bool sound, fragments.sound(*fragment));
      if (!sound) break;
      if (fragment->begins()) return true;
      at = fragment->end();
    }
  }
}

}  // namespace

Result<std::optional<std::uint64_t>> end_of_whole_records(const ReadLogAt& read_at) {
  Fragments fragments(read_at);
  HANSOM_TRY_ASSIGN(std::uint64_t end, walk(fragments, 0));
  while (true) {
    HANSOM_TRY_ASSIGN(const bool more, record_begins_behind(fragments, end));
    if (!more) return std::optional(end);
    fragments.forget();
    HANSOM_TRY_ASSIGN(const std::uint64_t now, walk(fragments, end));
    if (now == end) return std::optional<std::uint64_t>();
    end = now;
  }
}

}  // namespace hansom::store
