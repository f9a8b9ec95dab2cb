// The facts that fuse() takes, out of what units and the inspector said.
#pragma once

#include <string_view>

#include "index/timeline/fuse.h"
#include "proto/evidence/event.pb.h"
#include "proto/evidence/report.pb.h"

namespace hansom::timeline {

// True for sources whose times come from a satellite receiver: GPMF, CAMM, freeGPS, LigoGPS, NMEA
// and whatever calls itself gps or gnss.
[[nodiscard]] bool is_satellite_source(std::string_view source);
// True for those of them that cameras write by their own clock's zone: freeGPS, LigoGPS.
[[nodiscard]] bool may_be_local(std::string_view source);

// What a report says of a clock: length and times of recording, those of its positions, too; not
// when it was changed or copied, nor where it was. Of such a part the same again.
[[nodiscard]] evidence::Report clock_part(const evidence::Report& report);
[[nodiscard]] FileTime file_time(const evidence::RawTime& found);
// Of a report its clock_part(); null: not inspected. `known_by_us`: when the upload began (its
// digests were known then), by the server's clock.
[[nodiscard]] ClipFacts clip_facts(std::string clip, const evidence::Manifest& manifest,
                                   const evidence::Report* report, std::int64_t known_by_us);
[[nodiscard]] EventFacts event_facts(const evidence::Event& event, std::int64_t received_us);

}  // namespace hansom::timeline
