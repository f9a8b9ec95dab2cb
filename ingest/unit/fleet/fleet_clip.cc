// Seals noise and signs for it.
#include "ingest/unit/fleet/fleet_clip.h"

#include <algorithm>

#include "proto/evidence/jws.h"
#include "proto/evidence/manifest.h"

namespace hansom::ingest {
namespace {

constexpr std::chrono::days kBacklogTime{7};
constexpr std::chrono::minutes kClipTime{1};

std::string registration_of(const UnitId& unit) {
  std::string text = unit.text();
  std::erase(text, '-');
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

}  // namespace

Result<FleetClip> make_fleet_clip(const FleetClipMaker& maker, std::uint64_t number,
                                  Random& random) {
  Bytes media(maker.media_bytes);
  random.fill(media);
  FleetClip clip;
  HANSOM_TRY_ASSIGN(clip.sealed, age::seal(media, std::span(&maker.recipient, 1), random));
  clip.id = sha256(clip.sealed);
  const auto age = std::chrono::microseconds(kBacklogTime) *
                   static_cast<std::int64_t>(maker.backlog - std::min(number, maker.backlog)) /
                   static_cast<std::int64_t>(std::max<std::uint64_t>(1, maker.backlog));
  evidence::Manifest manifest;
  manifest.set_unit(maker.unit.text());
  manifest.set_channel(1);
  manifest.set_clip_number(number + 1);
  manifest.mutable_vehicle()->set_registration(registration_of(maker.unit));
  manifest.set_vehicle_licence(registration_of(maker.unit));
  manifest.set_start_us(to_unix_us(maker.now - age - kClipTime));
  manifest.set_clock_state(evidence::CLOCK_STATE_GNSS);
  manifest.set_duration_ms(std::chrono::milliseconds(kClipTime).count());
  manifest.set_media_type("video/mp4");
  manifest.set_sealed_sha256(to_text(clip.id.span()));
  manifest.set_sealed_bytes(clip.sealed.size());
  manifest.set_media_sha256(to_text(sha256(media).span()));
  manifest.set_media_bytes(media.size());
  manifest.mutable_purpose()->set_kind(evidence::Purpose::EVENT);
  manifest.mutable_purpose()->set_reference(std::to_string(number + 1));
  manifest.mutable_sound()->set_present(false);
  manifest.mutable_sound()->set_trigger("none");
  HANSOM_TRY_ASSIGN(clip.manifest_jws,
                    evidence::sign_jws(evidence::manifest_json(manifest), maker.private_key));
  return clip;
}

}  // namespace hansom::ingest
