// The public log (c2sp.org/tlog-tiles): checkpoint, tiles, entry bundles, proofs to carry. Open to
// all: it holds commitments, times and types of acts, nothing that names anybody. Looking at it
// makes no leaf.
#include <array>

#include "index/api/leaf_to_carry.h"
#include "index/api/route.h"
#include "index/witness/witnesses.h"
#include "proto/tlog/note_text.h"

namespace hansom::api {
namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kBytes = "application/octet-stream";
constexpr std::string_view kForEver = "public, max-age=31536000, immutable";
constexpr std::string_view kForSeconds = "public, max-age=2";

Answer shown(std::string_view type, std::string_view caching, std::string body) {
  Answer answer;
  answer.fields.set("Cache-Control", std::string(caching));
  answer.body = Text{std::string(type), std::move(body)};
  return answer;
}

// What the world is shown: where there are witnesses, the newest head that enough of them cosigned.
Result<journal::Head> public_head(const Question& question) {
  const auto& use = question.context.use;
  if (use.witnesses == nullptr) return use.index->journal().head();
  auto head = use.witnesses->newest();
  if (!head) {
    return fail(ErrorKind::kUnavailable, "not_witnessed",
                "the witnesses have not cosigned a checkpoint yet");
  }
  return *std::move(head);
}

Result<Answer> show_checkpoint(const Question& question) {
  HANSOM_TRY_ASSIGN(journal::Head head, public_head(question));
  return shown(kPlain, kForSeconds, std::move(head.checkpoint));
}

Result<Answer> show_newest(const Question& question) {
  return shown(kPlain, kForSeconds, question.context.use.index->journal().head().checkpoint);
}

Result<Answer> show_tile(const Question& question) {
  const auto& use = question.context.use;
  HANSOM_TRY_ASSIGN(const tlog::TilePath path, tlog::parse_tile_path(question.path("tile")));
  const journal::Journal& journal = use.index->journal();
  // A bundle's leaves end before (number + 1) * 256, however few of them are asked for.
  if (path.entries && path.tile.number < use.minimum_index / tlog::kTileWidth) {
    return fail(ErrorKind::kGone, "entries_pruned",
                "leaves below " + std::to_string(use.minimum_index) + " are not shown any more");
  }
  HANSOM_TRY_ASSIGN(const Bytes bytes, path.entries ? journal.entries(path.tile.number, path.width)
                                                    : journal.tile(path.tile, path.width));
  return shown(kBytes, kForEver, to_text(bytes));
}

Result<Answer> show_proof(const Question& question) {
  const auto index = tlog::parse_decimal(question.path("leaf"));
  if (!index) return fail(ErrorKind::kInvalid, "bad_parameter", "a leaf is a decimal number");
  const journal::Journal& journal = question.context.use.index->journal();
  HANSOM_TRY_ASSIGN(journal::Stored stored, journal.read(LeafIndex{*index}));
  HANSOM_TRY_ASSIGN(const journal::Head head, public_head(question));
  if (*index >= head.size) {
    return fail(ErrorKind::kUnavailable, "not_witnessed",
                "the witnesses have not cosigned a checkpoint with that leaf yet");
  }
  HANSOM_TRY_ASSIGN(const tlog::LogProof proof,
                    leaf_to_carry(journal, LeafIndex{*index}, std::move(stored.leaf), head));
  return shown(kPlain, kForSeconds, proof.text());
}

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/log/checkpoint",
          .guard = Guard::kOpen,
          .handle = show_checkpoint},
    Route{.method = "GET", .pattern = "/log/newest", .guard = Guard::kOpen, .handle = show_newest},
    Route{.method = "GET",
          .pattern = "/log/tile/{tile}",
          .guard = Guard::kOpen,
          .handle = show_tile,
          .takes_rest = true},
    Route{.method = "GET",
          .pattern = "/log/proof/{leaf}",
          .guard = Guard::kOpen,
          .handle = show_proof},
};

}  // namespace

std::span<const Route> log_routes() {
  return kRoutes;
}

}  // namespace hansom::api
