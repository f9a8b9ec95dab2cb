// Receives into the thread's memory and hands out from there.
#include "proto/http/socket_bio.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "proto/base/check.h"

namespace hansom::http {
namespace {

// RFC 8446, section 5.2: head, tag and content type around at most 16 KiB.
constexpr std::size_t kPlainBytesMax = std::size_t{16} * 1024;
constexpr std::size_t kAroundBytes = 5 + 16 + 1;
constexpr std::size_t kRecordBytes = kPlainBytesMax + kAroundBytes;
// More costs the processor's nearer cache.
constexpr std::size_t kReceiveBytesMax = std::size_t{256} * 1024;

MutableByteSpan memory_of_thread() {
  thread_local Bytes memory(kReceiveBytesMax);
  return memory;
}

}  // namespace

struct SocketBio::Callbacks {
  static SocketBio& of(BIO* bio) { return *static_cast<SocketBio*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    if (into == nullptr || size <= 0) return 0;
    SocketBio& self = of(bio);
    const int got =
        self.read({reinterpret_cast<std::uint8_t*>(into), static_cast<std::size_t>(size)});
    if (got < 0 && self.would_block_) BIO_set_retry_read(bio);
    return got;
  }
  static int write(BIO* bio, const char* from, int size) {
    BIO_clear_retry_flags(bio);
    if (from == nullptr || size <= 0) return 0;
    const ssize_t sent =
        ::send(of(bio).socket_, from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && BIO_sock_should_retry(static_cast<int>(sent)) != 0) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }
  static long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    if (command == BIO_CTRL_EOF) return of(bio).at_end_ ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }
  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* method =
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket, read ahead");
      HANSOM_CHECK(method != nullptr && BIO_meth_set_read(method, read) == 1 &&
                   BIO_meth_set_write(method, write) == 1 &&
                   BIO_meth_set_ctrl(method, control) == 1);
      return method;
    }();
    return made;
  }
};

BIO* SocketBio::make() {
  BIO* bio = BIO_new(Callbacks::method());
  HANSOM_CHECK(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

void SocketBio::end_read() {
  reading_ = drained_ = false;
  if (ahead_.empty()) {
    kept_ = {};
    return;
  }
  kept_ = Bytes(ahead_.begin(), ahead_.end());
  ahead_ = kept_;
}

std::size_t SocketBio::take(MutableByteSpan into, ByteSpan& from) const {
  const std::size_t taken = std::min(into.size(), from.size());
  std::memcpy(into.data(), from.data(), taken);
  from = from.subspan(taken);
  return taken;
}

int SocketBio::read(MutableByteSpan into) {
  if (ahead_.empty() && reading_) {
    const std::size_t records = wanted_ / kPlainBytesMax + 1;
    const std::size_t asked =
        std::clamp(wanted_ + records * kAroundBytes, kRecordBytes, kReceiveBytesMax);
    const MutableByteSpan memory = memory_of_thread().first(asked);
    if (drained_) {
      would_block_ = true;
      return -1;
    }
    const int got = receive(memory);
    if (got <= 0) return got;
    ahead_ = memory.first(static_cast<std::size_t>(got));
    drained_ = ahead_.size() < asked;
  }
  if (!ahead_.empty()) return static_cast<int>(take(into, ahead_));
  return receive(into);
}

int SocketBio::receive(MutableByteSpan into) {
  const ssize_t got = ::recv(socket_, into.data(), into.size(), 0);
  would_block_ = got < 0 && BIO_sock_should_retry(static_cast<int>(got)) != 0;
  if (got == 0) at_end_ = true;
  return static_cast<int>(got);
}

}  // namespace hansom::http
