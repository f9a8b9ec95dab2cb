// The hot loop. TLS plaintext lands in a page-aligned buffer, which is written past the page cache
// by a disk thread and hashed, with one of another upload if there is one, while the next fills.
#include "ingest/upload/receive.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

namespace hansom::ingest {
namespace {

// At most one write on its way to the disk, and the buffer it comes from.
class WriteBehind {
 public:
  WriteBehind(DiskPool& disk, SpoolUpload& upload) : disk_(disk), upload_(upload) {}

  // Requires: no write is on its way. The buffer stays here until wait() returns.
  void start(BufferPool::Buffer buffer, std::uint64_t at, std::size_t bytes) {
    buffer_ = std::move(buffer);
    flight_ = std::make_shared<Flight>();
    const ByteSpan filled = buffer_.span().first(bytes);
    const std::function<Status()> job = [this, at, filled] { return upload_.write(at, filled); };
    disk_.run<void>(job, [flight = flight_](Status written) { flight->land(std::move(written)); });
  }

  // Until the write is done; its outcome. Success when none is on its way.
  http::Awaitable<Status> wait() {
    if (flight_ == nullptr) co_return Status{};
    const std::function<void(http::Callback<void>)> start =
        [flight = flight_](const http::Callback<void>& done) { flight->when_landed(done); };
    Status written = co_await http::await_callback<void>(start);
    flight_ = nullptr;
    co_return written;
  }

  // Requires: wait() has returned since the last start().
  [[nodiscard]] BufferPool::Buffer take_back() { return std::move(buffer_); }

 private:
  // Where the disk thread leaves the outcome; shared because either side may come first.
  class Flight {
   public:
    void land(Status written) {
      http::Callback<void> waiting;
      {
        const std::scoped_lock lock(mutex_);
        outcome_ = written;
        waiting = std::exchange(waiting_, nullptr);
      }
      if (waiting) waiting(std::move(written));
    }
    void when_landed(const http::Callback<void>& done) {
      std::optional<Status> outcome;
      {
        const std::scoped_lock lock(mutex_);
        if (!outcome_) waiting_ = done;
        outcome = outcome_;
      }
      if (outcome) done(*std::move(outcome));
    }

   private:
    std::mutex mutex_;
    std::optional<Status> outcome_;  // by mutex_
    http::Callback<void> waiting_;   // by mutex_
  };

  DiskPool& disk_;
  SpoolUpload& upload_;
  BufferPool::Buffer buffer_;
  std::shared_ptr<Flight> flight_;
};

// The buffer being filled: `filled` bytes of it belong at `at` of the clip file. The first `old` of
// them lie there already: the unaligned end of before, which is written once more.
struct Filling {
  BufferPool::Buffer buffer;
  std::uint64_t at = 0;
  std::size_t old = 0;
  std::size_t filled = 0;

  [[nodiscard]] bool full() const { return filled == buffer.span().size(); }
  [[nodiscard]] bool has_new() const { return filled > old; }
  [[nodiscard]] ByteSpan fresh() const { return buffer.span().first(filled).subspan(old); }
};

// Reads until the buffer is full, `left` is 0, or the body has ended (true).
http::Awaitable<Result<bool>> fill(http::Exchange& exchange, Filling& filling, std::uint64_t& left,
                                   const ReceiveTools& tools) {
  while (!filling.full() && left > 0) {
    MutableByteSpan room = filling.buffer.span().subspan(filling.filled);
    room = room.first(static_cast<std::size_t>(std::min<std::uint64_t>(room.size(), left)));
    auto read = co_await exchange.read_body(room);
    if (!read) co_return fail(std::move(read).error());
    if (*read == 0) co_return true;
    filling.filled += *read;
    left -= *read;
    tools.bytes_received.fetch_add(*read, std::memory_order_relaxed);
  }
  co_return false;
}

// Whether the body has ended where it should have.
http::Awaitable<Result<BodyEnd>> look_past_the_end(http::Exchange& exchange) {
  std::array<std::uint8_t, 1> more{};
  const auto read = co_await exchange.read_body(more);
  if (!read) co_return fail(read.error());
  co_return *read == 0 ? BodyEnd::kEnded : BodyEnd::kOverran;
}

http::Awaitable<Status> make_durable(SpoolUpload& upload,
                                     const std::function<Status()>& still_allowed,
                                     const ReceiveTools& tools) {
  if (upload.written() - upload.durable() < kDurableEveryBytes) co_return Status{};
  if (Status synced = co_await upload.sync(tools.syncs); !synced) co_return synced;
  co_return still_allowed();
}

// Fills buffers and hands them to `writer`, which may still be writing the last one on return.
http::Awaitable<Result<BodyEnd>> pump(http::Exchange& exchange, SpoolUpload& upload,
                                      std::uint64_t left, Filling filling, WriteBehind& writer,
                                      HashPairs::Pending& hashing,
                                      const std::function<Status()>& still_allowed,
                                      const ReceiveTools& tools) {
  for (;;) {
    Result<bool> ended = co_await fill(exchange, filling, left, tools);

    // The buffer before this one must be down first: one write at a time, in order. Then this one
    // goes, whole or not: what came is kept.
    if (Status written = co_await writer.wait(); !written)
      co_return fail(std::move(written).error());
    hashing.finish();
    BufferPool::Buffer next = writer.take_back();
    const std::uint64_t next_at = filling.at + filling.filled;
    if (filling.has_new()) {
      const ByteSpan fresh = filling.fresh();
      writer.start(std::move(filling.buffer), filling.at, filling.filled);
      hashing.add(fresh);
    }

    if (!ended) co_return fail(std::move(ended).error());
    if (*ended) co_return BodyEnd::kEnded;
    if (left == 0) {
      const Result<BodyEnd> end = co_await look_past_the_end(exchange);
      co_return end;
    }

    const Status allowed = co_await make_durable(upload, still_allowed, tools);
    if (!allowed) co_return fail(allowed.error());

    // On with a second buffer while the first is written, or, where there is none, with the first.
    if (!next.held()) next = tools.buffers.try_take();
    if (!next.held()) {
      if (Status written = co_await writer.wait(); !written) {
        co_return fail(std::move(written).error());
      }
      hashing.finish();
      next = writer.take_back();
    }
    filling = {std::move(next), next_at, 0, 0};
  }
}

}  // namespace

http::Awaitable<Result<BodyEnd>> receive(http::Exchange& exchange, SpoolUpload& upload,
                                         std::uint64_t bytes_max,
                                         const std::function<Status()>& still_allowed,
                                         const ReceiveTools& tools) {
  auto buffer = co_await tools.buffers.take();
  if (!buffer) co_return fail(std::move(buffer).error());
  std::size_t tail = 0;
  if (!upload.started()) {
    const std::function<Result<std::size_t>()> open = [&upload, memory = buffer->span()] {
      return upload.open_for_append(memory);
    };
    const auto opened = co_await tools.disk.await<std::size_t>(open);
    if (!opened) {
      upload.close();
      co_return fail(opened.error());
    }
    tail = *opened;
  }

  Filling filling{*std::move(buffer), upload.written() - tail, tail, tail};
  WriteBehind writer(tools.disk, upload);
  HashPairs::Pending hashing(tools.hashes.of(exchange.executor()), upload);
  auto end = co_await pump(exchange, upload, bytes_max, std::move(filling), writer, hashing,
                           still_allowed, tools);
  Status written = co_await writer.wait();  // the last buffer, or one that an error left behind
  hashing.finish();
  upload.close();
  if (!written) co_return fail(std::move(written).error());
  co_return end;
}

}  // namespace hansom::ingest
