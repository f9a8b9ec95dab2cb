// The witness protocol (c2sp.org/tlog-witness) as values: the request of `POST /add-checkpoint`,
// its answers, and the witness's decision as a function of what it knows. Pure: whoever calls
// decide() keeps the state, makes it durable and serialises the requests of one log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/tlog/checkpoint.h"
#include "proto/tlog/merkle.h"

namespace hansom::tlog {

inline constexpr std::size_t kConsistencyHashesMax = 63;
inline constexpr std::string_view kTreeSizeType = "text/x.tlog.size";

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  Proof proof;             // from old_size to the checkpoint's size; empty when old_size is 0
  std::string checkpoint;  // signed note

  [[nodiscard]] std::string text() const;
  // Error: kInvalid `bad_add_checkpoint`.
  [[nodiscard]] static Result<AddCheckpoint> parse(std::string_view body);
};

// The origin a request speaks of; nothing is verified. Error: kInvalid `bad_add_checkpoint`.
[[nodiscard]] Result<std::string> origin_of(const AddCheckpoint& request);

// The newest tree of a log that a witness cosigned; size 0 when there was none.
struct WitnessedTree {
  std::uint64_t size = 0;
  Digest root = empty_root();
  bool operator==(const WitnessedTree&) const = default;
};

// What a witness answers.
struct WitnessDecision {
  unsigned status = 200;  // 200, 400, 403, 409, 422
  // 200: what must be durable before the cosignature over `text` leaves. 409: what the witness has.
  WitnessedTree tree;
  std::string text;  // 200: the checkpoint's text
  std::string why;   // otherwise
};

// Requires: `keys` are those trusted for the log whose origin the request names (an unknown origin
// is 404, before this), `known` is its newest cosigned tree.
[[nodiscard]] WitnessDecision decide(const AddCheckpoint& request,
                                     const std::vector<VerifierKey>& keys,
                                     const WitnessedTree& known);

// The body of 409 and back: a size in decimal and a newline.
[[nodiscard]] std::string tree_size_text(std::uint64_t size);
[[nodiscard]] std::optional<std::uint64_t> parse_tree_size(std::string_view body);

}  // namespace hansom::tlog
