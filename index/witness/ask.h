// Asking one witness for its cosignature over one head: the client's side of c2sp.org/tlog-witness.
#pragma once

#include "index/witness/witnesses.h"

namespace hansom::witness {

struct Asked {
  Outcome outcome = Outcome::kUnreachable;
  std::string note;  // kCosigned: the head with the witness's cosignature
  std::string why;   // otherwise, for people
};

struct Asking {
  const journal::Journal& journal;
  const tlog::WitnessPolicy::Witness& witness;
  const Post& post;
  HttpRequest request;  // timeout and cancelled; url and body are filled in
};

// `known_size` is where the witness is thought to stand, and is corrected by what it answers. A
// size that it names leads to another try with the proof from there, twice at most.
[[nodiscard]] Asked ask(Asking asking, const journal::Head& head, std::uint64_t& known_size);

}  // namespace hansom::witness
