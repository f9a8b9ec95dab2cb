// What handlers of clips and of media share.
#pragma once

#include "index/api/route.h"
#include "index/catalogue/rows.pb.h"

namespace hansom::api {

struct StandingClip {
  ClipId id;
  catalogue::ClipRow row;
};
// The clip that "{id}" names. Errors: kInvalid `bad_digest`, kNotFound `clip_not_found`, kGone
// `destroyed`.
[[nodiscard]] Result<StandingClip> find_standing_clip(const Question& question);
[[nodiscard]] tl::unexpected<Error> not_inspected();

}  // namespace hansom::api
