// Upload-Metadata (tus 1.0.0, creation): comma-separated pairs of a key and a base64 value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/base/result.h"

namespace hansom::upload {

// A manifest of 64 KiB in base64, with room for what clients add (a name, a type).
inline constexpr std::size_t kMetadataBytesMax = std::size_t{96} * 1024;
inline constexpr std::size_t kMetadataPairsMax = 32;
inline constexpr std::size_t kMetadataKeyBytesMax = 64;

// The pairs in the order they came, values decoded.
class Metadata {
 public:
  // Reads one field value. Keys are unique, printable ASCII without space and comma; a value may be
  // empty, with or without its space. Error: kInvalid `metadata_invalid` saying which pair.
  [[nodiscard]] static Result<Metadata> parse(std::string_view field);
  void add(std::string key, std::string value);
  [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const;
  // The field as it goes back to the client: encoded afresh, so that nothing unchecked is echoed.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool empty() const { return pairs_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace hansom::upload
