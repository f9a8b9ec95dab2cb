// Times written in a clip: which tags hold one, and how its text reads as UTC. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hansom::ingest {

// True for the names of tags that hold a time of recording.
[[nodiscard]] bool is_time_tag(std::string_view name);

// "2019-07-24T11:25:40+0300", "2021-08-02T09:42:15.000000Z", "2012:09:10 20:52:00Z" and the like,
// as microseconds since 1970 UTC. Nothing when no zone is stated: then it is not known to be UTC.
[[nodiscard]] std::optional<std::int64_t> read_utc_us(std::string_view text);

// `text` cut to `bytes_max` and made valid UTF-8: what is not becomes '?', control characters, too.
[[nodiscard]] std::string printable(std::string_view text, std::size_t bytes_max);

}  // namespace hansom::ingest
