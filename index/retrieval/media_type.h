// What a clip is served as. A unit's word for its media is a stranger's word: only types of this
// list reach a browser.
#pragma once

#include <string_view>

namespace hansom::retrieval {

struct ServedType {
  std::string_view content_type;
  std::string_view extension;    // "mp4"
  std::string_view disposition;  // inline, or attachment for what no browser should interpret
};

// The row for a claimed media type (parameters dropped, any case); application/octet-stream as an
// attachment for everything that is not listed.
[[nodiscard]] ServedType served_type(std::string_view claimed);
// The same for thumbnails: image/jpeg and image/webp only.
[[nodiscard]] ServedType served_thumbnail_type(std::string_view claimed);

}  // namespace hansom::retrieval
