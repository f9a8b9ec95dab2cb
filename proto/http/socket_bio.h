// The socket as OpenSSL sees it: read ahead, many records with one system call.
//
// OpenSSL alone asks for the five bytes of a record's head, then for the record: two calls for at
// most 16 KiB. Its own read-ahead moves what is left to the front of its buffer at each record.
#pragma once

#include <cstddef>
#include <memory>

#include <openssl/bio.h>

#include "proto/base/bytes.h"

namespace hansom::http {

// Of one connection; its thread only. Reads for TLS go through memory that all connections of a
// thread share; what one of them has not used up at the end of a read goes into memory of its own.
class SocketBio {
 public:
  // Requires: the socket does not block, and stays open as long as anybody reads or writes.
  explicit SocketBio(int socket) : socket_(socket) {}
  ~SocketBio() = default;
  SocketBio(const SocketBio&) = delete;
  SocketBio& operator=(const SocketBio&) = delete;

  // For SSL_set_bio, which owns it then. Requires: this outlives it.
  [[nodiscard]] BIO* make();

  // Until end_read() nothing else is done on this thread; the socket is asked for as much as
  // `plain_bytes` may come in, and no more once it had less to give.
  void begin_read() { reading_ = true; }
  void set_wanted(std::size_t plain_bytes) { wanted_ = plain_bytes; }
  void end_read();
  // Bytes are here that OpenSSL has not taken yet; the socket does not get ready for them. After a
  // read that asked for more that is so where OpenSSL gave up its turn after a key update.
  [[nodiscard]] bool has_more() const { return !ahead_.empty(); }
  void drop() { ahead_ = {}; }

 private:
  struct Callbacks;
  [[nodiscard]] int read(MutableByteSpan into);
  [[nodiscard]] int receive(MutableByteSpan into);
  [[nodiscard]] std::size_t take(MutableByteSpan into, ByteSpan& from) const;

  const int socket_;
  bool reading_ = false;
  bool drained_ = false;  // since begin_read()
  bool would_block_ = false;
  bool at_end_ = false;
  std::size_t wanted_ = 0;
  ByteSpan ahead_;  // received and not used; of the thread's memory while reading, else of kept_
  Bytes kept_;
};

}  // namespace hansom::http
