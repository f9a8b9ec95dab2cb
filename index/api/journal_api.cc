// The journal's public face for people: its key, the newest checkpoint, proofs.
#include <array>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "index/api/route.h"
#include "index/journal/journal.h"
#include "index/retrieval/search.h"

namespace hansom::api {
namespace {

using evidence::Access;
using retrieval::number_parameter;

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

Result<Answer> show_key(const Question& question) {
  Answer answer;
  answer.body =
      Text{std::string(kPlain), question.context.use.index->journal().key().text() + "\n"};
  return answer;
}

Result<Answer> show_checkpoint(const Question& question) {
  Answer answer = looked(question, Access::PROOF, 1);
  answer.body = Text{std::string(kPlain), question.context.use.index->journal().head().checkpoint};
  return answer;
}

boost::json::array hashes_json(const tlog::Proof& proof) {
  boost::json::array out;
  for (const Digest& hash : proof) out.push_back(boost::json::string(hash.hex()));
  return out;
}

// The signed checkpoint of exactly `tree_size`, where a commit group ended there.
void add_checkpoint(const journal::Journal& journal, std::uint64_t tree_size,
                    boost::json::object& body) {
  const auto head = journal.head_covering(LeafIndex{tree_size - 1});
  if (head && head->size == tree_size) body["checkpoint"] = head->checkpoint;
}

Result<boost::json::object> inclusion(const journal::Journal& journal, std::uint64_t leaf,
                                      std::uint64_t tree_size) {
  HANSOM_TRY_ASSIGN(const tlog::Proof proof, journal.prove_inclusion(LeafIndex{leaf}, tree_size));
  HANSOM_TRY_ASSIGN(const journal::Stored stored, journal.read(LeafIndex{leaf}));
  boost::json::object body;
  body["leaf_index"] = leaf;
  body["tree_size"] = tree_size;
  body["leaf"] = to_base64(stored.leaf);
  body["hashes"] = hashes_json(proof);
  add_checkpoint(journal, tree_size, body);
  return body;
}

Result<boost::json::object> consistency(const journal::Journal& journal, std::uint64_t old_size,
                                        std::uint64_t new_size) {
  HANSOM_TRY_ASSIGN(const tlog::Proof proof, journal.prove_consistency(old_size, new_size));
  boost::json::object body;
  body["old_size"] = old_size;
  body["new_size"] = new_size;
  body["hashes"] = hashes_json(proof);
  add_checkpoint(journal, new_size, body);
  return body;
}

// Either of leaf [and tree_size], or of old_size [and new_size]; the newest size where it is left
// out.
Result<Answer> prove(const Question& question) {
  HANSOM_TRY_ASSIGN(const auto leaf, number_parameter(question.request, "leaf"));
  HANSOM_TRY_ASSIGN(const auto tree_size, number_parameter(question.request, "tree_size"));
  HANSOM_TRY_ASSIGN(const auto old_size, number_parameter(question.request, "old_size"));
  HANSOM_TRY_ASSIGN(const auto new_size, number_parameter(question.request, "new_size"));
  const bool of_leaf = leaf && !old_size && !new_size;
  const bool of_sizes = old_size && !leaf && !tree_size;
  if (!of_leaf && !of_sizes) {
    return fail(ErrorKind::kInvalid, "bad_query",
                "ask with leaf and tree_size, or with old_size and new_size");
  }
  const journal::Journal& journal = question.context.use.index->journal();
  const std::uint64_t newest = journal.head().size;
  Answer answer = looked(question, Access::PROOF, 1);
  if (of_leaf) {
    HANSOM_TRY_ASSIGN(answer.body, inclusion(journal, *leaf, tree_size.value_or(newest)));
  } else {
    HANSOM_TRY_ASSIGN(answer.body, consistency(journal, *old_size, new_size.value_or(newest)));
  }
  return answer;
}

constexpr std::array<std::string_view, 4> kProofParameters = {"leaf", "tree_size", "old_size",
                                                              "new_size"};

constexpr std::array kRoutes = {
    Route{.method = "GET", .pattern = "/v1/journal/key", .guard = Guard::kOpen, .handle = show_key},
    Route{.method = "GET",
          .pattern = "/v1/journal/checkpoint",
          .right = access::Right::kReadJournal,
          .handle = show_checkpoint},
    Route{.method = "GET",
          .pattern = "/v1/journal/proof",
          .right = access::Right::kReadJournal,
          .query_parameters = kProofParameters,
          .handle = prove},
};

}  // namespace

std::span<const Route> journal_routes() {
  return kRoutes;
}

}  // namespace hansom::api
