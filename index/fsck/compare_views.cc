// Every row of every view against a replay of the journal.
#include <algorithm>

#include "index/fsck/checks.h"
#include "index/journal/rows.h"
#include "index/journal/views.h"
#include "index/rules.h"
#include "proto/base/random.h"

namespace hansom::fsck {
namespace {

using store::FamilyFacts;
using store::Reader;

constexpr std::size_t kPageRows = 1024;

// Reads a family in order, a page at a time.
class Rows {
 public:
  Rows(const Reader& reader, store::Family family) : reader_(reader), family_(family) {}

  struct Row {
    Bytes key;
    Bytes value;
  };
  // nullptr: the end. Stays valid until the next call.
  Result<const Row*> peek() {
    if (at_ == page_.size() && !last_) HANSOM_TRY(read_page());
    return at_ == page_.size() ? nullptr : &page_[at_];
  }
  void pop() { ++at_; }

 private:
  Status read_page() {
    page_.clear();
    at_ = 0;
    HANSOM_TRY(reader_.scan(
        family_, from_, {}, store::Order::kAscending, [&](ByteSpan key, ByteSpan value) {
          page_.push_back({{key.begin(), key.end()}, {value.begin(), value.end()}});
          return page_.size() < kPageRows;
        }));
    last_ = page_.size() < kPageRows;
    if (!page_.empty()) {
      from_ = page_.back().key;
      from_.push_back(0);  // the smallest key behind it
    }
    return {};
  }

  const Reader& reader_;
  store::Family family_;
  std::vector<Row> page_;
  std::size_t at_ = 0;
  Bytes from_;
  bool last_ = false;
};

std::string place(const FamilyFacts& facts, ByteSpan key) {
  return std::string(facts.name) + " " + to_hex(key);
}

std::string difference(ByteSpan is, ByteSpan should) {
  const auto differ = std::ranges::mismatch(is, should);
  return "the view has " + std::to_string(is.size()) + " bytes, the journal gives " +
         std::to_string(should.size()) + "; the first difference is at byte " +
         std::to_string(differ.in1 - is.begin());
}

Status compare_family(const FamilyFacts& facts, const Reader& site, const Reader& replayed,
                      Report& report) {
  Rows is(site, facts.family);
  Rows should(replayed, facts.family);
  while (true) {
    auto read = is.peek();
    if (!read) {
      report.find({"row_unreadable", std::string(facts.name), read.error().message});
      return {};
    }
    const Rows::Row* a = *read;
    HANSOM_TRY_ASSIGN(const Rows::Row* b, should.peek());
    if (a == nullptr && b == nullptr) return {};
    const bool ghost = b == nullptr || (a != nullptr && a->key < b->key);
    const bool missing = a == nullptr || (b != nullptr && b->key < a->key);
    if (!missing) ++report.view_rows[static_cast<std::size_t>(facts.family)];
    if (ghost) {
      report.find(
          {"view_row_ghost", place(facts, a->key), "nothing in the journal gives this row"});
    } else if (missing) {
      report.find({"view_row_missing", place(facts, b->key), "the journal gives this row"});
    } else if (a->value != b->value) {
      report.find({"view_row_differs", place(facts, a->key), difference(a->value, b->value)});
    }
    if (!missing) is.pop();
    if (!ghost) should.pop();
  }
}

// A folder of our own within `parent` that goes away.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::filesystem::path& parent) {
    Bytes name(8);
    system_random().fill(name);
    path_ = parent / ("hansom-fsck-" + to_hex(name));
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Whether the views can be compared: they stand at the journal's end, in the present format.
bool comparable(const Reader& reader, std::uint64_t size, Report& report) {
  const auto views = journal::read_views_state(reader);
  if (!views) {
    report.find({"views_damaged", "meta", views.error().message + "; run hansom reindex"});
    return false;
  }
  const std::string stand = "they stand at " + std::to_string(views->position) + " of " +
                            std::to_string(size) + " leaves";
  switch (views->format) {
    case journal::ViewsFormat::kNewer:
      report.find({"views_newer", "meta", "a newer version wrote the views; use its fsck"});
      return false;
    case journal::ViewsFormat::kOlder:
      report.note({"views_older", "meta", "the next start of hansomd rebuilds the views"});
      return false;
    case journal::ViewsFormat::kCurrent:
      break;
  }
  if (views->position > size) {
    report.find({"views_damaged", "meta", stand + "; run hansom reindex"});
  } else if (views->position < size) {
    report.note({"views_behind", "meta", stand + "; the next start of hansomd replays the rest"});
  }
  return views->position == size;
}

}  // namespace

Status compare_views(const Reader& reader, const Options& options, Report& report) {
  const auto size = journal::read_position(reader);
  // Reported by the journal's own check.
  if (!size || !*size) return {};
  if (!comparable(reader, **size, report)) return {};
  const ScratchFolder folder(options.scratch);
  HANSOM_TRY_ASSIGN(const auto scratch, store::Store::open(folder.path(), store::Mode::kCreate));
  const auto rules = make_rules();
  const auto progress = [&](std::uint64_t done, std::uint64_t total) {
    if (options.progress) options.progress("views", done, total);
  };
  Status replayed = journal::replay(reader, *rules, {0, **size}, *scratch, progress);
  if (!replayed && replayed.error().kind == ErrorKind::kStorage) return replayed;
  if (!replayed) {
    report.find({"views_not_compared", "journal", replayed.error().message});
    return {};
  }
  const auto expected = scratch->snapshot();
  for (const FamilyFacts& facts : store::kFamilyFacts) {
    if (facts.holds != store::Holds::kView) continue;
    HANSOM_TRY(compare_family(facts, reader, *expected, report));
  }
  report.views_compared = true;
  return {};
}

}  // namespace hansom::fsck
