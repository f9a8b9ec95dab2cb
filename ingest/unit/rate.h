// "500k", "8M": a number of bytes a second.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/base/result.h"

namespace hansom::ingest {

// Digits and perhaps k, M or G (powers of 1000); empty is 0, no limit. Error: kInvalid
// `bad_parameter`.
[[nodiscard]] Result<std::uint64_t> parse_rate(std::string_view text);

}  // namespace hansom::ingest
