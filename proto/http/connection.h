// What a session and its exchanges share: the stream, the bytes read ahead, and whether the
// connection may go on.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>

#include <boost/beast/core/flat_buffer.hpp>

#include "proto/http/server.h"
#include "proto/http/tls_stream.h"

namespace hansom::http {

struct Connection {
  Connection(boost::asio::ip::tcp::socket socket, const ServerOptions& server_options,
             const Router& server_router, TrafficCounters& counters)
      : stream(std::move(socket), server_options.tls.get(), counters),
        options(server_options),
        router(server_router) {}

  // Moves bytes that were read ahead to `into`.
  std::size_t take_buffered(MutableByteSpan into) {
    const std::size_t bytes = std::min(into.size(), buffer.size());
    if (bytes == 0) return 0;
    std::memcpy(into.data(), buffer.data().data(), bytes);
    buffer.consume(bytes);
    return bytes;
  }

  TlsStream stream;
  boost::beast::flat_buffer buffer;  // read from the stream, not yet used
  const ServerOptions& options;
  const Router& router;
  Peer peer;
  bool draining = false;    // the server stops: this exchange is the last
  bool input_left = false;  // the peer may still be sending: close with care
};

}  // namespace hansom::http
