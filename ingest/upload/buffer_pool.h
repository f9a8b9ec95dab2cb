// Page-aligned buffers of the hot loop, with one bound for the whole server.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/http/awaitable_callback.h"

namespace hansom::ingest {

inline constexpr std::size_t kPageBytes = 4096;  // what O_DIRECT wants aligned

// Lends buffers. Each upload that receives holds one, and a second where one is free. When none is
// left an upload waits in order for its first; it never waits for its second, so nobody waits for
// somebody who waits. Any thread.
class BufferPool {
 public:
  // Gives itself back to its pool.
  class Buffer {
   public:
    Buffer() = default;
    ~Buffer() { give_back(); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    Buffer(Buffer&& other) noexcept;
    Buffer& operator=(Buffer&& other) noexcept;
    [[nodiscard]] bool held() const { return memory_ != nullptr; }
    [[nodiscard]] MutableByteSpan span() const;  // Requires: held()

   private:
    friend class BufferPool;
    Buffer(BufferPool& pool, std::uint8_t* memory) : pool_(&pool), memory_(memory) {}
    void give_back();
    BufferPool* pool_ = nullptr;
    std::uint8_t* memory_ = nullptr;
  };

  // Requires: buffer_bytes is a multiple of kPageBytes; all buffers are back before this goes.
  BufferPool(std::size_t buffers_max, std::size_t buffer_bytes);
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  [[nodiscard]] Buffer try_take();  // empty when none is left
  [[nodiscard]] http::Awaitable<Result<Buffer>> take();

 private:
  struct Free {
    void operator()(std::uint8_t* memory) const;
  };
  void take(http::Callback<Buffer> done);
  [[nodiscard]] std::uint8_t* take_memory();  // null: none left; mutex_ held
  void give_back(std::uint8_t* memory);

  const std::size_t buffers_max_;
  const std::size_t buffer_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::uint8_t, Free>> owned_;  // made on first need; by mutex_
  std::vector<std::uint8_t*> free_;                         // by mutex_
  std::deque<http::Callback<Buffer>> waiting_;              // by mutex_
};

}  // namespace hansom::ingest
