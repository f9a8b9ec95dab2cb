// The URI of a key in a token, taken apart. Private to hsm.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"

namespace hansom::hsm {

struct KeyUri {
  std::string token;   // label
  std::string object;  // label; may be empty where an id is given
  Bytes id;
  std::filesystem::path module;
  std::filesystem::path pin_file;
};

// RFC 7512. Error: kInvalid `bad_key_uri` saying what is missing or not allowed.
[[nodiscard]] Result<KeyUri> parse_key_uri(std::string_view text);

}  // namespace hansom::hsm
