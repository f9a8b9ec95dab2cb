// The manifest between its JSON and its stored form.
#include "proto/evidence/manifest.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "proto/evidence/members.h"
#include "proto/evidence/words.h"

namespace hansom::evidence {
namespace {

constexpr std::string_view kToken = "manifest_unparsable";
constexpr std::uint64_t kChannelMax = 255;
constexpr std::uint64_t kDurationMsMax = 24ULL * 60 * 60 * 1000;
constexpr std::uint64_t kClipBytesMax = std::uint64_t{1} << 40;
constexpr std::size_t kVinChars = 17;
constexpr TextBounds kRegistrationBounds = {.bytes_min = 1, .bytes_max = 16};
constexpr TextBounds kLicenceBounds = {.bytes_min = 1, .bytes_max = 64};
constexpr TextBounds kMediaTypeBounds = {.bytes_min = 3, .bytes_max = 127};
constexpr TextBounds kReferenceBounds = {.bytes_min = 1, .bytes_max = 128};
constexpr TextBounds kTriggerBounds = {.bytes_min = 1, .bytes_max = 64};

constexpr std::array<std::pair<Purpose::Kind, std::string_view>, 3> kPurposes = {{
    {Purpose::EVENT, "event"},
    {Purpose::REQUEST, "request"},
    {Purpose::COMPLIANCE_CHECK, "compliance_check"},
}};

bool is_upper_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// ISO 3779: 17 characters without I, O and Q.
bool is_vin(std::string_view text) {
  const auto fits = [](char c) { return is_upper_or_digit(c) && c != 'I' && c != 'O' && c != 'Q'; };
  return text.size() == kVinChars && std::ranges::all_of(text, fits);
}

// RFC 6838 section 4.2, in lower case and without parameters.
bool is_media_type(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  const auto is_name = [](std::string_view name) {
    const auto alphanumeric = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    const auto fits = [&](char c) {
      return alphanumeric(c) || std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
    };
    return !name.empty() && alphanumeric(name[0]) && std::ranges::all_of(name, fits);
  };
  return is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

Status read_vehicle(const Members& from, Vehicle& vehicle) {
  HANSOM_TRY_ASSIGN(const std::string registration, from.text("registration", kRegistrationBounds));
  vehicle.set_registration(normalise_registration(registration));
  if (vehicle.registration().empty() ||
      !std::ranges::all_of(vehicle.registration(), is_upper_or_digit)) {
    return from.bad("registration", "must be a registration mark of letters and digits");
  }
  HANSOM_TRY_ASSIGN(const std::string vin, from.optional_text("vin"));
  vehicle.set_vin(normalise_licence(vin));
  if (!vehicle.vin().empty() && !is_vin(vehicle.vin())) {
    return from.bad("vin", "must be empty or the 17 characters of ISO 3779");
  }
  return {};
}

// The licences: whose vehicle, and who drove it where the unit knows.
Status read_licences(const Members& from, Manifest& manifest) {
  HANSOM_TRY_ASSIGN(const std::string plate, from.text("vehicle_licence", kLicenceBounds));
  manifest.set_vehicle_licence(normalise_licence(plate));
  if (manifest.vehicle_licence().empty()) return from.bad("vehicle_licence", "is only spaces");
  HANSOM_TRY_ASSIGN(const std::string badge, from.optional_text("driver_licence", kLicenceBounds));
  manifest.set_driver_licence(normalise_licence(badge));
  return {};
}

Status read_time(const Members& from, Manifest& manifest) {
  HANSOM_TRY_ASSIGN(const UtcTime start, from.time("start"));
  manifest.set_start_us(to_unix_us(start));
  HANSOM_TRY_ASSIGN(const std::string clock, from.text("clock_state"));
  const auto state = clock_state_of(clock);
  if (!state) return from.bad("clock_state", kClockStateHint);
  manifest.set_clock_state(*state);
  HANSOM_TRY_ASSIGN(const auto duration_ms, from.integer("duration_ms", {.max = kDurationMsMax}));
  manifest.set_duration_ms(duration_ms);
  return {};
}

Status read_bytes(const Members& from, Manifest& manifest) {
  constexpr IntegerBounds kBounds = {.min = 1, .max = kClipBytesMax};
  HANSOM_TRY_ASSIGN(const std::string media_type, from.text("media_type", kMediaTypeBounds));
  if (!is_media_type(media_type)) {
    return from.bad("media_type", "must be a media type such as video/mp4");
  }
  manifest.set_media_type(media_type);
  HANSOM_TRY_ASSIGN(const Bytes sealed, from.digest("sealed_sha256"));
  manifest.set_sealed_sha256(to_text(sealed));
  HANSOM_TRY_ASSIGN(const auto sealed_bytes, from.integer("sealed_bytes", kBounds));
  manifest.set_sealed_bytes(sealed_bytes);
  HANSOM_TRY_ASSIGN(const Bytes media, from.digest("media_sha256"));
  manifest.set_media_sha256(to_text(media));
  // A recording may have come to nothing; its sealed form is never empty.
  HANSOM_TRY_ASSIGN(const auto media_bytes, from.integer("media_bytes", {.max = kClipBytesMax}));
  manifest.set_media_bytes(media_bytes);
  return {};
}

Status read_purpose(const Members& from, Purpose& purpose) {
  HANSOM_TRY_ASSIGN(const std::string word, from.text("kind"));
  const auto* kind = std::ranges::find(kPurposes, word, [](const auto& row) { return row.second; });
  if (kind == kPurposes.end()) {
    return from.bad("kind", "must be event, request or compliance_check");
  }
  purpose.set_kind(kind->first);
  HANSOM_TRY_ASSIGN(const std::string reference, from.text("reference", kReferenceBounds));
  purpose.set_reference(reference);
  return {};
}

Status read_sound(const Members& from, Sound& sound) {
  HANSOM_TRY_ASSIGN(const bool present, from.boolean("present"));
  sound.set_present(present);
  HANSOM_TRY_ASSIGN(const std::string trigger, from.text("trigger", kTriggerBounds));
  sound.set_trigger(trigger);
  return {};
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view json) {
  HANSOM_TRY_ASSIGN(const boost::json::value value, parse_json(json, kToken));
  HANSOM_TRY_ASSIGN(const Members from, Members::of(value, "", kToken));
  Manifest manifest;
  HANSOM_TRY_ASSIGN(const std::string unit, from.text("unit"));
  if (!UnitId::parse(unit)) return from.bad("unit", "must be 1 to 64 of a-z, 0-9 and inner '-'");
  manifest.set_unit(unit);
  HANSOM_TRY_ASSIGN(const auto channel, from.integer("channel", {.max = kChannelMax}));
  manifest.set_channel(static_cast<std::uint32_t>(channel));
  HANSOM_TRY_ASSIGN(const auto clip_number, from.integer("clip_number"));
  manifest.set_clip_number(clip_number);
  HANSOM_TRY_ASSIGN(const Members vehicle, from.members("vehicle"));
  HANSOM_TRY(read_vehicle(vehicle, *manifest.mutable_vehicle()));
  HANSOM_TRY(read_licences(from, manifest));
  HANSOM_TRY(read_time(from, manifest));
  HANSOM_TRY(read_bytes(from, manifest));
  HANSOM_TRY_ASSIGN(const Members purpose, from.members("purpose"));
  HANSOM_TRY(read_purpose(purpose, *manifest.mutable_purpose()));
  HANSOM_TRY_ASSIGN(const Members sound, from.members("sound"));
  HANSOM_TRY(read_sound(sound, *manifest.mutable_sound()));
  return manifest;
}

std::string manifest_json(const Manifest& manifest) {
  boost::json::object vehicle = {{"registration", manifest.vehicle().registration()}};
  if (!manifest.vehicle().vin().empty()) vehicle["vin"] = manifest.vehicle().vin();
  boost::json::object json;
  json["unit"] = manifest.unit();
  json["channel"] = manifest.channel();
  json["clip_number"] = manifest.clip_number();
  json["vehicle"] = std::move(vehicle);
  json["vehicle_licence"] = manifest.vehicle_licence();
  if (!manifest.driver_licence().empty()) json["driver_licence"] = manifest.driver_licence();
  json["start"] = to_rfc3339(from_unix_us(manifest.start_us()));
  json["clock_state"] = clock_state_word(manifest.clock_state());
  json["duration_ms"] = manifest.duration_ms();
  json["media_type"] = manifest.media_type();
  json["sealed_sha256"] = to_hex(as_bytes(manifest.sealed_sha256()));
  json["sealed_bytes"] = manifest.sealed_bytes();
  json["media_sha256"] = to_hex(as_bytes(manifest.media_sha256()));
  json["media_bytes"] = manifest.media_bytes();
  json["purpose"] = {{"kind", purpose_word(manifest.purpose().kind())},
                     {"reference", manifest.purpose().reference()}};
  json["sound"] = {{"present", manifest.sound().present()},
                   {"trigger", manifest.sound().trigger()}};
  return boost::json::serialize(json);
}

std::string normalise_registration(std::string_view text) {
  std::string mark;
  for (const char c : text) {
    if (c != ' ' && c != '-') mark += ascii_upper(c);
  }
  return mark;
}

std::string normalise_licence(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  const auto last = text.find_last_not_of(' ');
  std::string number(text.substr(first, last - first + 1));
  std::ranges::transform(number, number.begin(), ascii_upper);
  return number;
}

std::string_view purpose_word(Purpose::Kind kind) {
  const auto* row = std::ranges::find(kPurposes, kind, [](const auto& r) { return r.first; });
  return row == kPurposes.end() ? "unknown" : row->second;
}

}  // namespace hansom::evidence
