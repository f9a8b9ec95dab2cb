// The manifest's JSON form and its checks. proto/evidence/manifest.md describes every member.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/ids.h"
#include "proto/evidence/manifest.pb.h"

namespace hansom::evidence {

// Reads a JWS payload. Error: kInvalid `manifest_unparsable` naming the member (unknown members are
// ignored; missing, wrongly typed or out-of-bounds ones are errors).
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view json);
// Writes the JSON a unit signs; parse_manifest reads it back equal.
[[nodiscard]] std::string manifest_json(const Manifest& manifest);

// "AB12 CDE" -> "AB12CDE": upper case, spaces and hyphens removed; the form marks are compared and
// indexed in.
[[nodiscard]] std::string normalise_registration(std::string_view text);
// Upper case, outer spaces removed; for licence numbers.
[[nodiscard]] std::string normalise_licence(std::string_view text);

[[nodiscard]] std::string_view clock_state_word(
    ClockState state);  // unknown, gnss, ntp, manual, unset
[[nodiscard]] std::string_view purpose_word(
    Purpose::Kind kind);  // event, request, compliance_check

}  // namespace hansom::evidence
