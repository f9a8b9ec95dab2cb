// The views as tables that follow from the journal: where they stand, in which format they are, and
// how they are made again. Which families they are: store.h.
#pragma once

#include <functional>

#include "index/journal/journal.h"
#include "index/store/store.h"

namespace hansom::journal {

enum class ViewsFormat {
  kCurrent,
  kOlder,  // or none told: to be rebuilt
  kNewer,  // by a later version of this program: never guessed at
};
struct ViewsState {
  std::uint64_t position = 0;  // leaves [0, position) are applied
  ViewsFormat format = ViewsFormat::kOlder;
};
// Error: kCorrupt `journal_corrupt` for a malformed row, or the store's.
[[nodiscard]] Result<ViewsState> read_views_state(const store::Reader& reader);
// The position alone; 0 where there is none.
[[nodiscard]] Result<std::uint64_t> read_views_position(const store::Reader& reader);

// Into the batch that applies up to there.
void put_views_position(store::Batch& batch, std::uint64_t position);
void put_views_format(store::Batch& batch);

// Called now and then, and at the end: leaves done, of how many.
using ReplayProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct LeafRange {
  std::uint64_t first = 0;
  std::uint64_t end = 0;  // exclusive
};
// Applies the records of `range` to the views of `into`, which stand at its beginning, a few
// thousand a commit; each commit says how far it came, so that a later run goes on there. Before
// the first, every record up to the end is accounted for: there, or erased by a recorded
// destruction; each is held against its leaf before it is applied. Errors: kCorrupt
// `journal_corrupt` (a record is damaged, or gone without a destruction; the views stand where the
// commit before left them), kUnsupported `record_unsupported` (an act this version does not know),
// or the store's.
[[nodiscard]] Status replay(const store::Reader& journal, const Rules& rules, LeafRange range,
                            store::Store& into, const ReplayProgress& progress = {});

// Deletes every view, in one commit: they stand at 0, in the present format. Error: the store's.
[[nodiscard]] Status drop_views(store::Store& store);

// Drops and replays them all. Stopped half-way, bring_views_up goes on where the last commit ended.
// Errors: those of drop_views and replay.
[[nodiscard]] Status rebuild_views(store::Store& store, const Rules& rules,
                                   const ReplayProgress& progress = {});

// What every start does: nothing where the views stand at the journal's end in the present format;
// replays what they lack; drops and rebuilds those of an older format. Errors: kUnsupported
// `views_newer`, those of replay, kCorrupt `journal_corrupt` for views beyond the journal's end.
[[nodiscard]] Status bring_views_up(store::Store& store, const Rules& rules,
                                    const ReplayProgress& progress = {});

}  // namespace hansom::journal
