// Rows of an open RocksDB, with a batch's changes on top.
#include "index/store/rocks_rows.h"

#include <iterator>

namespace hansom::store {
namespace {

ByteSpan span(const rocksdb::Slice& bytes) {
  return as_bytes({bytes.data(), bytes.size()});
}

// Visits the rows of `base` and of the overlay range in one order; an overlay row hides the base
// row of its key. `before(a, b)` says whether key a comes first; `step` moves the base on.
template <typename Delta, typename Before, typename Step>
Status merge(rocksdb::Iterator& base, Delta delta, const Delta delta_end, const Before& before,
             const Step& step, const Visit& visit) {
  bool more = true;
  while (more && (base.Valid() || delta != delta_end)) {
    if (base.Valid() && (delta == delta_end || before(base.key().ToStringView(), delta->first))) {
      more = visit(span(base.key()), span(base.value()));
      step(base);
      continue;
    }
    if (base.Valid() && base.key().ToStringView() == delta->first) step(base);
    if (delta->second) more = visit(as_bytes(delta->first), as_bytes(*delta->second));
    ++delta;
  }
  if (more && !base.status().ok()) return fail(store_error(base.status(), "scan"));
  return {};
}

}  // namespace

rocksdb::Slice slice(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error store_error(const rocksdb::Status& status, std::string_view what) {
  std::string message = std::string(what) + ": " + status.ToString();
  if (status.IsCorruption()) return {ErrorKind::kCorrupt, "store_corrupt", std::move(message)};
  return {ErrorKind::kStorage, "storage_failed", std::move(message)};
}

Result<std::optional<Bytes>> get_row(const Database& database, const rocksdb::ReadOptions& options,
                                     Family family, ByteSpan key) {
  rocksdb::PinnableSlice value;
  const auto status = database.db->Get(options, database.family(family), slice(key), &value);
  if (status.IsNotFound()) return std::optional<Bytes>();
  if (!status.ok()) return fail(store_error(status, "read"));
  const ByteSpan bytes = span(value);
  return std::optional<Bytes>(Bytes(bytes.begin(), bytes.end()));
}

Status scan_rows(const Database& database, rocksdb::ReadOptions options, Family family,
                 const Overlay::Rows& rows, ByteSpan lower, ByteSpan upper, Order order,
                 const Visit& visit) {
  const rocksdb::Slice lower_bound = slice(lower);
  const rocksdb::Slice upper_bound = slice(upper);
  if (!lower.empty()) options.iterate_lower_bound = &lower_bound;
  if (!upper.empty()) options.iterate_upper_bound = &upper_bound;
  if (!lower.empty() && !upper.empty() && lower_bound.compare(upper_bound) >= 0) return {};
  const std::unique_ptr<rocksdb::Iterator> base(
      database.db->NewIterator(options, database.family(family)));
  const auto first = rows.lower_bound(as_text(lower));
  const auto last = upper.empty() ? rows.end() : rows.lower_bound(as_text(upper));
  if (order == Order::kAscending) {
    base->SeekToFirst();
    return merge(
        *base, first, last, [](auto a, std::string_view b) { return a < b; },
        [](rocksdb::Iterator& it) { it.Next(); }, visit);
  }
  base->SeekToLast();
  return merge(
      *base, std::make_reverse_iterator(last), std::make_reverse_iterator(first),
      [](auto a, std::string_view b) { return a > b; }, [](rocksdb::Iterator& it) { it.Prev(); },
      visit);
}

}  // namespace hansom::store
