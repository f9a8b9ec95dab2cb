// Which clips an order takes: see choose.h.
#include "index/inspections/choose.h"

#include "index/catalogue/clip_rows.h"
#include "index/catalogue/row_io.h"

namespace hansom::inspections {
namespace {

using catalogue::ClipRow;

bool fits(const ClipRow& clip, const Filter& filter) {
  if (clip.has_tombstone() || clip.controller() != filter.controller) return false;
  if (!filter.before) return true;
  return clip.has_inspected_leaf() && is_before(clip.report().inspector_version(), *filter.before);
}

// Gathers clips up to a bound.
class Chosen {
 public:
  Chosen(const Filter& filter, std::size_t clips_max) : filter_(filter), clips_max_(clips_max) {}

  Status offer(const ClipRow& clip) {
    if (!fits(clip, filter_)) return {};
    if (clips_.size() == clips_max_) {
      return fail(ErrorKind::kTooLarge, "too_large",
                  "more than " + std::to_string(clips_max_) +
                      " clips fit; order them in parts, by --from and --to");
    }
    HANSOM_TRY_ASSIGN(const ClipId id, Digest::from_span(as_bytes(clip.id())));
    clips_.push_back(id);
    return {};
  }
  std::vector<ClipId> take() { return std::move(clips_); }

 private:
  const Filter& filter_;
  const std::size_t clips_max_;
  std::vector<ClipId> clips_;
};

Status offer_all(const store::Reader& reader, Chosen& chosen) {
  Status done;
  HANSOM_TRY(reader.scan(store::Family::kClip, {}, {}, store::Order::kAscending,
                         [&](ByteSpan, ByteSpan value) {
                           ClipRow clip;
                           done = catalogue::parse_row(value, clip);
                           if (done) done = chosen.offer(clip);
                           return done.has_value();
                         }));
  return done;
}

Status offer_pages(const store::Reader& reader, catalogue::ClipQuery query, Chosen& chosen) {
  query.limit = catalogue::kPageMax;
  do {
    HANSOM_TRY_ASSIGN(const catalogue::ClipPage page, catalogue::find_clips(reader, query));
    for (const ClipRow& clip : page.clips) HANSOM_TRY(chosen.offer(clip));
    query.cursor = page.next_cursor;
  } while (!query.cursor.empty());
  return {};
}

}  // namespace

Result<std::vector<ClipId>> choose(const store::Reader& reader, const Filter& filter,
                                   std::size_t clips_max) {
  Chosen chosen(filter, clips_max);
  HANSOM_TRY(filter.ask ? offer_pages(reader, *filter.ask, chosen) : offer_all(reader, chosen));
  return chosen.take();
}

Status check_named(const store::Reader& reader, const std::string& controller,
                   const std::vector<ClipId>& clips) {
  for (const ClipId& id : clips) {
    HANSOM_TRY_ASSIGN(const ClipRow clip, catalogue::get_live_clip(reader, id.span()));
    if (clip.controller() == controller) continue;
    return fail(ErrorKind::kForbidden, "other_controller",
                "clip " + id.hex() + " belongs to " + clip.controller());
  }
  return {};
}

}  // namespace hansom::inspections
