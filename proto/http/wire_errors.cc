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
    WireError{"acceptance_pending", 503, "The clip is being accepted", 1},
    WireError{"age_header", 422, "The clip is not age v1"},
    WireError{"age_header_mac", 422, "The clip's age header was changed"},
    WireError{"age_no_match", 422, "The clip is not sealed to this vault"},
    WireError{"age_payload", 422, "The clip's sealed content is damaged"},
    WireError{"age_truncated", 422, "The clip ends too early"},
    WireError{"already_damaged", 409, "The object was found damaged before"},
    WireError{"already_exists", 409, "Already there"},
    WireError{"append_to_complete", 400, "The upload is complete"},
    WireError{"backup_not_found", 404, "No such backup in progress"},
    WireError{"bad_access", 400, "The search cannot be recorded"},
    WireError{"bad_add_checkpoint", 400, "Not a request of the witness protocol"},
    WireError{"bad_address", 400, "Not an address to listen on"},
    WireError{"bad_backup", 400, "Not a backup"},
    WireError{"bad_bundle", 500, "An entry bundle is damaged"},
    WireError{"bad_certificate", 400, "The certificate cannot be read"},
    WireError{"bad_certificate_request", 400, "The certificate request is wrong"},
    WireError{"bad_checkpoint", 400, "Not a checkpoint"},
    WireError{"bad_chunk", 400, "The chunked body is malformed"},
    WireError{"bad_config", 400, "The configuration is wrong"},
    WireError{"bad_correction", 400, "The correction cannot be understood"},
    WireError{"bad_cursor", 400, "The cursor is damaged or of another query"},
    WireError{"bad_digest", 400, "Not a digest"},
    WireError{"bad_encoding", 400, "Not in its canonical encoding"},
    WireError{"bad_framing", 400, "The length of the body is ambiguous"},
    WireError{"bad_head", 400, "The request head is malformed"},
    WireError{"bad_hold", 400, "The hold cannot be understood"},
    WireError{"bad_id", 400, "Malformed identifier"},
    WireError{"bad_identity", 400, "Not an age identity"},
    WireError{"bad_journal_key", 400, "Not a journal key"},
    WireError{"bad_json", 400, "Malformed JSON"},
    WireError{"bad_key_act", 400, "Not a valid act on a key"},
    WireError{"bad_key_chain", 400, "Not a chain of journal keys"},
    WireError{"bad_key_uri", 400, "Not the URI of a key in a token"},
    WireError{"bad_leaf", 500, "A journal leaf is damaged"},
    WireError{"bad_note", 400, "Not a signed note"},
    WireError{"bad_parameter", 400, "A parameter is wrong"},
    WireError{"bad_plan", 400, "Not a valid sweep plan"},
    WireError{"bad_policy", 400, "Not a witness policy"},
    WireError{"bad_proof", 400, "Not a proof"},
    WireError{"bad_query", 400, "The question cannot be answered"},
    WireError{"bad_receipt", 400, "Not a receipt"},
    WireError{"bad_recipient", 400, "Not an age recipient"},
    WireError{"bad_record", 400, "The record says nothing"},
    WireError{"bad_register", 400, "The register cannot be read"},
    WireError{"bad_role", 400, "Not a role"},
    WireError{"bad_target", 400, "The request target is malformed"},
    WireError{"bad_tile", 500, "A tile of the journal is damaged"},
    WireError{"bad_time", 400, "Not a time"},
    WireError{"bad_tls_config", 400, "The TLS configuration is wrong"},
    WireError{"bad_token", 400, "Not a valid token"},
    WireError{"bad_tree_size", 400, "No such tree size"},
    WireError{"bad_unit_id", 400, "Not a unit id"},
    WireError{"bad_unit_key", 400, "Not a P-256 private key"},
    WireError{"bad_upload_field", 400, "A field of the upload protocol is wrong"},
    WireError{"bad_upload_id", 400, "Not an upload id"},
    WireError{"bad_verifier_key", 400, "Not a verifier key"},
    WireError{"body_timeout", 408, "The body stopped coming"},
    WireError{"body_too_large", 413, "The body is too large"},
    WireError{"bytes_in_flight_full", 503, "Too many units send at present"},
    WireError{"cancelled", 503, "The request was ended"},
    WireError{"certificate_unknown", 403, "The certificate is not the enrolled one"},
    WireError{"checkpoint_refused", 422, "The witness does not cosign that"},
    WireError{"checksum_algorithm", 400, "Unknown checksum algorithm"},
    WireError{"checksum_mismatch", 460, "The content does not have its checksum"},
    WireError{"clip_held", 409, "The clip is held"},
    WireError{"clip_not_found", 404, "No such clip"},
    WireError{"clip_not_in_plan", 409, "The clip is not in the plan"},
    WireError{"clip_truncated", 422, "The clip is cut short"},
    WireError{"conflict", 409, "Not possible in the present state"},
    WireError{"connection_lost", 503, "The connection was lost"},
    WireError{"connections_full", 503, "Too many connections at present", 10},
    WireError{"correction_exists", 409, "A correction of that id exists"},
    WireError{"correction_not_found", 404, "No such correction"},
    WireError{"correction_withdrawn", 409, "The correction is withdrawn already"},
    WireError{"corrupt", 500, "Stored data are damaged"},
    WireError{"destroyed", 410, "The clip was destroyed"},
    WireError{"digest_mismatch", 460, "The digest is not the manifest's"},
    WireError{"disk_full", 507, "The disk is full"},
    WireError{"disk_reserve", 507, "No room for a new upload"},
    WireError{"disk_reserve_append", 503, "No room at present"},
    WireError{"draining", 503, "The server is shutting down"},
    WireError{"entries_pruned", 410, "Leaves as old as that are not shown any more"},
    WireError{"event_conflict", 409, "The event was reported before with other content"},
    WireError{"events_unparsable", 400, "The events cannot be read"},
    WireError{"file_too_large", 413, "File too large"},
    WireError{"forbidden", 403, "Not allowed"},
    WireError{"gone", 410, "It is gone"},
    WireError{"header_timeout", 408, "The request head stopped coming"},
    WireError{"header_too_large", 431, "The request head is too large"},
    WireError{"hold_exists", 409, "A hold of that id exists"},
    WireError{"hold_not_found", 404, "No such hold"},
    WireError{"hold_released", 409, "The hold is released already"},
    WireError{"inconsistent_length", 400, "The lengths of the upload contradict each other"},
    WireError{"inspect_memory", 503, "No memory to inspect the clip at present"},
    WireError{"inspect_too_large", 413, "The clip is too large to inspect"},
    WireError{"inspector_sandbox", 503, "The inspector's sandbox cannot be had here"},
    WireError{"inspector_start", 503, "The inspector cannot be started"},
    WireError{"internal", 500, "Internal error"},
    WireError{"invalid", 400, "The request cannot be understood"},
    WireError{"journal_busy", 503, "The journal queue is full"},
    WireError{"journal_corrupt", 500, "The journal is damaged"},
    WireError{"journal_failed", 503, "The journal cannot be written"},
    WireError{"journal_forked", 500, "A witness saw another history of this journal"},
    WireError{"key_chain_invalid", 422, "The chain of keys does not hold"},
    WireError{"key_in_use", 409, "The key is in use"},
    WireError{"key_known", 409, "The key was known before"},
    WireError{"key_not_found", 404, "No such key"},
    WireError{"key_not_loaded", 409, "The server has no such key"},
    WireError{"key_readable", 400, "Others can read the key"},
    WireError{"key_unavailable", 503, "The key cannot be used at present"},
    WireError{"leaf_not_found", 404, "No such leaf"},
    WireError{"log_unknown", 404, "The witness does not know that log"},
    WireError{"log_untrusted", 403, "No trusted key signed that"},
    WireError{"manifest_length_mismatch", 422, "The manifest has another length"},
    WireError{"manifest_missing", 422, "A manifest is required"},
    WireError{"manifest_signature", 422, "The manifest's signature does not verify"},
    WireError{"manifest_too_large", 413, "The manifest is too large"},
    WireError{"manifest_unparsable", 400, "The manifest cannot be read"},
    WireError{"manifest_unsigned", 422, "The manifest is not signed"},
    WireError{"manifest_wrong_unit", 422, "The manifest is of another unit"},
    WireError{"manifest_wrong_vehicle", 422, "The manifest contradicts the register"},
    WireError{"metadata_invalid", 400, "Upload-Metadata is malformed"},
    WireError{"method_not_allowed", 405, "The resource has no such method"},
    WireError{"no_repaired_copy", 404, "No repaired copy"},
    WireError{"not_damaged", 409, "The object is not known to be damaged"},
    WireError{"not_for_vault", 422, "The clip is not sealed to this vault"},
    WireError{"not_found", 404, "Not found"},
    WireError{"not_inspected", 404, "Not inspected yet"},
    WireError{"not_sealed", 422, "The clip is not sealed"},
    WireError{"not_waiting", 409, "The clip does not wait for an inspection"},
    WireError{"not_witnessed", 503, "Not enough witnesses have cosigned yet"},
    WireError{"nothing_to_inspect", 409, "No clip is left to inspect"},
    WireError{"object_damaged", 500, "The vault's copy was found damaged"},
    WireError{"offset_mismatch", 409, "The upload is at another offset"},
    WireError{"other_controller", 403, "The clip belongs to another controller"},
    WireError{"overloaded", 503, "Too much to do at present"},
    WireError{"parts_unfinished", 400, "A part of the upload is not finished"},
    WireError{"past_length", 413, "The body goes past the upload's length"},
    WireError{"pin_wrong", 503, "The token's PIN is wrong"},
    WireError{"plan_finished", 409, "The plan was carried out"},
    WireError{"plan_not_found", 404, "No such plan"},
    WireError{"plan_not_started", 409, "The sweep was never started"},
    WireError{"policy_unmet", 500, "Too few witnesses have cosigned"},
    WireError{"port_in_use", 503, "The port is in use"},
    WireError{"proof_invalid", 500, "The proof does not hold"},
    WireError{"purpose_required", 400, "A purpose is required"},
    WireError{"range_not_satisfiable", 416, "No byte is in that range"},
    WireError{"reason_required", 400, "A reason is required"},
    WireError{"receipt_invalid", 422, "The receipt does not hold"},
    WireError{"receipt_not_found", 404, "No receipt yet"},
    WireError{"record_unsupported", 500, "The journal has an act of a newer version"},
    WireError{"refused", 422, "Refused for what it contains"},
    WireError{"report_not_found", 404, "No such report"},
    WireError{"restore_unconfirmed", 409, "The restored site is not confirmed"},
    WireError{"scrub_off", 503, "Scrubbing is switched off"},
    WireError{"scrub_running", 409, "A pass is running already"},
    WireError{"server_not_trusted", 401, "The other side's certificate does not hold"},
    WireError{"server_refused", 422, "The server refused"},
    WireError{"server_unreachable", 503, "The server cannot be reached"},
    WireError{"signature_invalid", 500, "The signature does not verify"},
    WireError{"site_damaged", 500, "What the site keeps does not agree"},
    WireError{"site_opened", 409, "The journal has begun already"},
    WireError{"spool_corrupt", 500, "A file of the spool is damaged"},
    WireError{"spool_full", 503, "Too much is being uploaded at present", 30},
    WireError{"storage_failed", 503, "Storage has failed"},
    WireError{"store_busy", 503, "The store is changing under the reader"},
    WireError{"store_corrupt", 500, "Stored bytes are damaged"},
    WireError{"store_failed", 503, "A commit failed; the store takes no more"},
    WireError{"store_locked", 503, "Another server has this store"},
    WireError{"superseded", 409, "A newer request took over"},
    WireError{"thumbnail_not_found", 404, "No such thumbnail"},
    WireError{"tile_not_found", 404, "No such tile"},
    WireError{"timeout", 503, "It took too long"},
    WireError{"token_already_revoked", 409, "The token is revoked already"},
    WireError{"token_exists", 409, "The token was issued before"},
    WireError{"token_expired", 401, "The token has expired"},
    WireError{"token_not_found", 404, "No such token"},
    WireError{"token_revoked", 401, "The token was revoked"},
    WireError{"too_large", 413, "Too large"},
    WireError{"too_many_events", 413, "Too many events in one batch"},
    WireError{"unauthenticated", 401, "Credentials are missing or wrong"},
    WireError{"unavailable", 503, "Not available at present"},
    WireError{"unit_already_revoked", 409, "The unit is revoked already"},
    WireError{"unit_bodies_full", 503, "The unit sends too much at once"},
    WireError{"unit_not_found", 404, "No such unit"},
    WireError{"unit_revoked", 403, "The unit is revoked"},
    WireError{"unit_spool_full", 503, "The unit's open uploads have their share", 30},
    WireError{"unit_unknown", 403, "The unit is not enrolled"},
    WireError{"unit_uploads_full", 503, "The unit has too many open uploads", 30},
    WireError{"unknown_parameter", 400, "Unknown parameter"},
    WireError{"unsupported", 415, "Not supported"},
    WireError{"unsupported_expectation", 417, "Unknown expectation"},
    WireError{"unsupported_media_type", 415, "Unsupported content type"},
    WireError{"unsupported_tus_version", 412, "Unsupported version of tus"},
    WireError{"upload_already_accepted", 409, "The upload was accepted before"},
    WireError{"upload_completed", 403, "The upload is complete and stays"},
    WireError{"upload_expired", 410, "The upload has expired"},
    WireError{"upload_is_final", 403, "The upload was put together of others"},
    WireError{"upload_locked", 423, "Another connection holds the upload"},
    WireError{"upload_not_found", 404, "No such upload"},
    WireError{"upload_too_large", 413, "The upload is too large"},
    WireError{"vault_corrupt", 500, "A vault object is damaged"},
    WireError{"vault_missing", 500, "The vault misses an object"},
    WireError{"views_newer", 500, "The views are of a newer version"},
    WireError{"witness_failed", 503, "A witness did not give a cosignature"},
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

std::uint32_t retry_after_s(const WireError& row, Random& random) {
  std::array<std::uint8_t, 2> dice{};
  random.fill(dice);
  return row.retry_after_s + (dice[0] * 256U + dice[1]) % (row.retry_after_s + 1);
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

Response problem(const Error& error, const ProblemForm& form, Random& random) {
  WireError row = wire_error(error);
  if (form.status != 0) row.status = form.status;
  boost::json::object document;
  document["type"] =
      form.type.empty() ? "urn:hansom:error:" + std::string(row.token) : std::string(form.type);
  document["title"] = row.title;
  document["status"] = row.status;
  if (!message_stays_inside(error.kind) && !error.message.empty()) {
    document["detail"] = error.message;
  }
  document["token"] = row.token;
  for (const auto& [name, value] : form.members) document[name] = value;
  Response response;
  response.status = row.status;
  response.fields.add("Content-Type", "application/problem+json");
  response.fields.add("Cache-Control", "no-store");
  if (row.status == 503) {
    response.fields.add("Retry-After", std::to_string(retry_after_s(row, random)));
  }
  if (row.status == 401) response.fields.add("WWW-Authenticate", "Bearer");
  response.body = boost::json::serialize(document);
  return response;
}

}  // namespace hansom::http
