// Every place of a text in a clip, in order.
#pragma once

#include <cstring>
#include <optional>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::ingest {

// Views both. One pass over the bytes, however often it is asked.
class Search {
 public:
  Search(ByteSpan bytes, std::string_view wanted) : bytes_(bytes), wanted_(wanted) {}

  // Where the next one begins; those that overlap the one before are passed over.
  std::optional<std::size_t> next() {
    if (from_ >= bytes_.size()) return std::nullopt;
    const void* hit =
        memmem(bytes_.data() + from_, bytes_.size() - from_, wanted_.data(), wanted_.size());
    if (hit == nullptr) {
      from_ = bytes_.size();
      return std::nullopt;
    }
    const auto at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(hit) - bytes_.data());
    from_ = at + wanted_.size();
    return at;
  }

 private:
  ByteSpan bytes_;
  std::string_view wanted_;
  std::size_t from_ = 0;
};

}  // namespace hansom::ingest
