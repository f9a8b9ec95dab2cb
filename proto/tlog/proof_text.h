// What proofs and requests to witnesses end with: hashes in base64, a line each, an empty line, a
// signed checkpoint. For proto/tlog only. Pure.
#pragma once

#include <string>
#include <string_view>

#include "proto/tlog/merkle.h"

namespace hansom::tlog {

struct ProvenCheckpoint {
  Proof hashes;
  std::string checkpoint;  // signed note
};

[[nodiscard]] std::string proof_text(const Proof& hashes, const std::string& checkpoint);
// The checkpoint is not verified, only taken apart. Error: kInvalid with the token given.
[[nodiscard]] Result<ProvenCheckpoint> parse_proof_text(std::string_view text,
                                                        std::size_t hashes_max,
                                                        std::string_view token);

}  // namespace hansom::tlog
