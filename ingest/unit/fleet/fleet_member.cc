// The life of one simulated unit. The steps of an upload are those of ingest/unit/uploader.cc.
#include "ingest/unit/fleet/fleet_member.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "ingest/unit/clip_queue.h"
#include "ingest/unit/uploader.h"
#include "proto/evidence/receipt.h"
#include "proto/upload/tus.h"

namespace hansom::ingest {
namespace {

using Clock = Link::Clock;

constexpr const char* kUploads = "/uploads";

std::string token_of(const http::ClientAnswer& answer) {
  boost::system::error_code error;
  const auto value = boost::json::parse(answer.body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* token = object == nullptr ? nullptr : object->if_contains("token");
  const auto* text = token == nullptr ? nullptr : token->if_string();
  return text == nullptr ? std::to_string(answer.status) : std::string(text->begin(), text->end());
}

tl::unexpected<Error> broken(std::string why) {
  return fail(ErrorKind::kUnavailable, "server_unreachable", std::move(why));
}

}  // namespace

// One clip on its way.
struct FleetMember::Sending {
  FleetClip clip;
  std::string upload;        // empty: to be created
  std::string receipt_path;  // empty: not complete
  std::uint64_t offset = 0;
  bool looked = false;
  bool done = false;
};

struct FleetMember::Request {
  std::string method;
  std::string target;
  std::string fields;  // whole lines
  ByteSpan body{};
  bool about_known_upload = false;
};

FleetMember::FleetMember(Fleet& fleet, const FleetUnit& unit, LinkProfile link, std::uint64_t seed)
    : fleet_(fleet),
      unit_(unit),
      random_(seeded_random(seed)),
      link_(std::move(link), *random_, Clock::now()),
      backoff_(*random_) {}

http::Awaitable<void> FleetMember::live(Clock::time_point begin) {
  co_await pass_time_until(begin);
  ++fleet_.tally.units_at_work;
  const FleetClipMaker maker{unit_.id,         unit_.identity.private_key,
                             fleet_.recipient, fleet_.media_bytes,
                             fleet_.backlog,   fleet_.now};
  for (std::uint64_t number = 0; number < fleet_.backlog && fleet_.goes_on(); ++number) {
    auto clip = make_fleet_clip(maker, number, *random_);
    if (!clip) {
      fleet_.tally.problem(unit_.id.text() + ": " + clip.error().message);
      break;
    }
    ++fleet_.tally.clips_sealed;
    Sending sending;
    sending.clip = *std::move(clip);
    co_await deliver(sending);
  }
  client_.reset();
  --fleet_.tally.units_at_work;
  ++fleet_.tally.units_done;
  FleetShare share;
  share.link = link_.profile().name;
  share.bytes = body_bytes_answered_;
  share.link_seconds = link_seconds_;
  share.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  fleet_.tally.shares.push_back(std::move(share));
}

http::Awaitable<void> FleetMember::deliver(Sending& sending) {
  auto moved = Clock::now();
  std::uint64_t best_offset = 0;
  backoff_.reset();
  while (!sending.done) {
    const Status status = co_await attempt(sending);
    if (status) break;
    const Error& error = status.error();
    if (error.kind == ErrorKind::kGone) {
      sending.upload.clear();
    } else if (error.kind != ErrorKind::kUnavailable) {
      fleet_.tally.problem(unit_.id.text() + ": " + error.message);
      break;
    }
    sending.looked = false;
    ++fleet_.tally.retries;
    if (sending.offset > best_offset) {
      best_offset = sending.offset;
      moved = Clock::now();
      backoff_.reset();
    }
    if (Clock::now() - moved > fleet_.patience) {
      fleet_.tally.problem(unit_.id.text() + ": gave up: " + error.message);
      break;
    }
    const auto pause = backoff_.next(retry_after_);
    if (!retry_after_) link_seconds_ += std::chrono::duration<double>(pause).count();
    co_await pass_time_until(Clock::now() + pause);
  }
}

http::Awaitable<Status> FleetMember::attempt(Sending& sending) {
  if (sending.upload.empty()) HANSOM_CO_TRY(co_await create(sending));
  if (!sending.looked) HANSOM_CO_TRY(co_await look(sending));
  while (sending.receipt_path.empty()) HANSOM_CO_TRY(co_await append(sending));
  co_return co_await fetch_receipt(sending);
}

http::Awaitable<Status> FleetMember::create(Sending& sending) {
  Request request{"POST", kUploads, {}, {}, false};
  request.fields = "Upload-Length: " + std::to_string(sending.clip.sealed.size()) +
                   "\r\nUpload-Metadata: " + upload_metadata(sending.clip.manifest_jws) + "\r\n";
  auto asking = ask(std::move(request));
  HANSOM_CO_TRY_ASSIGN(const http::ClientAnswer answer, co_await std::move(asking));
  sending.upload = answer.field("location");
  sending.offset = 0;
  sending.looked = true;
  if (sending.upload.empty()) co_return broken("the server named no upload");
  co_return Status{};
}

http::Awaitable<Status> FleetMember::look(Sending& sending) {
  auto asking = ask({"HEAD", sending.upload, {}, {}, true});
  HANSOM_CO_TRY_ASSIGN(const http::ClientAnswer answer, co_await std::move(asking));
  const auto offset = upload::Tus::parse_integer(answer.field("upload-offset"));
  if (!offset || *offset > sending.clip.sealed.size()) co_return broken("no offset in the answer");
  if (*offset < sending.offset) {
    fleet_.tally.problem(unit_.id.text() + ": offset " + std::to_string(sending.offset) +
                         " was shown, and then " + std::to_string(*offset));
  }
  sending.offset = *offset;
  sending.receipt_path = answer.field("hansom-receipt");
  sending.looked = true;
  co_return Status{};
}

http::Awaitable<Status> FleetMember::append(Sending& sending) {
  const ByteSpan rest = ByteSpan(sending.clip.sealed).subspan(sending.offset);
  Request request{"PATCH", sending.upload, {}, rest, true};
  request.fields = "Upload-Offset: " + std::to_string(sending.offset) +
                   "\r\nContent-Type: application/offset+octet-stream\r\n";
  auto asking = ask(std::move(request));
  HANSOM_CO_TRY_ASSIGN(const http::ClientAnswer answer, co_await std::move(asking));
  const auto offset = upload::Tus::parse_integer(answer.field("upload-offset"));
  if (!offset || *offset <= sending.offset) co_return broken("the upload does not go forward");
  body_bytes_answered_ += *offset - sending.offset;
  sending.offset = *offset;
  sending.receipt_path = answer.field("hansom-receipt");
  co_return Status{};
}

http::Awaitable<Status> FleetMember::fetch_receipt(Sending& sending) {
  auto asking = ask({"GET", sending.receipt_path, {}, {}, false});
  HANSOM_CO_TRY_ASSIGN(const http::ClientAnswer answer, co_await std::move(asking));
  HANSOM_CO_TRY(keep_receipt(sending, answer.body));
  sending.done = true;
  co_return Status{};
}

Status FleetMember::keep_receipt(const Sending& sending, const std::string& text) {
  HANSOM_TRY_ASSIGN(const evidence::Receipt receipt, evidence::parse_receipt(text));
  HANSOM_TRY(evidence::verify_receipt(receipt, fleet_.journal_key));
  if (receipt.clip != sending.clip.id || receipt.unit != unit_.id.text()) {
    return fail(ErrorKind::kCorrupt, "receipt_invalid", "the receipt is of another clip or unit");
  }
  fleet_.tally.receipt(receipt.leaf_index, sending.clip.sealed.size());
  return {};
}

http::Awaitable<Result<http::ClientAnswer>> FleetMember::ask(Request request) {
  retry_after_.reset();
  const bool known = request.about_known_upload;
  auto exchanging = exchange(std::move(request));
  auto answer = co_await std::move(exchanging);
  if (!answer) {
    client_.reset();
    if (answer.error().kind == ErrorKind::kUnauthenticated) co_return fail(answer.error());
    co_return broken(answer.error().message);
  }
  if (!client_->keeps_alive()) client_.reset();
  retry_after_ = parse_retry_after(answer->field("retry-after"));
  const Meaning meaning = meaning_of(answer->status, known);
  if (meaning == Meaning::kDone) co_return answer;
  const std::string token = token_of(*answer);
  ++fleet_.tally.refusals[token];
  if (meaning == Meaning::kAgain) co_return broken("the server answered " + token);
  if (meaning == Meaning::kAnew) co_return fail(ErrorKind::kGone, "upload_not_found", token);
  co_return fail(ErrorKind::kRefused, "server_refused", "the server refused: " + token);
}

http::Awaitable<Result<http::ClientAnswer>> FleetMember::exchange(Request request) {
  if (client_ == nullptr) HANSOM_CO_TRY(co_await connect());
  HANSOM_CO_TRY(check_link());
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + fleet_.host +
                     "\r\nTus-Resumable: 1.0.0\r\n" + request.fields;
  if (request.method == "POST" || request.method == "PATCH") {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  head += "\r\n";
  Status sent = co_await client_->send(as_bytes(head));
  if (sent && !request.body.empty()) sent = co_await send_body(request.body);
  // What has answered already is not sent any more; its answer closes the connection.
  if (!sent && sent.error().kind != ErrorKind::kConflict) co_return fail(std::move(sent).error());
  co_await travel(1);
  HANSOM_CO_TRY(check_link());
  co_return co_await client_->receive(request.method == "HEAD");
}

http::Awaitable<Status> FleetMember::connect() {
  // One way and back for TCP, one for TLS.
  co_await travel(2);
  auto connecting = http::Client::connect(fleet_.server, fleet_.host, fleet_.trust, unit_.identity,
                                          fleet_.silence);
  auto client = co_await std::move(connecting);
  if (!client) co_return fail(std::move(client).error());
  client_ = *std::move(client);
  link_.come_up(Clock::now());
  ++fleet_.tally.connections;
  co_return Status{};
}

http::Awaitable<Status> FleetMember::send_body(ByteSpan body) {
  while (!body.empty()) {
    HANSOM_CO_TRY(check_link());
    const ByteSpan step = body.first(std::min(body.size(), link_.step_bytes()));
    HANSOM_CO_TRY(co_await client_->send(step));
    fleet_.tally.body_bytes_sent += step.size();
    body = body.subspan(step.size());
    link_seconds_ += link_.seconds_for(step.size());
    co_await pass_time_until(link_.send(step.size(), Clock::now()));
  }
  co_return Status{};
}

Status FleetMember::check_link() {
  if (!link_.cut_by(Clock::now())) return {};
  ++fleet_.tally.cuts;
  client_->cut();
  return broken("the link was cut");
}

http::Awaitable<void> FleetMember::travel(int round_trips) {
  const auto time = round_trips * link_.profile().round_trip;
  link_seconds_ += std::chrono::duration<double>(time).count();
  co_await pass_time_until(Clock::now() + time);
}

http::Awaitable<void> FleetMember::pass_time_until(Clock::time_point moment) {
  if (moment <= Clock::now()) co_return;
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, moment);
  boost::system::error_code ignored;  // nobody cancels it
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
  co_await timer.async_wait(token);
}

}  // namespace hansom::ingest
