// The allow-list of media types.
#include "index/retrieval/media_type.h"

#include <algorithm>
#include <array>
#include <string>

namespace hansom::retrieval {
namespace {

constexpr ServedType kOpaque{"application/octet-stream", "bin", "attachment"};

constexpr std::array kClipTypes = {
    ServedType{"audio/aac", "aac", "inline"},        ServedType{"audio/mp4", "m4a", "inline"},
    ServedType{"audio/mpeg", "mp3", "inline"},       ServedType{"audio/ogg", "ogg", "inline"},
    ServedType{"audio/wav", "wav", "inline"},        ServedType{"video/3gpp", "3gp", "inline"},
    ServedType{"video/mp2t", "ts", "inline"},        ServedType{"video/mp4", "mp4", "inline"},
    ServedType{"video/mpeg", "mpg", "inline"},       ServedType{"video/ogg", "ogv", "inline"},
    ServedType{"video/quicktime", "mov", "inline"},  ServedType{"video/webm", "webm", "inline"},
    ServedType{"video/x-matroska", "mkv", "inline"}, ServedType{"video/x-msvideo", "avi", "inline"},
};

constexpr std::array kThumbnailTypes = {
    ServedType{"image/jpeg", "jpg", "inline"},
    ServedType{"image/webp", "webp", "inline"},
};

std::string essence(std::string_view claimed) {
  std::string text(claimed.substr(0, claimed.find(';')));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

template <std::size_t N>
ServedType look_up(const std::array<ServedType, N>& types, std::string_view claimed) {
  const std::string wanted = essence(claimed);
  for (const ServedType& type : types) {
    if (type.content_type == wanted) return type;
  }
  return kOpaque;
}

}  // namespace

ServedType served_type(std::string_view claimed) {
  return look_up(kClipTypes, claimed);
}

ServedType served_thumbnail_type(std::string_view claimed) {
  return look_up(kThumbnailTypes, claimed);
}

}  // namespace hansom::retrieval
