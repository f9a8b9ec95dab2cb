// Rows as Protocol Buffers: read, write and parse them; keys that all rooms share.
#pragma once

#include <google/protobuf/message_lite.h>

#include <optional>

#include "index/store/store.h"

namespace hansom::catalogue {

// Deterministic bytes of a message.
[[nodiscard]] Bytes serialize(const google::protobuf::MessageLite& message);
// Error: kCorrupt `store_corrupt`.
[[nodiscard]] Status parse_row(ByteSpan bytes, google::protobuf::MessageLite& message);

// nullopt: no such row. Errors: those of Reader::get, and kCorrupt `store_corrupt`.
template <typename Message>
[[nodiscard]] Result<std::optional<Message>> get_row(const store::Reader& reader,
                                                     store::Family family, ByteSpan key) {
  HANSOM_TRY_ASSIGN(const std::optional<Bytes> bytes, reader.get(family, key));
  if (!bytes) return std::optional<Message>();
  std::optional<Message> message(std::in_place);
  HANSOM_TRY(parse_row(*bytes, *message));
  return message;
}

void put_row(store::Batch& batch, store::Family family, ByteSpan key,
             const google::protobuf::MessageLite& message);

// All rows of a family whose keys begin with `prefix`, in key order.
template <typename Message>
[[nodiscard]] Result<std::vector<Message>> list_rows(const store::Reader& reader,
                                                     store::Family family, ByteSpan prefix);

// The smallest key behind all keys that begin with `prefix`; empty: the end of the family.
[[nodiscard]] Bytes end_of_prefix(ByteSpan prefix);
// The keys that begin with `prefix`, ascending.
[[nodiscard]] Result<std::vector<Bytes>> keys_with_prefix(const store::Reader& reader,
                                                          store::Family family, ByteSpan prefix);
// Removes them.
[[nodiscard]] Status remove_prefix(store::Batch& batch, store::Family family, ByteSpan prefix);

// Kind byte, then text or bytes.
[[nodiscard]] Bytes key_of(char kind, ByteSpan rest);
[[nodiscard]] Bytes key_of(char kind, std::string_view rest);
[[nodiscard]] Bytes u64_key(std::uint64_t number);

template <typename Message>
Result<std::vector<Message>> list_rows(const store::Reader& reader, store::Family family,
                                       ByteSpan prefix) {
  std::vector<Message> rows;
  Status parsed;
  HANSOM_TRY(reader.scan(family, prefix, end_of_prefix(prefix), store::Order::kAscending,
                         [&](ByteSpan, ByteSpan value) {
                           parsed = parse_row(value, rows.emplace_back());
                           return parsed.has_value();
                         }));
  HANSOM_TRY(parsed);
  return rows;
}

}  // namespace hansom::catalogue
