// Chooses the dialect of a request.
#include "proto/upload/dialect.h"

#include <map>

#include "proto/upload/dialect_fields.h"
#include "proto/upload/ietf.h"
#include "proto/upload/tus.h"

namespace hansom::upload {
namespace {

const Ietf& ietf(unsigned interop) {
  static const std::map<unsigned, const Ietf> spoken = {
      {0, Ietf(0)}, {5, Ietf(5)}, {6, Ietf(6)}, {8, Ietf(8)}};
  return spoken.at(interop);
}

bool has(const RequestHead& head, std::string_view name) {
  return joined_field(head.fields, name).has_value();
}

// HEAD and DELETE of the RFC's form carry no field by which it could be known: that alone is one.
bool speaks_ietf(const RequestHead& head) {
  if (has(head, "Upload-Draft-Interop-Version") || has(head, "Upload-Complete")) return true;
  if (head.method == "HEAD" || head.method == "DELETE") return true;
  const auto type = joined_field(head.fields, "Content-Type");
  return type && same_ignoring_case(*type, Ietf::kMediaType);
}

}  // namespace

const Dialect& choose_dialect(const RequestHead& head) {
  static const Tus tus;
  if (has(head, "Tus-Resumable") || !speaks_ietf(head)) return tus;
  return ietf(Ietf::interop_of(head.fields));
}

Reply describe_service(const RequestHead& head, const Limits& limits) {
  const Ietf& spoken = ietf(Ietf::interop_of(head.fields));
  Reply reply = spoken.terminated();  // 204, and the version where one was asked for
  reply.fields.emplace_back("Tus-Version", std::string(Tus::kVersion));
  reply.fields.emplace_back("Tus-Extension", std::string(Tus::kExtensions));
  reply.fields.emplace_back("Tus-Max-Size", std::to_string(limits.upload_bytes_max));
  reply.fields.emplace_back("Tus-Checksum-Algorithm", std::string(kTusChecksumAlgorithms));
  reply.fields.emplace_back("Accept-Patch",
                            std::string(Ietf::kMediaType) + ", application/offset+octet-stream");
  reply.fields.emplace_back("Upload-Limit",
                            spoken.limit_field(limits.upload_bytes_max, std::nullopt));
  return reply;
}

}  // namespace hansom::upload
