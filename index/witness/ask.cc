// One witness, one head: send, read the answer by its status, try again where it says it stands.
#include "index/witness/ask.h"

#include "proto/tlog/witness.h"

namespace hansom::witness {
namespace {

constexpr int kTriesMax = 3;  // first, after its size, after somebody else moved it

std::string leaves(std::uint64_t size) {
  return std::to_string(size) + " leaves";
}

Result<std::string> request_body(const journal::Journal& journal, const journal::Head& head,
                                 std::uint64_t old_size) {
  tlog::AddCheckpoint request;
  request.old_size = old_size;
  request.checkpoint = head.checkpoint;
  if (old_size > 0 && old_size < head.size) {
    HANSOM_TRY_ASSIGN(request.proof, journal.prove_consistency(old_size, head.size));
  }
  return request.text();
}

Asked read_cosignature(const Asking& asking, const journal::Head& head, const HttpAnswer& answer) {
  auto note = tlog::add_cosignature(head.checkpoint, answer.body, asking.witness.key);
  if (!note) return {Outcome::kBadAnswer, {}, note.error().message};
  return {Outcome::kCosigned, *std::move(note), {}};
}

// A witness that stands at `there`, which is not where we thought. nullopt: try from there.
std::optional<Asked> read_conflict(const Asking& asking, const journal::Head& head,
                                   std::uint64_t sent, std::uint64_t there) {
  const std::uint64_t newest = asking.journal.head().size;
  if (there == sent) {
    return Asked{Outcome::kForked, {}, "it cosigned another tree of " + leaves(there)};
  }
  if (there > newest) {
    return Asked{Outcome::kForked,
                 {},
                 "it cosigned " + leaves(there) + ", and this journal has " + leaves(newest)};
  }
  if (there > head.size) return Asked{Outcome::kAhead, {}, "it stands at " + leaves(there)};
  return std::nullopt;
}

}  // namespace

Asked ask(Asking asking, const journal::Head& head, std::uint64_t& known_size) {
  asking.request.url = asking.witness.url + "/add-checkpoint";
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const std::uint64_t old_size = known_size <= head.size ? known_size : 0;
    auto body = request_body(asking.journal, head, old_size);
    if (!body) return {Outcome::kUnreachable, {}, "no proof: " + body.error().message};
    asking.request.body = *std::move(body);
    const auto answer = asking.post(asking.request);
    if (!answer) return {Outcome::kUnreachable, {}, answer.error().message};

    if (answer->status == 200) {
      Asked asked = read_cosignature(asking, head, *answer);
      if (asked.outcome == Outcome::kCosigned) known_size = head.size;
      return asked;
    }
    if (answer->status == 422 && old_size > 0) {
      // The proof is of this journal: it can only fail from another root.
      return {Outcome::kForked, {}, "it cosigned another tree of " + leaves(old_size)};
    }
    if (answer->status != 409) {
      return {Outcome::kRefused, {}, "it answered " + std::to_string(answer->status)};
    }
    const auto there = tlog::parse_tree_size(answer->body);
    if (!there) return {Outcome::kBadAnswer, {}, "its conflict names no size"};
    if (auto ended = read_conflict(asking, head, old_size, *there)) return *std::move(ended);
    known_size = *there;
  }
  return {Outcome::kAhead, {}, "somebody else moves it"};
}

}  // namespace hansom::witness
