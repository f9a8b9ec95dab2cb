// Our dictionary of event types. Open: a type that is not here is kept as the unit told it and
// marked as unknown.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace hansom::evidence {

inline constexpr std::array kEventTypes = std::to_array<std::string_view>({
    "audio_off",       "audio_on",         "audio_reset",
    "booking_end",     "booking_start",    "camera_obstructed",
    "distraction",     "door_close",       "door_open",
    "driver_mismatch", "driver_off_shift", "driver_on_shift",
    "fatigue",         "geofence_in",      "geofence_out",
    "gps_found",       "gps_lost",         "harsh_driving",
    "hired",           "ignition_off",     "ignition_on",
    "image_dark",      "impact",           "indicator_fault",
    "indicator_off",   "indicator_on",     "link_found",
    "link_lost",       "media_formatted",  "overspeed",
    "panic_button",    "power_cut",        "power_low",
    "privacy_off",     "privacy_on",       "protected_store_full",
    "recording_off",   "recording_on",     "rollover",
    "storage_error",   "unit_opened",      "vacant",
    "video_loss",      "wrong_password",
});
static_assert(std::ranges::is_sorted(kEventTypes));

}  // namespace hansom::evidence
