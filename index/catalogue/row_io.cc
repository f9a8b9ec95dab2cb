// Serialisation of rows and the keys all rooms share.
#include "index/catalogue/row_io.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "proto/base/check.h"

namespace hansom::catalogue {

Bytes serialize(const google::protobuf::MessageLite& message) {
  Bytes out(message.ByteSizeLong());
  google::protobuf::io::ArrayOutputStream stream(out.data(), static_cast<int>(out.size()));
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  HANSOM_CHECK(!coded.HadError());
  return out;
}

Status parse_row(ByteSpan bytes, google::protobuf::MessageLite& message) {
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(ErrorKind::kCorrupt, "store_corrupt",
                "a row cannot be read as " + message.GetTypeName());
  }
  return {};
}

void put_row(store::Batch& batch, store::Family family, ByteSpan key,
             const google::protobuf::MessageLite& message) {
  batch.put(family, key, serialize(message));
}

Bytes end_of_prefix(ByteSpan prefix) {
  Bytes end(prefix.begin(), prefix.end());
  while (!end.empty() && end.back() == 0xff) end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

Result<std::vector<Bytes>> keys_with_prefix(const store::Reader& reader, store::Family family,
                                            ByteSpan prefix) {
  std::vector<Bytes> keys;
  HANSOM_TRY(reader.scan(family, prefix, end_of_prefix(prefix), store::Order::kAscending,
                         [&](ByteSpan key, ByteSpan) {
                           keys.emplace_back(key.begin(), key.end());
                           return true;
                         }));
  return keys;
}

Status remove_prefix(store::Batch& batch, store::Family family, ByteSpan prefix) {
  HANSOM_TRY_ASSIGN(const std::vector<Bytes> keys, keys_with_prefix(batch, family, prefix));
  for (const Bytes& key : keys) batch.del(family, key);
  return {};
}

Bytes key_of(char kind, ByteSpan rest) {
  Bytes key;
  key.reserve(1 + rest.size());
  key.push_back(static_cast<std::uint8_t>(kind));
  key.insert(key.end(), rest.begin(), rest.end());
  return key;
}

Bytes key_of(char kind, std::string_view rest) {
  return key_of(kind, as_bytes(rest));
}

Bytes u64_key(std::uint64_t number) {
  Bytes key;
  append_u64be(key, number);
  return key;
}

}  // namespace hansom::catalogue
