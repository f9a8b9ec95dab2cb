// Reads and writes Upload-Metadata.
#include "proto/upload/metadata.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace hansom::upload {
namespace {

tl::unexpected<Error> invalid(std::size_t pair, std::string_view why) {
  return fail(ErrorKind::kInvalid, "metadata_invalid",
              "Upload-Metadata, pair " + std::to_string(pair + 1) + ": " + std::string(why));
}

std::string_view without_outer_space(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= kMetadataKeyBytesMax &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Result<Metadata> Metadata::parse(std::string_view field) {
  if (field.size() > kMetadataBytesMax) {
    return fail(ErrorKind::kInvalid, "metadata_invalid",
                "Upload-Metadata is longer than " + std::to_string(kMetadataBytesMax) + " bytes");
  }
  Metadata metadata;
  if (without_outer_space(field).empty()) return metadata;
  for (std::size_t pair = 0; pair == 0 || !field.empty(); ++pair) {
    if (pair == kMetadataPairsMax) return invalid(pair, "too many pairs");
    const auto comma = field.find(',');
    const std::string_view text = without_outer_space(field.substr(0, comma));
    const auto space = text.find(' ');
    const std::string_view key = text.substr(0, space);
    const std::string_view value =
        space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    if (!is_key(key)) return invalid(pair, "the key is missing, too long or not ASCII");
    if (metadata.find(key)) return invalid(pair, "the key stands twice");
    const auto decoded = from_base64(value);
    if (!decoded) return invalid(pair, "the value is not base64");
    metadata.add(std::string(key), to_text(*decoded));
    if (comma == std::string_view::npos) break;
    field.remove_prefix(comma + 1);
    if (field.empty()) return invalid(pair + 1, "nothing follows the comma");
  }
  return metadata;
}

void Metadata::add(std::string key, std::string value) {
  pairs_.emplace_back(std::move(key), std::move(value));
}

std::optional<std::string_view> Metadata::find(std::string_view key) const {
  for (const auto& [name, value] : pairs_) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::string Metadata::text() const {
  std::string field;
  for (const auto& [key, value] : pairs_) {
    if (!field.empty()) field += ',';
    field += key;
    if (!value.empty()) field.append(" ").append(to_base64(as_bytes(value)));
  }
  return field;
}

}  // namespace hansom::upload
