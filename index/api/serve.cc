// THE LIFE OF A QUERY: identify, require, read, journal, answer.
#include "index/api/serve.h"

#include <algorithm>
#include <functional>

#include <boost/json/serialize.hpp>

#include "index/async_commit.h"
#include "index/catalogue/catalogue.h"
#include "proto/base/check.h"
#include "proto/base/log.h"

namespace hansom::api {
namespace {

// Step 1. The person, whose token has the route's right.
Result<access::Person> admit(Context& context, const Route& route, const http::Request& request) {
  if (route.guard == Guard::kOpen) return access::Person{};
  HANSOM_TRY_ASSIGN(const View view, context.use.index->view());
  HANSOM_TRY_ASSIGN(
      access::Person person,
      access::identify(view.reader(), request.fields.find("Authorization"),
                       request.fields.find("Hansom-Purpose"), context.use.clock->now()));
  if (route.guard == Guard::kRight) HANSOM_TRY(access::require(person, route.right));
  return person;
}

// Step 2. Nothing is asked that the route does not know, and nothing twice.
Status check_target(const Route& route, const http::Request& request) {
  if (request.target.size() > kTargetBytesMax) {
    return fail(ErrorKind::kInvalid, "bad_target", "the request target is too long");
  }
  for (const auto& [name, value] : request.query) {
    const auto& known = route.query_parameters;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return fail(ErrorKind::kInvalid, "unknown_parameter", "there is no parameter of that name");
    }
    const auto same = [&name = name](const auto& parameter) { return parameter.first == name; };
    if (std::count_if(request.query.begin(), request.query.end(), same) > 1) {
      return fail(ErrorKind::kInvalid, "bad_parameter", name + " is given twice");
    }
  }
  return {};
}

http::Awaitable<Result<Answer>> handle_on_helper(Context& context, const Route& route,
                                                 const Question& question) {
  // The coroutine that owns the question is held by the callback until it is called.
  const std::function<void(http::Callback<Answer>)> start =
      [&context, &route, &question](http::Callback<Answer> done) {
        context.helper.run([&route, &question, done = std::move(done)](Status may_run) {
          done(may_run ? route.handle(question) : fail(std::move(may_run).error()));
        });
      };
  auto handled = http::await_callback<Answer>(start);
  co_return co_await std::move(handled);
}

// A clip that a sweep destroyed between the read and the leaf is not shown any more.
Status check_stands(Context& context, const ClipId& clip) {
  HANSOM_TRY_ASSIGN(const View view, context.use.index->view());
  HANSOM_TRY_ASSIGN(const catalogue::ClipRow row, catalogue::find_clip(view.reader(), clip));
  if (row.has_tombstone()) return fail(ErrorKind::kGone, "destroyed", "the clip was destroyed");
  return {};
}

http::Awaitable<Status> send_stream(http::Exchange& exchange, http::Response head, Stream stream) {
  const bool head_only = exchange.request().method == "HEAD";
  std::uint64_t offset = stream.range.first;
  std::uint64_t left = stream.range.bytes;
  Bytes piece;
  const auto fill = [&]() -> Status {
    piece.resize(retrieval::piece_bytes(offset, left));
    return stream.source->read(offset, piece);
  };
  // The first piece is read before the head leaves, so that damage there still has a clear answer.
  if (!head_only && left > 0) {
    if (Status read = fill(); !read) co_return fail(std::move(read).error());
  }
  auto begun = exchange.begin(std::move(head), left);
  if (Status status = co_await std::move(begun); !status || head_only) co_return status;
  while (left > 0) {
    auto written = exchange.write(piece);
    if (Status status = co_await std::move(written); !status) co_return status;
    offset += piece.size();
    left -= piece.size();
    if (left == 0) break;
    if (Status read = fill(); !read) {
      log_error("media_read_failed", read.error(),
                {{"path", exchange.request().path}, {"offset_bytes", offset}});
      co_return fail(std::move(read).error());
    }
  }
  co_return Status{};
}

http::Response head_of(Answer& answer) {
  http::Response head;
  head.status = answer.status;
  head.fields = std::move(answer.fields);
  if (head.fields.count("Cache-Control") == 0) head.fields.set("Cache-Control", "no-store");
  head.fields.set("X-Content-Type-Options", "nosniff");
  return head;
}

// Step 5. Requires: the answer's leaf is durable.
http::Awaitable<Status> release(http::Exchange& exchange, Answer answer, std::uint64_t position) {
  http::Response response = head_of(answer);
  response.fields.set("Hansom-Journal-Position", std::to_string(position));
  if (auto* stream = std::get_if<Stream>(&answer.body)) {
    auto sent = send_stream(exchange, std::move(response), std::move(*stream));
    co_return co_await std::move(sent);
  }
  if (auto* text = std::get_if<Text>(&answer.body)) {
    response.fields.set("Content-Type", std::move(text->content_type));
    response.body = std::move(text->body);
  } else {
    auto& json = std::get<boost::json::object>(answer.body);
    json["journal_position"] = position;
    response.fields.set("Content-Type", "application/json");
    response.body = boost::json::serialize(json);
  }
  auto sent = exchange.respond(std::move(response));
  co_return co_await std::move(sent);
}

// Refusals carry nothing of the index: they are logged, not journalled, so that strangers cannot
// make the journal grow.
void log_refusal(const Route& route, const http::Exchange& exchange, const Error& error) {
  if (error.kind != ErrorKind::kUnauthenticated && error.kind != ErrorKind::kForbidden) return;
  log_error(
      "request_refused", error,
      {{"method", route.method}, {"route", route.pattern}, {"peer", exchange.peer().address}});
}

}  // namespace

http::Awaitable<Status> serve(Context& context, const Route& route, http::Exchange& exchange) {
  const http::Request& request = exchange.request();

  // 1. Who asks, why, and may they?
  Result<access::Person> person = admit(context, route, request);
  if (!person) {
    log_refusal(route, exchange, person.error());
    co_return fail(std::move(person).error());
  }

  // 2. What is asked?
  if (Status status = check_target(route, request); !status) co_return status;
  std::string body;
  if (route.body_bytes_max > 0) {
    auto reading = exchange.read_all(route.body_bytes_max);
    Result<std::string> read = co_await std::move(reading);
    if (!read) co_return fail(std::move(read).error());
    body = std::move(*read);
  }

  // 3. Read one consistent state and make the answer; it stays here.
  Result<View> view = context.use.index->view();
  if (!view) co_return fail(std::move(view).error());
  const Question question{context, request, *person, *view, body};
  Result<Answer> answer = Answer{};
  if (route.runs_on == RunsOn::kHelper) {
    auto handling = handle_on_helper(context, route, question);
    answer = co_await std::move(handling);
  } else {
    answer = route.handle(question);
  }
  if (!answer) co_return fail(std::move(answer).error());

  // 4. Journal it. If that fails, the error is the answer.
  std::uint64_t position = answer->position.value_or(view->position());
  if (answer->record) {
    const bool is_look = answer->record->has_access();
    auto committing = async_commit(*context.use.index, std::move(*answer->record));
    Result<journal::Committed> committed = co_await std::move(committing);
    if (!committed) co_return fail(std::move(committed).error());
    answer->fields.set("Hansom-Journal-Leaf", std::to_string(to_u64(committed->leaf)));
    if (!is_look) position = to_u64(committed->leaf) + 1;
  }
  // From here the look or the act is recorded; before here nothing of its answer has left.
  if (answer->must_stand) {
    if (Status status = check_stands(context, *answer->must_stand); !status) co_return status;
  }

  // 5. Answer.
  auto releasing = release(exchange, std::move(*answer), position);
  co_return co_await std::move(releasing);
}

}  // namespace hansom::api
