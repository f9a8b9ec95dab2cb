// The one table of wire errors, and its rendering as RFC 9457 problem documents.
#include "proto/http/wire_errors.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace hansom::http {
namespace {

// Sorted by token; a test checks it. Which status makes a client retry: protocols of tus and the
// IETF draft retry every 5xx, 409 and 423, and nothing else.
constexpr std::array kWireErrors = {
    WireError{"already_exists", 409, "It exists already"},
    WireError{"already_held", 409, "A hold of that kind is already placed"},
    WireError{"bad_chunk", 400, "The chunked body is malformed"},
    WireError{"bad_digest", 400, "Not a SHA-256 digest"},
    WireError{"bad_encoding", 400, "Not canonical hex or base64"},
    WireError{"bad_framing", 400, "The length of the body is ambiguous"},
    WireError{"bad_head", 400, "The request head is malformed"},
    WireError{"bad_id", 400, "Malformed identifier"},
    WireError{"bad_json", 400, "Malformed JSON"},
    WireError{"bad_manifest", 400, "The manifest cannot be read"},
    WireError{"bad_parameter", 400, "A parameter is wrong"},
    WireError{"bad_request", 400, "The request cannot be understood"},
    WireError{"bad_signature", 400, "The signature does not verify"},
    WireError{"bad_target", 400, "The request target is malformed"},
    WireError{"bad_time", 400, "Not an RFC 3339 time"},
    WireError{"bad_unit_id", 400, "Not a unit name"},
    WireError{"bad_upload_id", 400, "Not an upload name"},
    WireError{"body_timeout", 408, "The body stopped coming"},
    WireError{"body_too_large", 413, "The body is too large"},
    WireError{"cancelled", 503, "The request was ended"},
    WireError{"checksum_mismatch", 460, "The checksum does not match"},
    WireError{"conflict", 409, "Not possible in the present state"},
    WireError{"connection_lost", 503, "The connection was lost"},
    WireError{"corrupt", 500, "Stored data are damaged"},
    WireError{"disk_full", 507, "The disk is full"},
    WireError{"disk_reserve", 507, "No room for a new upload"},
    WireError{"disk_reserve_append", 503, "No room at present"},
    WireError{"draining", 503, "The server is shutting down"},
    WireError{"file_too_large", 413, "The file is too large"},
    WireError{"forbidden", 403, "Not allowed"},
    WireError{"gone", 410, "It is gone"},
    WireError{"header_timeout", 408, "The request head stopped coming"},
    WireError{"header_too_large", 431, "The request head is too large"},
    WireError{"internal", 500, "Internal error"},
    WireError{"invalid", 400, "The request cannot be understood"},
    WireError{"method_not_allowed", 405, "The resource has no such method"},
    WireError{"not_for_vault", 422, "The clip is not sealed to this vault"},
    WireError{"not_found", 404, "Not found"},
    WireError{"not_sealed", 422, "The clip is not sealed"},
    WireError{"offset_mismatch", 409, "The upload is at another offset"},
    WireError{"overloaded", 503, "Too much to do at present"},
    WireError{"purpose_required", 400, "A purpose is required"},
    WireError{"refused", 422, "Refused for what it contains"},
    WireError{"storage_failed", 500, "The disk failed"},
    WireError{"superseded", 409, "A newer request took over"},
    WireError{"timeout", 503, "It took too long"},
    WireError{"too_large", 413, "Too large"},
    WireError{"unauthenticated", 401, "Credentials are missing or wrong"},
    WireError{"unavailable", 503, "Not available at present"},
    WireError{"unsupported", 415, "Not supported"},
    WireError{"unsupported_checksum", 400, "Unknown checksum algorithm"},
    WireError{"unsupported_media_type", 415, "Unsupported content type"},
    WireError{"unsupported_tus_version", 412, "Unsupported version of tus"},
    WireError{"upload_completed", 403, "The upload is complete and stays"},
    WireError{"upload_expired", 410, "The upload has expired"},
    WireError{"upload_locked", 423, "Another connection holds the upload"},
    WireError{"upload_not_found", 404, "No such upload"},
    WireError{"upload_too_large", 413, "The upload is too large"},
};

// The token whose row stands for a kind.
std::string_view default_token(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return "invalid";
    case ErrorKind::kUnauthenticated:
      return "unauthenticated";
    case ErrorKind::kForbidden:
      return "forbidden";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kGone:
      return "gone";
    case ErrorKind::kTooLarge:
      return "too_large";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kRefused:
      return "refused";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kStorage:
      return "storage_failed";
    case ErrorKind::kCorrupt:
      return "corrupt";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kCancelled:
      return "cancelled";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "internal";
}

const WireError* find_row(std::string_view token) {
  const auto* row = std::lower_bound(
      kWireErrors.begin(), kWireErrors.end(), token,
      [](const WireError& error, std::string_view wanted) { return error.token < wanted; });
  return row != kWireErrors.end() && row->token == token ? &*row : nullptr;
}

bool message_stays_inside(ErrorKind kind) {
  return kind == ErrorKind::kInternal || kind == ErrorKind::kStorage || kind == ErrorKind::kCorrupt;
}

}  // namespace

std::span<const WireError> wire_errors() {
  return kWireErrors;
}

WireError wire_error(const Error& error) {
  if (const WireError* row = find_row(error.token)) return *row;
  return *find_row(default_token(error.kind));
}

Response problem(const Error& error) {
  const WireError row = wire_error(error);
  boost::json::object document;
  document["type"] = std::string("urn:hansom:error:") + std::string(row.token);
  document["title"] = row.title;
  document["status"] = row.status;
  if (!message_stays_inside(error.kind) && !error.message.empty()) {
    document["detail"] = error.message;
  }
  document["token"] = row.token;
  Response response;
  response.status = row.status;
  response.fields.add("Content-Type", "application/problem+json");
  response.fields.add("Cache-Control", "no-store");
  if (row.status == 503) response.fields.add("Retry-After", "5");
  if (row.status == 401) response.fields.add("WWW-Authenticate", "Bearer");
  response.body = boost::json::serialize(document);
  return response;
}

}  // namespace hansom::http
