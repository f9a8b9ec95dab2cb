// Cursors of paged queries: the last position of the page before, bound to its query.
#pragma once

#include <optional>
#include <string>

#include "index/catalogue/interval_index.h"
#include "proto/base/sha256.h"

namespace hansom::catalogue {

// Collects what a query asks; the digest of it goes into its cursors.
class QueryDigest {
 public:
  QueryDigest& add(std::string_view name, std::string_view value);
  QueryDigest& add(std::string_view name, std::int64_t value);
  [[nodiscard]] Bytes finish();  // 8 bytes

 private:
  Sha256 hash_;
};

[[nodiscard]] std::string make_cursor(ByteSpan query_digest, const Position& last);
// nullopt for an empty cursor. Error: kInvalid `bad_cursor` (damaged, or of another query).
[[nodiscard]] Result<std::optional<Position>> read_cursor(std::string_view cursor,
                                                          ByteSpan query_digest,
                                                          std::size_t suffix_bytes);

}  // namespace hansom::catalogue
