// One simulated unit: connects, sends its backlog clip by clip over its link, keeps the receipts'
// word. A coroutine among thousands.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "ingest/unit/backoff.h"
#include "ingest/unit/fleet/fleet_clip.h"
#include "ingest/unit/fleet/fleet_folder.h"
#include "ingest/unit/fleet/link.h"
#include "ingest/unit/fleet/tally.h"
#include "proto/http/client.h"
#include "proto/tlog/checkpoint.h"

namespace hansom::ingest {

// What all members share. One thread.
struct Fleet {
  boost::asio::ip::tcp::endpoint server;
  std::string host;
  std::shared_ptr<const http::ClientTrust> trust;
  age::Recipient recipient;
  tlog::VerifierKey journal_key;
  std::uint64_t backlog = 0;
  std::size_t media_bytes = 0;
  UtcTime now;
  std::chrono::seconds patience{600};         // of a clip of which no byte goes forward
  std::chrono::milliseconds silence{60'000};  // of the server, before a connection is given up
  Link::Clock::time_point no_new_clips_after = Link::Clock::time_point::max();
  Tally tally;

  [[nodiscard]] bool goes_on() const { return Link::Clock::now() < no_new_clips_after; }
};

// Not thread-safe. Requires: `fleet` and `unit` outlive it.
class FleetMember {
 public:
  FleetMember(Fleet& fleet, const FleetUnit& unit, LinkProfile link, std::uint64_t seed);

  // From `begin` on, until the backlog is sent or no new clip is to be begun. A clip that was begun
  // is always finished, or told as a problem.
  [[nodiscard]] http::Awaitable<void> live(Link::Clock::time_point begin);

 private:
  struct Sending;
  struct Request;
  [[nodiscard]] http::Awaitable<void> deliver(Sending& sending);
  [[nodiscard]] http::Awaitable<Status> attempt(Sending& sending);
  [[nodiscard]] http::Awaitable<Status> create(Sending& sending);
  [[nodiscard]] http::Awaitable<Status> look(Sending& sending);
  [[nodiscard]] http::Awaitable<Status> append(Sending& sending);
  [[nodiscard]] http::Awaitable<Status> fetch_receipt(Sending& sending);
  [[nodiscard]] Status keep_receipt(const Sending& sending, const std::string& text);
  // One request and its answer, as the link has it. Errors: kUnavailable for what may pass; kGone
  // where the server has forgotten the upload; kRefused.
  [[nodiscard]] http::Awaitable<Result<http::ClientAnswer>> ask(Request request);
  [[nodiscard]] http::Awaitable<Result<http::ClientAnswer>> exchange(Request request);
  [[nodiscard]] http::Awaitable<Status> connect();
  [[nodiscard]] http::Awaitable<Status> send_body(ByteSpan body);
  [[nodiscard]] http::Awaitable<void> pass_time_until(Link::Clock::time_point moment);
  [[nodiscard]] http::Awaitable<void> travel(int round_trips);
  // Whether the link is still there; cuts the connection where it is not.
  [[nodiscard]] Status check_link();

  Fleet& fleet_;
  const FleetUnit& unit_;
  std::unique_ptr<Random> random_;
  Link link_;
  Backoff backoff_;
  std::unique_ptr<http::Client> client_;
  std::optional<std::chrono::seconds> retry_after_;  // of the last answer
  std::uint64_t body_bytes_answered_ = 0;
  double link_seconds_ = 0;  // what the link alone has taken so far
};

}  // namespace hansom::ingest
