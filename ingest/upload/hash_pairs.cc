// Finds a second buffer for one that is to be hashed.
#include "ingest/upload/hash_pairs.h"

#include <algorithm>
#include <utility>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>

#include "proto/base/check.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kBlockBytes = 64;  // of SHA-256

}  // namespace

void HashPairs::Pending::add(ByteSpan bytes) {
  HANSOM_CHECK(bytes_.empty());
  bytes_ = bytes;
  Pending* other = std::exchange(pairs_.waiting_, nullptr);
  if (other != nullptr) {
    // Of the longer one as many whole blocks as the shorter one has; the rest waits for a third.
    const std::size_t common = std::min(bytes_.size(), other->bytes_.size());
    const auto take = [common](ByteSpan& from) {
      const bool all = from.size() == common;
      const ByteSpan taken = from.first(all ? common : common - common % kBlockBytes);
      from = from.subspan(taken.size());
      return taken;
    };
    const ByteSpan ours = take(bytes_);
    const ByteSpan theirs = take(other->bytes_);
    SpoolUpload::hash_both(upload_, ours, other->upload_, theirs);
  }
  if (!bytes_.empty()) {
    pairs_.waiting_ = this;
  } else if (other != nullptr && !other->bytes_.empty()) {
    pairs_.waiting_ = other;
  }
}

void HashPairs::Pending::finish() {
  leave();
  if (!bytes_.empty()) upload_.hash(std::exchange(bytes_, {}));
}

void HashPairs::Pending::leave() {
  if (pairs_.waiting_ == this) pairs_.waiting_ = nullptr;
}

HashPairs& HashPairsOfThreads::of(const boost::asio::any_io_executor& executor) {
  const boost::asio::execution_context& context =
      boost::asio::query(executor, boost::asio::execution::context);
  const std::scoped_lock lock(mutex_);
  return pairs_[&context];
}

}  // namespace hansom::ingest
