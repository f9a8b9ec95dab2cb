// Views: position, format, replay.
#include "index/journal/views.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "index/journal/rows.h"
#include "proto/base/log.h"

namespace hansom::journal {
namespace {

using store::Family;

constexpr std::uint64_t kReplayLeaves = 2048;  // a commit; bounds what a batch keeps in memory

tl::unexpected<Error> corrupt(std::string message) {
  return fail(ErrorKind::kCorrupt, "journal_corrupt", std::move(message));
}

std::string version_key(const store::FamilyFacts& facts) {
  return std::string(kViewVersionPrefix) + std::string(facts.name);
}

// The version a view was written in; 0 where nobody said.
Result<std::uint64_t> read_version(const store::Reader& reader, const store::FamilyFacts& facts) {
  HANSOM_TRY_ASSIGN(const auto row, reader.get(Family::kMeta, as_bytes(version_key(facts))));
  if (!row) return 0;
  if (row->size() != 8)
    return corrupt("the version of view " + version_key(facts) + " is malformed");
  return read_u64be(*row);
}

// The leaves of one step of a replay and the records that are still there.
struct Step {
  std::vector<Bytes> leaves;                  // from `first`, without a gap
  std::vector<std::optional<Bytes>> records;  // salt || record, beside them
};

Result<Step> read_step(const store::Reader& journal, LeafRange range) {
  Step step;
  step.records.resize(range.end - range.first);
  Status sound;
  HANSOM_TRY(journal.scan(Family::kLeaf, number_key(range.first), number_key(range.end),
                          store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
                            const std::uint64_t next = range.first + step.leaves.size();
                            const auto index = parse_number_key(key);
                            if (!index || *index != next) return false;
                            step.leaves.emplace_back(value.begin(), value.end());
                            return true;
                          }));
  if (step.leaves.size() != step.records.size()) {
    return corrupt("leaf " + std::to_string(range.first + step.leaves.size()) + " is missing");
  }
  HANSOM_TRY(journal.scan(Family::kRecord, number_key(range.first), number_key(range.end),
                          store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
                            const auto index = parse_number_key(key);
                            if (!index) {
                              sound = fail(index.error());
                              return false;
                            }
                            step.records[*index - range.first] = Bytes(value.begin(), value.end());
                            return true;
                          }));
  HANSOM_TRY(sound);
  return step;
}

Result<evidence::Record> parse_record(std::uint64_t index, ByteSpan bytes) {
  evidence::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return corrupt("record " + std::to_string(index) + " cannot be read; run hansom fsck");
  }
  return record;
}

// Whether every record of [0, end) that is gone was erased by a recorded destruction. Looked at
// before the first row is written, and whole: a replay that goes on after a crash knows nothing of
// what the one before it passed over.
Status account_for_absent(const store::Reader& journal, std::uint64_t end) {
  std::vector<std::uint64_t> absent;
  std::unordered_set<std::uint64_t> erased;
  std::uint64_t next = 0;
  Status sound;
  const auto look = [&](ByteSpan key, ByteSpan value) -> Status {
    HANSOM_TRY_ASSIGN(const std::uint64_t index, parse_number_key(key));
    for (; next < index; ++next) absent.push_back(next);
    next = index + 1;
    HANSOM_TRY_ASSIGN(const SaltedRecord parts, split_record(value));
    HANSOM_TRY_ASSIGN(const evidence::Record record, parse_record(index, parts.record));
    const auto& leaves = record.clip_destroyed().erased_leaves();
    erased.insert(leaves.begin(), leaves.end());
    return {};
  };
  HANSOM_TRY(journal.scan(Family::kRecord, {}, number_key(end), store::Order::kAscending,
                          [&](ByteSpan key, ByteSpan value) {
                            sound = look(key, value);
                            return sound.has_value();
                          }));
  HANSOM_TRY(sound);
  for (; next < end; ++next) absent.push_back(next);
  const auto lost =
      std::ranges::find_if(absent, [&](std::uint64_t leaf) { return !erased.contains(leaf); });
  if (lost == absent.end()) return {};
  return corrupt("record " + std::to_string(*lost) +
                 " is gone, and no recorded destruction erased it; run hansom fsck");
}

// The views' rows of one record, once it is known to be what its leaf commits to.
Status apply(const Rules& rules, std::uint64_t index, ByteSpan leaf_bytes, ByteSpan row,
             store::Batch& batch) {
  HANSOM_TRY_ASSIGN(const tlog::Leaf leaf, tlog::Leaf::decode(leaf_bytes));
  HANSOM_TRY_ASSIGN(const SaltedRecord parts, split_record(row));
  const std::string name = "record " + std::to_string(index);
  if (tlog::commit(parts.salt, parts.record) != leaf.commitment) {
    return corrupt(name + " is not what its leaf commits to; run hansom fsck");
  }
  HANSOM_TRY_ASSIGN(const evidence::Record record, parse_record(index, parts.record));
  if (static_cast<std::uint16_t>(record.act_case()) != leaf.type) {
    return fail(ErrorKind::kUnsupported, "record_unsupported",
                name + " is an act of type " + std::to_string(leaf.type) +
                    ", which this version does not know; run the version that wrote it");
  }
  return rules.apply(record, LeafIndex{index}, batch);
}

// The views as store.h lists them.
std::vector<Family> view_families() {
  std::vector<Family> families;
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds == store::Holds::kView) families.push_back(facts.family);
  }
  return families;
}

}  // namespace

Result<ViewsState> read_views_state(const store::Reader& reader) {
  ViewsState state;
  bool older = false;
  bool newer = false;
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    HANSOM_TRY_ASSIGN(const std::uint64_t version, read_version(reader, facts));
    older = older || version < facts.version;
    newer = newer || version > facts.version;
  }
  if (newer) {
    state.format = ViewsFormat::kNewer;
  } else if (!older) {
    state.format = ViewsFormat::kCurrent;
  }
  HANSOM_TRY_ASSIGN(state.position, read_views_position(reader));
  return state;
}

Result<std::uint64_t> read_views_position(const store::Reader& reader) {
  HANSOM_TRY_ASSIGN(const auto row, reader.get(Family::kMeta, as_bytes(kViewsPositionKey)));
  if (!row) return 0;
  if (row->size() != 8) return corrupt("the position of the views is malformed");
  return read_u64be(*row);
}

void put_views_position(store::Batch& batch, std::uint64_t position) {
  batch.put(Family::kMeta, as_bytes(kViewsPositionKey), number_key(position));
}

void put_views_format(store::Batch& batch) {
  for (const store::FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    batch.put(Family::kMeta, as_bytes(version_key(facts)), number_key(facts.version));
  }
}

Status replay(const store::Reader& journal, const Rules& rules, LeafRange range, store::Store& into,
              const ReplayProgress& progress) {
  HANSOM_TRY(account_for_absent(journal, range.end));
  const std::uint64_t total = range.end - range.first;
  for (std::uint64_t at = range.first; at < range.end;) {
    if (progress) progress(at - range.first, total);
    const LeafRange part{at, std::min(range.end, at + kReplayLeaves)};
    HANSOM_TRY_ASSIGN(const Step step, read_step(journal, part));
    const std::unique_ptr<store::Batch> batch = into.begin();
    for (std::size_t i = 0; i < step.leaves.size(); ++i) {
      if (!step.records[i]) continue;  // erased
      HANSOM_TRY(apply(rules, part.first + i, step.leaves[i], *step.records[i], *batch));
    }
    put_views_position(*batch, part.end);
    HANSOM_TRY(into.commit(*batch));
    at = part.end;
  }
  if (progress) progress(total, total);
  return {};
}

Status drop_views(store::Store& store) {
  const std::unique_ptr<store::Batch> batch = store.begin();
  put_views_format(*batch);
  put_views_position(*batch, 0);
  return store.commit_replacing(view_families(), *batch);
}

Status rebuild_views(store::Store& store, const Rules& rules, const ReplayProgress& progress) {
  const std::unique_ptr<store::Reader> reader = store.snapshot();
  HANSOM_TRY_ASSIGN(const auto size, read_position(*reader));
  HANSOM_TRY(drop_views(store));
  return replay(*reader, rules, {0, size.value_or(0)}, store, progress);
}

Status bring_views_up(store::Store& store, const Rules& rules, const ReplayProgress& progress) {
  const std::unique_ptr<store::Reader> reader = store.snapshot();
  HANSOM_TRY_ASSIGN(const auto size, read_position(*reader));
  HANSOM_TRY_ASSIGN(ViewsState views, read_views_state(*reader));
  if (!size) return {};
  if (views.format == ViewsFormat::kNewer) {
    return fail(ErrorKind::kUnsupported, "views_newer",
                "a newer version of hansomd wrote these views; run that version, or rebuild them "
                "for this one with hansom reindex");
  }
  if (views.format == ViewsFormat::kOlder) {
    log(LogLevel::kInfo, "views_rebuilt", {{"leaves", *size}, {"why", "another format"}});
    HANSOM_TRY(drop_views(store));
    views.position = 0;
  }
  if (views.position > *size) {
    return corrupt("the views stand at " + std::to_string(views.position) + " of " +
                   std::to_string(*size) + " leaves; run hansom reindex");
  }
  if (views.position == *size) return {};
  log(LogLevel::kInfo, "views_replayed", {{"from", views.position}, {"to", *size}});
  return replay(*reader, rules, {views.position, *size}, store, progress);
}

}  // namespace hansom::journal
