// Names of the spool's files, and the JSON of <upload>.json.
#include "proto/upload/upload_facts.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "proto/evidence/manifest.h"

namespace hansom::upload {
namespace {

constexpr std::uint64_t kFormat = 1;
constexpr std::string_view kClipExtension = ".clip";
constexpr std::string_view kFactsExtension = ".json";
constexpr std::string_view kMarkExtension = ".mark";
constexpr std::string_view kPartial = "partial";
constexpr std::string_view kFinal = "final";

tl::unexpected<Error> corrupt(std::string_view why) {
  return fail(ErrorKind::kCorrupt, "spool_corrupt", std::string(why));
}

Result<std::string> text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return corrupt(std::string(name) + " is missing");
  return std::string(value->get_string());
}

Result<UtcTime> time_of(const boost::json::object& object, std::string_view name) {
  HANSOM_TRY_ASSIGN(const std::string text, text_of(object, name));
  return from_rfc3339(text);
}

// The payload of a JWS whose signature was checked before it was stored.
Result<evidence::Manifest> manifest_of(std::string_view jws) {
  const auto first = jws.find('.');
  const auto second = jws.find('.', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return corrupt("manifest_jws is not a JWS");
  HANSOM_TRY_ASSIGN(const Bytes payload, from_base64url(jws.substr(first + 1, second - first - 1)));
  return evidence::parse_manifest(as_text(payload));
}

// nullopt: no such member.
Result<std::optional<std::uint64_t>> number_of(const boost::json::object& object,
                                               std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code failed;
  const auto number = value->is_number() ? value->to_number<std::uint64_t>(failed) : 0;
  if (failed || !value->is_number()) return corrupt(std::string(name) + " is not a number");
  return number;
}

Status read_concat(const boost::json::object& object, UploadFacts& facts) {
  if (!object.contains("concat")) return {};
  HANSOM_TRY_ASSIGN(const std::string concat, text_of(object, "concat"));
  if (concat == kPartial) {
    facts.concat = Concat::kPartial;
    return {};
  }
  const auto* parts = object.if_contains("parts");
  if (concat != kFinal || parts == nullptr || !parts->is_array()) {
    return corrupt("concat is neither partial nor final with its parts");
  }
  facts.concat = Concat::kFinal;
  for (const boost::json::value& part : parts->get_array()) {
    if (!part.is_string()) return corrupt("a part is not the name of an upload");
    HANSOM_TRY_ASSIGN(UploadId id, UploadId::parse(std::string_view(part.get_string())));
    facts.parts.push_back(std::move(id));
  }
  return {};
}

Result<UploadFacts> read_members(const boost::json::object& object) {
  const auto* format = object.if_contains("format");
  if (format == nullptr || *format != kFormat) return corrupt("unknown format");
  UploadFacts facts;
  HANSOM_TRY_ASSIGN(facts.length, number_of(object, "length"));
  HANSOM_TRY_ASSIGN(const auto bytes_max, number_of(object, "bytes_max"));
  if (!facts.length && !bytes_max) return corrupt("length is missing");
  facts.bytes_max = std::max(bytes_max.value_or(0), facts.length.value_or(0));
  HANSOM_TRY_ASSIGN(const std::string id, text_of(object, "upload"));
  HANSOM_TRY_ASSIGN(facts.id, UploadId::parse(id));
  HANSOM_TRY_ASSIGN(const std::string unit, text_of(object, "unit"));
  HANSOM_TRY_ASSIGN(facts.unit, UnitId::parse(unit));
  HANSOM_TRY_ASSIGN(facts.controller, text_of(object, "controller"));
  HANSOM_TRY_ASSIGN(facts.created, time_of(object, "created"));
  HANSOM_TRY_ASSIGN(facts.expires, time_of(object, "expires"));
  HANSOM_TRY_ASSIGN(facts.metadata, text_of(object, "metadata"));
  HANSOM_TRY(read_concat(object, facts));
  if (object.contains("repr_digest")) {
    HANSOM_TRY_ASSIGN(const std::string digests, text_of(object, "repr_digest"));
    facts.representation = parse_digest_field(digests);
  }
  HANSOM_TRY_ASSIGN(facts.manifest_jws, text_of(object, "manifest_jws"));
  if (facts.manifest_jws.empty()) return facts;
  HANSOM_TRY_ASSIGN(facts.manifest, manifest_of(facts.manifest_jws));
  HANSOM_TRY_ASSIGN(facts.clip,
                    ClipId::from_span(as_bytes(std::string_view(facts.manifest.sealed_sha256()))));
  return facts;
}

}  // namespace

std::string facts_json(const UploadFacts& facts) {
  boost::json::object object;
  object["format"] = kFormat;
  object["upload"] = facts.id.text();
  object["unit"] = facts.unit.text();
  object["controller"] = facts.controller;
  if (facts.length) object["length"] = *facts.length;
  object["bytes_max"] = facts.bytes_max;
  if (facts.concat == Concat::kPartial) object["concat"] = kPartial;
  if (facts.concat == Concat::kFinal) {
    object["concat"] = kFinal;
    boost::json::array parts;
    for (const UploadId& part : facts.parts) parts.emplace_back(part.text());
    object["parts"] = std::move(parts);
  }
  if (!facts.representation.empty()) object["repr_digest"] = digest_field(facts.representation);
  object["created"] = to_rfc3339(facts.created);
  object["expires"] = to_rfc3339(facts.expires);
  object["metadata"] = facts.metadata;
  object["manifest_jws"] = facts.manifest_jws;
  return boost::json::serialize(object) + "\n";
}

Result<UploadFacts> parse_facts(std::string_view json) {
  boost::system::error_code failed;
  const boost::json::value value = boost::json::parse(json, failed);
  if (failed || !value.is_object()) return corrupt("not a JSON object");
  auto facts = read_members(value.get_object());
  if (!facts) return corrupt(facts.error().message);
  return facts;
}

std::string clip_file_name(const UploadId& id) {
  return id.text() + std::string(kClipExtension);
}

std::string facts_file_name(const UploadId& id) {
  return id.text() + std::string(kFactsExtension);
}

std::string mark_file_name(const UploadId& id) {
  return id.text() + std::string(kMarkExtension);
}

std::optional<SpoolName> parse_spool_name(std::string_view file_name) {
  SpoolFile file = SpoolFile::kClip;
  if (file_name.ends_with(kFactsExtension)) {
    file = SpoolFile::kFacts;
  } else if (file_name.ends_with(kMarkExtension)) {
    file = SpoolFile::kMark;
  } else if (!file_name.ends_with(kClipExtension)) {
    return std::nullopt;
  }
  const auto id = UploadId::parse(file_name.substr(0, file_name.rfind('.')));
  if (!id) return std::nullopt;
  return SpoolName{*id, file};
}

std::string concat_text(const UploadFacts& facts, std::string_view uploads_path) {
  if (facts.concat == Concat::kNone) return {};
  if (facts.concat == Concat::kPartial) return std::string(kPartial);
  return concat_text(facts.parts, uploads_path);
}

std::string concat_text(std::span<const UploadId> parts, std::string_view uploads_path) {
  std::string text;
  for (const UploadId& part : parts) {
    text += text.empty() ? std::string(kFinal) + ";" : " ";
    text.append(uploads_path).append("/").append(part.text());
  }
  return text;
}

}  // namespace hansom::upload
