// Uploads of one thread hash their buffers two at a time: that costs little more than one
// (proto/base/running_sha256).
#pragma once

#include <map>
#include <mutex>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include "ingest/upload/spool_upload.h"

namespace hansom::ingest {

// Where a buffer waits for a second one. Of one thread.
class HashPairs {
 public:
  HashPairs() = default;
  HashPairs(const HashPairs&) = delete;
  HashPairs& operator=(const HashPairs&) = delete;

  // What one upload has to hash: nothing, or one buffer.
  class Pending {
   public:
    // Both outlive it.
    Pending(HashPairs& pairs, SpoolUpload& upload) : pairs_(pairs), upload_(upload) {}
    // What waits stays unhashed; the upload knows how far its hash is.
    ~Pending() { leave(); }
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;

    // The bytes that come next in the upload: hashed at once with what waits of another, or by the
    // return of finish(); until then their memory must stay. Requires: finish() was called since
    // the last add().
    void add(ByteSpan bytes);
    void finish();

   private:
    void leave();
    HashPairs& pairs_;
    SpoolUpload& upload_;
    ByteSpan bytes_;
  };

 private:
  Pending* waiting_ = nullptr;
};

// One for each thread of sessions, which is one for each of their contexts. Any thread.
class HashPairsOfThreads {
 public:
  // Lives as long as this. Requires: used on that context's thread only.
  [[nodiscard]] HashPairs& of(const boost::asio::any_io_executor& executor);

 private:
  std::mutex mutex_;
  std::map<const boost::asio::execution_context*, HashPairs> pairs_;  // by mutex_
};

}  // namespace hansom::ingest
