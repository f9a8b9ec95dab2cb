// Clips: search, one clip, its receipt and proof.
#include <array>
#include <chrono>

#include <boost/json/array.hpp>

#include "index/api/clips.h"
#include "index/api/json.h"
#include "index/api/leaf_to_carry.h"
#include "index/catalogue/catalogue.h"
#include "index/retrieval/search.h"
#include "index/witness/witnesses.h"
#include "proto/evidence/receipt.h"

namespace hansom::api {
namespace {

using evidence::Access;

// Within which the witnesses' quorum must have cosigned for somebody who waits.
constexpr std::chrono::seconds kWitnessPatience{15};

Result<Answer> search_clips(const Question& question) {
  HANSOM_TRY_ASSIGN(const retrieval::ClipQuestion asked,
                    retrieval::clip_query(question.request, question.context.use.zone));
  HANSOM_TRY_ASSIGN(const catalogue::ClipPage page,
                    catalogue::find_clips(question.reader(), asked.query));
  Answer answer = looked(question, Access::SEARCH, page.clips.size());
  boost::json::array clips;
  for (std::size_t i = 0; i < page.clips.size(); ++i) {
    boost::json::object clip = clip_json(page.clips[i], asked.time.zone);
    clip["found"] = page.certain[i] ? "certain" : "possible";
    clips.push_back(std::move(clip));
  }
  boost::json::object body;
  body["asked"] = asked_json(asked.time);
  body["clips"] = std::move(clips);
  if (!page.next_cursor.empty()) body["next_cursor"] = page.next_cursor;
  answer.body = std::move(body);
  return answer;
}

Result<Answer> view_clip(const Question& question) {
  HANSOM_TRY_ASSIGN(const ClipId id, Digest::from_hex(question.path("id")));
  HANSOM_TRY_ASSIGN(const catalogue::ClipRow clip, catalogue::find_clip(question.reader(), id));
  HANSOM_TRY_ASSIGN(const timeline::Zone zone,
                    retrieval::zone_parameter(question.request, question.context.use.zone));
  Answer answer = looked(question, Access::VIEW, 1, &id);
  answer.body = whole_clip_json(clip, zone);
  return answer;
}

Result<Answer> fetch_receipt(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  HANSOM_TRY_ASSIGN(const evidence::Receipt receipt,
                    question.context.use.index->receipt(LeafIndex{clip.row.accepted_leaf()}));
  Answer answer = looked(question, Access::RECEIPT, 1, &clip.id);
  answer.must_stand = clip.id;
  answer.body = Text{"application/json", evidence::receipt_json(receipt)};
  return answer;
}

// What leaves the house is witnessed first: the head is the present one, so it covers every look at
// the clip before this one, too.
Result<Answer> fetch_proof(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  const auto& use = question.context.use;
  const journal::Journal& journal = use.index->journal();
  journal::Head head = journal.head();
  if (use.witnesses != nullptr) {
    HANSOM_TRY_ASSIGN(head, use.witnesses->ask_now(kWitnessPatience));
  }
  const LeafIndex accepted{clip.row.accepted_leaf()};
  HANSOM_TRY_ASSIGN(journal::Stored stored, journal.read(accepted));
  HANSOM_TRY_ASSIGN(const tlog::LogProof proof,
                    leaf_to_carry(journal, accepted, std::move(stored.leaf), head));
  Answer answer = looked(question, Access::PROOF, 1, &clip.id);
  answer.must_stand = clip.id;
  answer.body = Text{"text/plain; charset=utf-8", proof.text()};
  return answer;
}

constexpr std::array<std::string_view, 13> kSearchParameters = {"registration",
                                                                "vehicle_licence",
                                                                "driver_licence",
                                                                "unit",
                                                                "event_type",
                                                                "event_sequence",
                                                                "from",
                                                                "to",
                                                                "at",
                                                                "zone",
                                                                "order",
                                                                "limit",
                                                                "cursor"};
constexpr std::array<std::string_view, 1> kViewParameters = {"zone"};

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/v1/clips",
          .right = access::Right::kSearch,
          .query_parameters = kSearchParameters,
          .handle = search_clips},
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}",
          .right = access::Right::kSearch,
          .query_parameters = kViewParameters,
          .handle = view_clip},
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/receipt",
          .right = access::Right::kReadJournal,
          .handle = fetch_receipt},
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/proof",
          .right = access::Right::kReadJournal,
          .handle = fetch_proof,
          .runs_on = RunsOn::kHelper},
};

}  // namespace

std::span<const Route> clips_routes() {
  return kRoutes;
}

Result<StandingClip> find_standing_clip(const Question& question) {
  HANSOM_TRY_ASSIGN(const ClipId id, Digest::from_hex(question.path("id")));
  HANSOM_TRY_ASSIGN(catalogue::ClipRow row, catalogue::find_clip(question.reader(), id));
  if (row.has_tombstone()) {
    return fail(ErrorKind::kGone, "destroyed",
                "the clip was destroyed; /v1/clips/{id} has its tombstone");
  }
  return StandingClip{id, std::move(row)};
}

tl::unexpected<Error> not_inspected() {
  return fail(ErrorKind::kNotFound, "not_inspected",
              "the clip waits for inspection; there is no report yet");
}

}  // namespace hansom::api
