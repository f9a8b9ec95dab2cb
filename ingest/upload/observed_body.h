// A request's body on its way into an upload: hashed for its checksum, and told of as it becomes
// durable.
#pragma once

#include <vector>

#include "ingest/upload/spool_upload.h"
#include "proto/http/exchange.h"
#include "proto/upload/dialect.h"

namespace hansom::ingest {

// How often a client is told, where nothing was made durable for another reason.
inline constexpr std::chrono::seconds kProgressEvery{5};

// Stands before the exchange of the connection, for the length of one body. All on its thread.
class ObservedBody final : public http::Exchange {
 public:
  // Requires: all references outlive this. `tells_progress`: the bytes count as they come.
  ObservedBody(http::Exchange& exchange, SpoolUpload& upload, SyncGroup& syncs,
               const upload::Dialect& dialect, bool tells_progress)
      : exchange_(exchange),
        upload_(upload),
        syncs_(syncs),
        dialect_(dialect),
        tells_progress_(tells_progress),
        told_(upload.durable()) {}

  // Computes this of what comes. Requires: nothing was read yet.
  void compute(upload::HashAlgorithm algorithm) { hashes_.emplace_back(algorithm); }
  // Of all that came. Requires: called once.
  [[nodiscard]] upload::Checksums computed();

  [[nodiscard]] const http::Request& request() const override { return exchange_.request(); }
  [[nodiscard]] const http::Peer& peer() const override { return exchange_.peer(); }
  [[nodiscard]] const http::Fields& trailers() const override { return exchange_.trailers(); }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return exchange_.executor(); }
  [[nodiscard]] http::StopHandle stop_handle() override { return exchange_.stop_handle(); }
  [[nodiscard]] http::Awaitable<Result<std::size_t>> read_body(MutableByteSpan into) override;
  [[nodiscard]] http::Awaitable<Result<std::string>> read_all(std::size_t bytes_max) override {
    return exchange_.read_all(bytes_max);
  }
  [[nodiscard]] http::Awaitable<Status> respond(http::Response response) override {
    return exchange_.respond(std::move(response));
  }
  [[nodiscard]] http::Awaitable<Status> begin(http::Response head,
                                              std::uint64_t content_length) override {
    return exchange_.begin(std::move(head), content_length);
  }
  [[nodiscard]] http::Awaitable<Status> write(ByteSpan bytes) override {
    return exchange_.write(bytes);
  }

 private:
  [[nodiscard]] http::Awaitable<Status> tell_progress();

  http::Exchange& exchange_;
  SpoolUpload& upload_;
  SyncGroup& syncs_;
  const upload::Dialect& dialect_;
  const bool tells_progress_;
  std::uint64_t told_;
  std::chrono::steady_clock::time_point told_at_ = std::chrono::steady_clock::now();
  std::vector<upload::ContentHash> hashes_;
};

// As data to send; without an error.
[[nodiscard]] http::Response response_of(upload::Reply&& reply);

}  // namespace hansom::ingest
