// The bytes of a clip between the server and a file, hashed on the way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "index/cli/people_client.h"
#include "proto/base/ids.h"

namespace hansom::cli {

// What a clip's facts say of the bytes that will come.
struct Expected {
  Digest digest;
  std::uint64_t bytes = 0;
};
// Of the answer to /v1/clips/{id}: the sealed bytes, or the media. Errors: kGone `destroyed`,
// kInvalid `bad_digest`.
[[nodiscard]] Result<Expected> expected_of(const boost::json::object& facts, bool sealed);

// Of the answer to /v1/clips/{id}/report: the repaired copy. Errors: kNotFound `no_repaired_copy`,
// kInvalid `bad_digest`.
[[nodiscard]] Result<Expected> expected_of_repair(const boost::json::object& report);

// Downloads `resource` to a new `file`, with a bar; after an error or a crash the file is not
// there. Errors: those of the client; kCorrupt `digest_mismatch`; kConflict `already_exists`;
// kStorage.
[[nodiscard]] Status download_checked(PeopleClient& client, std::string_view resource,
                                      const Expected& expected, const std::filesystem::path& file);

}  // namespace hansom::cli
