// Signatures that a container carries: see container_marks.h.
#include "ingest/inspect/inspector/signing/container_marks.h"

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/movie.h"

namespace hansom::ingest {
namespace {

constexpr std::string_view kC2paUuid{
    "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81", 16};

bool movie_has_c2pa(ByteSpan clip) {
  LookBudget budget = LookBudget::whole();
  BoxWalk walk(clip, 0, budget);
  while (const auto box = walk.next()) {
    if (box->type == box_type("uuid") && text_of(box->payload).starts_with(kC2paUuid)) return true;
  }
  return false;
}

bool riff_has_c2pa(ByteSpan clip) {
  ByteReader reader(clip);
  if (text_of(reader.bytes(4)) != "RIFF") return false;
  reader.skip(4 + 4);  // size and kind of file
  while (reader.left() >= 8) {
    const std::string_view type = text_of(reader.bytes(4));
    const std::size_t size = reader.u32le();
    if (type == "C2PA") return true;
    reader.skip(size + size % 2);
  }
  return false;
}

}  // namespace

std::vector<std::string> signatures_of_container(ByteSpan clip) {
  if (movie_has_c2pa(clip) || riff_has_c2pa(clip)) return {"c2pa"};
  return {};
}

}  // namespace hansom::ingest
