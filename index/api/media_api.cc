// The bytes of a clip, opened, repaired or as stored, whole or by range. Each range is a leaf of
// its own.
#include <array>

#include "index/api/clips.h"
#include "index/catalogue/clip_rows.h"
#include "index/retrieval/byte_range.h"
#include "index/retrieval/media_type.h"
#include "index/retrieval/playback.h"
#include "index/scrub/damage.h"
#include "proto/base/clock.h"
#include "proto/http/wire_errors.h"

namespace hansom::api {
namespace {

using evidence::Access;
using retrieval::ByteSource;
using retrieval::RangeAnswer;

// Only letters, digits and hyphens of what a unit said reach a file name.
std::string file_name(const catalogue::ClipRow& clip, std::string_view extension) {
  const auto cleaned = [](std::string_view text) {
    std::string out;
    for (const char c : text) {
      const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (plain) out.push_back(c);
    }
    return out.substr(0, 40);
  };
  return cleaned(clip.manifest().vehicle().registration()) + "-" +
         cleaned(to_rfc3339(from_unix_us(catalogue::told_interval(clip).start_us))) + "-ch" +
         std::to_string(clip.manifest().channel()) + "." + std::string(extension);
}

// What the request asks of a representation.
retrieval::RangeDecision decide(const http::Request& request, std::string_view entity_tag,
                                std::uint64_t size) {
  const bool ranges_apply = request.method == "GET" && request.fields.count("Range") == 1 &&
                            retrieval::if_range_holds(request.fields.find("If-Range"), entity_tag);
  return retrieval::decide_range(
      ranges_apply ? request.fields.find("Range") : std::optional<std::string_view>{}, size);
}

struct Representation {
  std::unique_ptr<ByteSource> source;
  std::string entity_tag;
  Access::Kind kind = Access::PLAY;
  http::Fields fields;
};

// The size of a clip is shown with a 416: that too is a leaf.
Answer unsatisfiable(Answer answer, std::uint64_t size) {
  http::Response problem = http::problem(
      {ErrorKind::kInvalid, "range_not_satisfiable", "no byte of the clip is in that range"});
  answer.status = problem.status;
  answer.fields.set("Content-Range", retrieval::unsatisfied_range(size));
  answer.body = Text{"application/problem+json", std::move(problem.body)};
  return answer;
}

Answer answer_bytes(const Question& question, const ClipId& clip, Representation shown) {
  const std::uint64_t size = shown.source->size();
  const auto [decision, range] = decide(question.request, shown.entity_tag, size);
  Answer answer = looked(question, shown.kind, 1, &clip);
  answer.must_stand = clip;
  if (question.request.method == "GET") {  // HEAD releases no byte
    answer.record->mutable_access()->set_range_first(range.first);
    answer.record->mutable_access()->set_range_bytes(range.bytes);
  }
  answer.fields = std::move(shown.fields);
  answer.fields.set("Accept-Ranges", "bytes");
  answer.fields.set("ETag", shown.entity_tag);
  if (decision == RangeAnswer::kUnsatisfiable) return unsatisfiable(std::move(answer), size);
  if (decision == RangeAnswer::kPart) {
    answer.status = 206;
    answer.fields.set("Content-Range", retrieval::content_range(range, size));
  }
  answer.body = Stream{std::move(shown.source), range};
  return answer;
}

Result<Answer> play(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  HANSOM_TRY(scrub::check_sound(question.reader(), clip.id.span()));
  Representation shown;
  HANSOM_TRY_ASSIGN(shown.source, retrieval::open_media(*question.context.use.vault, clip.id,
                                                        question.context.use.identities->all()));
  const auto& manifest = clip.row.manifest();
  shown.entity_tag = "\"" + to_hex(as_bytes(manifest.media_sha256())) + "\"";
  shown.kind = Access::PLAY;
  const retrieval::ServedType type = retrieval::served_type(manifest.media_type());
  shown.fields.set("Content-Type", std::string(type.content_type));
  shown.fields.set("Content-Disposition", std::string(type.disposition) + "; filename=\"" +
                                              file_name(clip.row, type.extension) + "\"");
  return answer_bytes(question, clip.id, std::move(shown));
}

// The copy that plays of a clip that does not: an object of its own, whose parent is the clip.
Result<Answer> play_repaired(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  if (!clip.row.has_inspected_leaf()) return not_inspected();
  const evidence::Repair& repair = clip.row.report().repair();
  const auto copy = Digest::from_span(as_bytes(repair.sealed_sha256()));
  if (!copy) {
    return fail(ErrorKind::kNotFound, "no_repaired_copy",
                repair.missing().empty() ? "the clip needs no repair" : repair.missing());
  }
  HANSOM_TRY(scrub::check_sound(question.reader(), copy->span()));
  Representation shown;
  HANSOM_TRY_ASSIGN(shown.source, retrieval::open_media(*question.context.use.vault, *copy,
                                                        question.context.use.identities->all()));
  shown.entity_tag = "\"" + to_hex(as_bytes(repair.copy_sha256())) + "\"";
  shown.kind = Access::PLAY_REPAIRED;
  const retrieval::ServedType type = retrieval::served_type(clip.row.manifest().media_type());
  shown.fields.set("Content-Type", std::string(type.content_type));
  shown.fields.set("Content-Disposition", std::string(type.disposition) + "; filename=\"repaired-" +
                                              file_name(clip.row, type.extension) + "\"");
  return answer_bytes(question, clip.id, std::move(shown));
}

Result<Answer> fetch_sealed(const Question& question) {
  HANSOM_TRY_ASSIGN(const StandingClip clip, find_standing_clip(question));
  HANSOM_TRY(scrub::check_sound(question.reader(), clip.id.span()));
  Representation shown;
  HANSOM_TRY_ASSIGN(shown.source, retrieval::open_sealed(*question.context.use.vault, clip.id,
                                                         clip.row.sealed_bytes()));
  shown.entity_tag = "\"" + clip.id.hex() + "\"";
  shown.kind = Access::FETCH_SEALED;
  shown.fields.set("Content-Type", "application/octet-stream");
  shown.fields.set("Content-Disposition", "attachment; filename=\"" + clip.id.hex() + ".age\"");
  // RFC 9530: of the whole representation, whatever part of it is sent.
  shown.fields.set("Repr-Digest", "sha-256=:" + to_base64(clip.id.span()) + ":");
  return answer_bytes(question, clip.id, std::move(shown));
}

constexpr std::array kRoutes = {
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/media",
          .right = access::Right::kSeeMedia,
          .handle = play},
    Route{.method = "HEAD",
          .pattern = "/v1/clips/{id}/media",
          .right = access::Right::kSeeMedia,
          .handle = play},
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/repaired",
          .right = access::Right::kSeeMedia,
          .handle = play_repaired},
    Route{.method = "HEAD",
          .pattern = "/v1/clips/{id}/repaired",
          .right = access::Right::kSeeMedia,
          .handle = play_repaired},
    Route{.method = "GET",
          .pattern = "/v1/clips/{id}/sealed",
          .right = access::Right::kSeeMedia,
          .handle = fetch_sealed},
    Route{.method = "HEAD",
          .pattern = "/v1/clips/{id}/sealed",
          .right = access::Right::kSeeMedia,
          .handle = fetch_sealed},
};

}  // namespace

std::span<const Route> media_routes() {
  return kRoutes;
}

}  // namespace hansom::api
