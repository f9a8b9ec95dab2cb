// The JSON forms of the people's API: snake_case, digests in hex, times in RFC 3339 UTC, and beside
// them raw values as a unit told them. proto/openapi.yaml describes every member.
#pragma once

#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "index/catalogue/catalogue.h"
#include "index/catalogue/rows.pb.h"
#include "index/retrieval/search.h"
#include "index/timeline/zone.h"
#include "proto/evidence/journal.pb.h"
#include "proto/evidence/report.pb.h"

namespace hansom::api {

// accepted, inspected, undecodable or destroyed.
[[nodiscard]] std::string_view clip_state(const catalogue::ClipRow& clip);
// A clip as a search lists it; a destroyed one as its tombstone. Times once more by the clocks of
// `zone`, with their offsets.
[[nodiscard]] boost::json::object clip_json(const catalogue::ClipRow& clip,
                                            const timeline::Zone& zone);
// The same with everything known of it: arrivals, holds, the unit's own manifest.
[[nodiscard]] boost::json::object whole_clip_json(const catalogue::ClipRow& clip,
                                                  const timeline::Zone& zone);
[[nodiscard]] boost::json::object event_json(const catalogue::EventRow& row,
                                             const timeline::Zone& zone);
// How a question of time was read.
[[nodiscard]] boost::json::object asked_json(const retrieval::AskedTime& asked);
// An interval of true time, as it was stated.
[[nodiscard]] boost::json::object true_time_json(const evidence::TrueTime& time,
                                                 const timeline::Zone& zone);
[[nodiscard]] boost::json::object report_json(const evidence::Report& report);
// Attempts at an inspection that came to nothing, the oldest first.
[[nodiscard]] boost::json::array failed_attempts_json(
    const google::protobuf::RepeatedPtrField<evidence::FailedAttempt>& failed);
// What signers left in a clip's pictures; `says` is all of it in a sentence for people.
[[nodiscard]] boost::json::object signed_media_json(const evidence::SignedMedia& media);

[[nodiscard]] boost::json::object unit_json(const catalogue::UnitRow& unit);
[[nodiscard]] boost::json::object link_json(const evidence::RegisterLink& link);
[[nodiscard]] boost::json::object token_json(const catalogue::TokenRow& token);  // never the token
[[nodiscard]] boost::json::object hold_json(const catalogue::HoldRow& hold);
// Items and kept counts of a plan.
[[nodiscard]] boost::json::object plan_json(const evidence::SweepPlan& plan);

// Unix microseconds as RFC 3339; 0 is "not" and gives null.
[[nodiscard]] boost::json::value time_json(std::int64_t unix_us);
[[nodiscard]] std::string hex(std::string_view bytes);

}  // namespace hansom::api
