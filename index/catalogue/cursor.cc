// Cursors: base64url of the query's digest, the start (unix microseconds, u64) and the suffix.
#include "index/catalogue/cursor.h"

#include <algorithm>

namespace hansom::catalogue {
namespace {

constexpr std::size_t kDigestBytes = 8;
constexpr std::size_t kHeadBytes = kDigestBytes + 8;

}  // namespace

QueryDigest& QueryDigest::add(std::string_view name, std::string_view value) {
  Bytes length;
  append_u64be(length, value.size());
  hash_.update(as_bytes(name)).update(Bytes{0}).update(length).update(as_bytes(value));
  return *this;
}

QueryDigest& QueryDigest::add(std::string_view name, std::int64_t value) {
  return add(name, std::to_string(value));
}

Bytes QueryDigest::finish() {
  const Digest digest = hash_.finish();
  return {digest.bytes.begin(), digest.bytes.begin() + kDigestBytes};
}

std::string make_cursor(ByteSpan query_digest, const Position& last) {
  Bytes bytes(query_digest.begin(), query_digest.end());
  append_u64be(bytes, static_cast<std::uint64_t>(last.start_us));
  bytes.insert(bytes.end(), last.suffix.begin(), last.suffix.end());
  return to_base64url(bytes);
}

Result<std::optional<Position>> read_cursor(std::string_view cursor, ByteSpan query_digest,
                                            std::size_t suffix_bytes) {
  if (cursor.empty()) return std::optional<Position>();
  const Result<Bytes> bytes = from_base64url(cursor);
  if (!bytes || bytes->size() != kHeadBytes + suffix_bytes) {
    return fail(ErrorKind::kInvalid, "bad_cursor",
                "the cursor is damaged; start again without one");
  }
  const ByteSpan span(*bytes);
  if (!std::ranges::equal(span.first(kDigestBytes), query_digest)) {
    return fail(ErrorKind::kInvalid, "bad_cursor",
                "the cursor belongs to another query; ask the same question as the page before");
  }
  const ByteSpan suffix = span.subspan(kHeadBytes);
  return Position{static_cast<std::int64_t>(read_u64be(span.subspan(kDigestBytes))),
                  Bytes(suffix.begin(), suffix.end())};
}

}  // namespace hansom::catalogue
