// `hansom-unit seal`: a media file becomes a sealed clip with its signed manifest, in the queue.
#include <algorithm>
#include <array>
#include <fstream>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ingest/unit/seal_file.h"
#include "ingest/unit/session.h"
#include "proto/base/durable_file.h"
#include "proto/evidence/jws.h"
#include "proto/evidence/manifest.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kRecipientsBytesMax = 64 * 1024UL;

struct Seal {
  std::filesystem::path media;
  std::filesystem::path queue;
  std::vector<std::string> recipients;
  std::uint32_t channel = 1;
  std::uint64_t clip_number = 0;
  std::string registration;
  std::string vin;
  std::string vehicle_licence;
  std::string driver_licence;
  std::string start;
  std::string clock_state = "unknown";
  std::uint64_t duration_ms = 0;
  std::string media_type;
  std::string purpose;
  std::string reference;
  bool sound = false;
  std::string sound_trigger;
};

void declare_seal(CLI::App& command, Seal& seal) {
  command.add_option("MEDIA", seal.media, "The recording")->required()->check(CLI::ExistingFile);
  command.add_option("--queue,-q", seal.queue, "Where sealed clips wait [queue/ in --dir]");
  command.add_option("--recipient,-r", seal.recipients,
                     "Seal to these as well as to the vault: age1..., or a file of them");
  command.add_option("--clip-number", seal.clip_number, "The unit's running number of this clip")
      ->required();
  command.add_option("--channel", seal.channel, "The camera, 0-255")->capture_default_str();
  command.add_option("--registration", seal.registration, "Registration mark")->required();
  command.add_option("--vin", seal.vin, "Vehicle identification number");
  command.add_option("--vehicle-licence", seal.vehicle_licence, "The plate")->required();
  command.add_option("--driver-licence", seal.driver_licence, "The badge, if known");
  command.add_option("--start", seal.start, "First frame by the unit's clock, RFC 3339")
      ->required();
  command.add_option("--clock-state", seal.clock_state, "unknown, gnss, ntp, manual or unset")
      ->capture_default_str();
  command.add_option("--duration-ms", seal.duration_ms, "Length of the recording")->required();
  command.add_option("--media-type", seal.media_type, "RFC 6838 [by the file's name]");
  command.add_option("--purpose", seal.purpose, "event, request or compliance_check")->required();
  command
      .add_option("--reference", seal.reference,
                  "Event sequence number, case or request reference, check number")
      ->required();
  command.add_flag("--sound", seal.sound, "The recording has sound");
  command.add_option("--sound-trigger", seal.sound_trigger,
                     "driver, passenger, rule, continuous, ... [none, or unknown with --sound]");
}

std::string media_type_of(const Seal& seal) {
  constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
      {".avi", "video/x-msvideo"},
      {".jpg", "image/jpeg"},
      {".mkv", "video/x-matroska"},
      {".mov", "video/quicktime"},
      {".mp4", "video/mp4"},
      {".mpg", "video/mpeg"},
      {".ts", "video/mp2t"},
      {".webm", "video/webm"},
  });
  if (!seal.media_type.empty()) return seal.media_type;
  std::string extension = seal.media.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto* found =
      std::ranges::find(kTypes, extension, [](const auto& row) { return row.first; });
  return std::string(found == kTypes.end() ? "application/octet-stream" : found->second);
}

std::string trigger_of(const Seal& seal) {
  if (!seal.sound_trigger.empty()) return seal.sound_trigger;
  return seal.sound ? "unknown" : "none";
}

// The manifest as far as the options give it, checked like one that arrived: what is wrong is told
// before any work.
Result<evidence::Manifest> manifest_of(const Seal& seal, const std::string& unit) {
  const std::string no_digest(64, '0');
  boost::json::object json;
  json["unit"] = unit;
  json["channel"] = seal.channel;
  json["clip_number"] = seal.clip_number;
  json["vehicle"] = {{"registration", seal.registration}, {"vin", seal.vin}};
  json["vehicle_licence"] = seal.vehicle_licence;
  json["driver_licence"] = seal.driver_licence;
  json["start"] = seal.start;
  json["clock_state"] = seal.clock_state;
  json["duration_ms"] = seal.duration_ms;
  json["media_type"] = media_type_of(seal);
  json["sealed_sha256"] = no_digest;
  json["sealed_bytes"] = 1;
  json["media_sha256"] = no_digest;
  json["media_bytes"] = 0;
  json["purpose"] = {{"kind", seal.purpose}, {"reference", seal.reference}};
  json["sound"] = {{"present", seal.sound}, {"trigger", trigger_of(seal)}};
  return evidence::parse_manifest(boost::json::serialize(json));
}

// One recipient, or those of a file: one a line, '#' begins a comment.
Status add_recipients(const std::string& given, std::vector<age::Recipient>& recipients) {
  const auto add = [&recipients](std::string_view text) -> Status {
    auto recipient = age::Recipient::parse(text);
    if (!recipient) return fail(std::move(recipient).error().in(std::string(text)));
    recipients.push_back(*recipient);
    return {};
  };
  if (given.starts_with("age1")) return add(given);
  HANSOM_TRY_ASSIGN(const Bytes bytes, durable::read_file(given, kRecipientsBytesMax));
  std::istringstream lines(to_text(bytes));
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty() && line[0] != '#') HANSOM_TRY(add(line));
  }
  return {};
}

Result<std::vector<age::Recipient>> recipients_of(const Seal& seal, const UnitConfig& config) {
  if (config.vault_recipient.empty()) {
    return fail(ErrorKind::kInvalid, "bad_config",
                "nobody to seal to: give --vault-recipient age1..., or `hansom-unit status --save` "
                "takes it from the server");
  }
  std::vector<age::Recipient> recipients;
  HANSOM_TRY(add_recipients(config.vault_recipient, recipients));
  for (const std::string& given : seal.recipients) HANSOM_TRY(add_recipients(given, recipients));
  return recipients;
}

Status run_seal(const Session& session, const Seal& seal) {
  HANSOM_TRY_ASSIGN(const UnitConfig config, session.config());
  // 1. Everything that can be wrong is found before the recording is read.
  HANSOM_TRY_ASSIGN(evidence::Manifest manifest, manifest_of(seal, config.unit));
  HANSOM_TRY_ASSIGN(const auto recipients, recipients_of(seal, config));
  HANSOM_TRY_ASSIGN(const Bytes key, durable::read_file(config.key, kRecipientsBytesMax));
  const Secret key_pem{ByteSpan(key)};
  // 2. Seal; from here the sealed file is durable, but nobody sends it yet.
  HANSOM_TRY_ASSIGN(const SealedFile sealed, seal_file(seal.media, session.queue_or(seal.queue),
                                                       recipients, system_random()));
  // 3. Sign what was sealed.
  manifest.set_sealed_sha256(to_text(sealed.clip.id.span()));
  manifest.set_sealed_bytes(sealed.clip.sealed_bytes);
  manifest.set_media_sha256(to_text(sealed.media.span()));
  manifest.set_media_bytes(sealed.media_bytes);
  HANSOM_TRY_ASSIGN(const std::string jws,
                    evidence::sign_jws(evidence::manifest_json(manifest), key_pem));
  // 4. From here the clip is in the queue.
  HANSOM_TRY(durable::create_once(sealed.clip.manifest, as_bytes(jws)));
  session.say({{"clip", sealed.clip.id.hex()},
               {"sealed", sealed.clip.sealed.string()},
               {"manifest", sealed.clip.manifest.string()},
               {"sealed_bytes", sealed.clip.sealed_bytes},
               {"media_sha256", sealed.media.hex()},
               {"media_bytes", sealed.media_bytes}},
              "Sealed " + seal.media.string() + " as clip " + sealed.clip.id.hex() + " (" +
                  std::to_string(sealed.clip.sealed_bytes) +
                  " bytes): " + sealed.clip.sealed.string() + "\n");
  return {};
}

}  // namespace

void add_seal_command(CLI::App& app, Session& session) {
  add_command<Seal>(app, session, "seal", "Seal a recording and sign its manifest", declare_seal,
                    run_seal);
}

}  // namespace hansom::ingest
