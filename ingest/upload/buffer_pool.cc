// Lends page-aligned buffers.
#include "ingest/upload/buffer_pool.h"

#include <cstdlib>

#include "proto/base/check.h"

namespace hansom::ingest {

BufferPool::Buffer::Buffer(Buffer&& other) noexcept
    : pool_(other.pool_), memory_(std::exchange(other.memory_, nullptr)) {}

BufferPool::Buffer& BufferPool::Buffer::operator=(Buffer&& other) noexcept {
  if (this != &other) {
    give_back();
    pool_ = other.pool_;
    memory_ = std::exchange(other.memory_, nullptr);
  }
  return *this;
}

MutableByteSpan BufferPool::Buffer::span() const {
  HANSOM_CHECK(memory_ != nullptr);
  return {memory_, pool_->buffer_bytes_};
}

void BufferPool::Buffer::give_back() {
  if (memory_ != nullptr) pool_->give_back(std::exchange(memory_, nullptr));
}

void BufferPool::Free::operator()(std::uint8_t* memory) const {
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc): pairs with aligned_alloc
}

BufferPool::BufferPool(std::size_t buffers_max, std::size_t buffer_bytes)
    : buffers_max_(buffers_max), buffer_bytes_(buffer_bytes) {
  HANSOM_CHECK(buffers_max > 0 && buffer_bytes > 0 && buffer_bytes % kPageBytes == 0);
}

BufferPool::~BufferPool() {
  HANSOM_CHECK(free_.size() == owned_.size());
}

std::uint8_t* BufferPool::take_memory() {
  if (free_.empty()) {
    if (owned_.size() == buffers_max_) return nullptr;
    auto* memory = static_cast<std::uint8_t*>(std::aligned_alloc(kPageBytes, buffer_bytes_));
    HANSOM_CHECK(memory != nullptr);
    owned_.emplace_back(memory);
    return memory;
  }
  std::uint8_t* memory = free_.back();
  free_.pop_back();
  return memory;
}

BufferPool::Buffer BufferPool::try_take() {
  const std::scoped_lock lock(mutex_);
  std::uint8_t* memory = take_memory();
  return memory == nullptr ? Buffer() : Buffer(*this, memory);
}

http::Awaitable<Result<BufferPool::Buffer>> BufferPool::take() {
  const std::function<void(http::Callback<Buffer>)> start = [this](http::Callback<Buffer> done) {
    take(std::move(done));
  };
  Result<Buffer> buffer = co_await http::await_callback<Buffer>(start);
  co_return buffer;
}

void BufferPool::take(http::Callback<Buffer> done) {
  std::uint8_t* memory = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    memory = take_memory();
    if (memory == nullptr) {
      waiting_.push_back(std::move(done));
      return;
    }
  }
  done(Buffer(*this, memory));
}

void BufferPool::give_back(std::uint8_t* memory) {
  http::Callback<Buffer> next;
  {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) {
      free_.push_back(memory);
      return;
    }
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  next(Buffer(*this, memory));
}

}  // namespace hansom::ingest
