// Carries out what units ask of uploads. Every handler goes the same way: who asks, what is asked,
// what the upload is, what the rules say, do it, answer.
#include "ingest/upload/upload_routes.h"

#include "ingest/upload/concatenate.h"
#include "ingest/upload/empty_uploads.h"
#include "ingest/upload/observed_body.h"
#include "proto/http/wire_errors.h"

namespace hansom::ingest {
namespace {

using upload::Append;
using upload::Dialect;
using upload::Refusal;

// Most acceptances are over by then; asking again costs a round trip.
constexpr std::chrono::milliseconds kAcceptanceWait{1000};

upload::RequestHead head_of(const http::Request& request) {
  return {request.method, request.fields.all(), request.has_body, request.content_length};
}

// Whether all bytes of an upload come with its creation, and nobody is told its name before it is
// complete: then it has nothing that a crash could take from anybody.
bool is_in_one_go(const upload::CreateRequest& wanted, const http::Request& request,
                  const UploadFacts& facts, const Dialect& dialect) {
  const bool whole = wanted.with_content && wanted.ending != upload::Ending::kOpen &&
                     facts.concat == upload::Concat::kNone && facts.length.value_or(0) > 0 &&
                     request.content_length == facts.length;
  const bool checked_apart = !wanted.content.empty() || wanted.content_in_trailer;
  return whole && !checked_apart &&
         !dialect.announced(upload_path(facts.id), facts_of(facts, facts.created));
}

// What it logs, or answers with silence: nobody is left to hear it.
bool is_for_session(const Error& error) {
  return error.kind == ErrorKind::kStorage || error.kind == ErrorKind::kCorrupt ||
         error.kind == ErrorKind::kInternal || error.kind == ErrorKind::kCancelled ||
         error.token == "connection_lost";
}

}  // namespace

std::string upload_path(const UploadId& id) {
  return std::string(kUploadsPath) + "/" + id.text();
}

std::string receipt_path(const UploadId& id) {
  return upload_path(id) + "/receipt";
}

tl::unexpected<Error> no_such_upload() {
  return fail(ErrorKind::kNotFound, "upload_not_found", "there is no such upload of this unit");
}

Result<UploadId> upload_of(const http::Request& request) {
  auto id = UploadId::parse(request.path_parameters.at("id"));
  if (!id) return no_such_upload();
  return id;
}

std::vector<http::Route> UploadRoutes::routes() {
  const std::string all(kUploadsPath);
  const std::string one = all + "/{id}";
  const auto created = [this](http::Exchange& e) { return create(e); };
  return {{"OPTIONS", all, [this](http::Exchange& e) { return options(e); }},
          {"OPTIONS", one, [this](http::Exchange& e) { return options(e); }},
          {"POST", all, created},
          {"PUT", all, created},
          {"PATCH", all, created},
          {"HEAD", one, [this](http::Exchange& e) { return describe(e); }},
          {"PATCH", one, [this](http::Exchange& e) { return append(e); }},
          {"DELETE", one, [this](http::Exchange& e) { return terminate(e); }}};
}

Result<UploadRoutes::Asked> UploadRoutes::asked_for(http::Exchange& exchange) const {
  HANSOM_TRY_ASSIGN(KnownUnit unit, context_.host.identify(exchange.peer()));
  HANSOM_TRY_ASSIGN(const UploadId id, upload_of(exchange.request()));
  Asked asked{choose_dialect(head_of(exchange.request())), std::move(unit), id, nullptr, {}};
  HANSOM_TRY(look_up(asked));
  return asked;
}

Status UploadRoutes::look_up(Asked& asked) const {
  asked.open = context_.spool->find(asked.id);
  if (asked.open) {
    if (asked.open->facts().unit != asked.unit.id) return no_such_upload();
    return {};
  }
  HANSOM_TRY_ASSIGN(asked.completed, context_.host.find_complete(asked.id, asked.unit));
  if (!asked.completed) return no_such_upload();
  if (is_final_id(asked.id)) asked.completed->concat = upload::Concat::kFinal;
  return {};
}

upload::Facts UploadRoutes::known(const Asked& asked) const {
  return asked.open ? facts_of(*asked.open, context_) : *asked.completed;
}

http::Awaitable<Result<Leases::Lease>> UploadRoutes::take_over(http::Exchange& exchange,
                                                               Asked& asked) {
  if (!asked.open) co_return Leases::Lease();
  auto taking = context_.leases.take(asked.id, exchange.stop_handle());
  auto lease = co_await std::move(taking);
  if (!lease) co_return fail(std::move(lease).error());
  if (Status there = look_up(asked); !there) co_return fail(std::move(there).error());
  if (!asked.open) co_return Leases::Lease();
  if (asked.dialect.length_completes()) asked.open->close_if_full();
  co_return lease;
}

http::Awaitable<Status> UploadRoutes::respond(http::Exchange& exchange, upload::Reply reply) {
  const bool plain = reply.fields.empty() && reply.problem_type.empty() && reply.status == 0;
  if (reply.error && (plain || is_for_session(*reply.error))) {
    co_return fail(*std::move(reply.error));
  }
  http::Response response;
  if (reply.error) {
    context_.refusals.count(*reply.error);
    response = http::problem(*reply.error,
                             {reply.problem_type, std::move(reply.problem_members), reply.status});
    for (auto& [name, value] : reply.fields) response.fields.set(name, std::move(value));
  } else {
    response = response_of(std::move(reply));
  }
  auto responding = exchange.respond(std::move(response));
  co_return co_await std::move(responding);
}

http::Awaitable<Status> UploadRoutes::refuse(http::Exchange& exchange, const Dialect& dialect,
                                             const Refusal& refusal) {
  return respond(exchange, dialect.refused(refusal, {context_.options.clip_bytes_max}));
}

http::Awaitable<Status> UploadRoutes::refuse(http::Exchange& exchange, const Dialect& dialect,
                                             const Error& error) {
  return refuse(exchange, dialect, Refusal{error});
}

http::Awaitable<Status> UploadRoutes::options(http::Exchange& exchange) {
  const auto unit = context_.host.identify(exchange.peer());
  if (!unit) co_return fail(unit.error());
  auto responding = respond(
      exchange, describe_service(head_of(exchange.request()), {context_.options.clip_bytes_max}));
  co_return co_await std::move(responding);
}

Result<UploadFacts> UploadRoutes::new_facts(const upload::CreateRequest& wanted,
                                            const http::Peer& peer, const KnownUnit& unit) const {
  HANSOM_TRY_ASSIGN(UploadFacts facts, context_.host.check_creation(wanted, peer, unit));
  facts.id = wanted.concat == upload::Concat::kFinal ? make_final_id(context_.random)
                                                     : UploadId::make(context_.random);
  facts.created = context_.clock.now();
  facts.expires = facts.created + context_.options.expiry;
  facts.bytes_max = context_.options.clip_bytes_max;
  facts.concat = wanted.concat;
  facts.representation = wanted.representation;
  if (facts.promised_length().value_or(0) > facts.bytes_max) {
    return fail(ErrorKind::kTooLarge, "upload_too_large",
                "the manifest's " + std::to_string(*facts.promised_length()) +
                    " bytes are over the limit of " + std::to_string(facts.bytes_max));
  }
  return facts;
}

http::Awaitable<Result<bool>> UploadRoutes::announce(http::Exchange& exchange,
                                                     const Dialect& dialect,
                                                     const SpoolUpload& upload) {
  auto interim = dialect.announced(upload_path(upload.facts().id), facts_of(upload, context_));
  if (!interim) co_return false;
  auto responding = exchange.respond(response_of(*std::move(interim)));
  if (Status sent = co_await std::move(responding); !sent) co_return fail(std::move(sent).error());
  co_return true;
}

http::Awaitable<Status> UploadRoutes::create(http::Exchange& exchange) {
  // Who, and what.
  const auto unit = context_.host.identify(exchange.peer());
  if (!unit) co_return fail(unit.error());
  const http::Request& request = exchange.request();
  const Dialect& dialect = choose_dialect(head_of(request));
  const auto wanted = dialect.read_create(head_of(request));
  if (!wanted) co_return co_await refuse(exchange, dialect, wanted.error());

  // What speaks against it.
  if (Status open = context_.check_open(); !open) co_return fail(std::move(open).error());
  if (auto refusal = upload::refuse_create(*wanted, {context_.options.clip_bytes_max})) {
    co_return co_await refuse(exchange, dialect, *refusal);
  }
  auto facts = new_facts(*wanted, exchange.peer(), *unit);
  if (!facts) co_return co_await refuse(exchange, dialect, facts.error());
  if (wanted->concat == upload::Concat::kFinal) {
    co_return co_await create_final(exchange, dialect, *wanted, *unit, *std::move(facts));
  }
  const upload::AppendRequest first = upload::first_append(*wanted, request.content_length);
  const auto decision = upload::decide_append(first, facts_of(*facts, context_.clock.now()));
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    co_return co_await refuse(exchange, dialect, *refusal);
  }
  if (Status room = context_.room.check(facts->length.value_or(0)); !room) {
    co_return fail(std::move(room).error());
  }
  // A refusal of the bytes that come along must not leave an upload that nobody has heard of.
  if (const auto* bytes = std::get_if<Append>(&decision); bytes && wanted->with_content) {
    const auto admitted = admit_content(exchange, unit->id, *bytes, context_);
    if (!admitted) co_return fail(admitted.error());
  }

  // From here the upload exists: it survives a power cut before the unit hears of it.
  // Or, in one go, it is no more than this request: until its clip exists nobody hears of it.
  const bool in_one_go = is_in_one_go(*wanted, request, *facts, dialect);
  const std::function<Result<Spool::Upload>()> make = [this, &facts, in_one_go] {
    return in_one_go ? context_.spool->begin(*facts) : context_.spool->create(*facts);
  };
  auto upload = co_await context_.disk.await<Spool::Upload>(make);
  if (!upload && upload.error().token == "unit_uploads_full" &&
      co_await discard_oldest_empty(context_, unit->id)) {
    upload = co_await context_.disk.await<Spool::Upload>(make);
  }
  if (!upload) co_return fail(upload.error());
  const auto announced = co_await announce(exchange, dialect, **upload);
  if (!announced) co_return fail(announced.error());

  // The bytes that came with it. Without any a length of 0 is complete, and refused as no clip.
  upload::Facts now = facts_of(**upload, context_);
  const bool ends = wanted->ending == upload::Ending::kNow ||
                    (wanted->ending == upload::Ending::kAtLength && facts->length == 0);
  if (wanted->with_content || ends) {
    const Content content{dialect, std::get<Append>(decision), first};
    auto taken = co_await take_first(exchange, **upload, *unit, content, *announced);
    if (!taken) co_return co_await refuse(exchange, dialect, taken.error());
    now = *std::move(taken);
  }
  auto responding = respond(exchange, dialect.created(upload_path(facts->id), now, *wanted));
  co_return co_await std::move(responding);
}

http::Awaitable<Status> UploadRoutes::create_final(http::Exchange& exchange, const Dialect& dialect,
                                                   const upload::CreateRequest& wanted,
                                                   const KnownUnit& unit, UploadFacts facts) {
  UploadId id = facts.id;
  std::optional<upload::Facts> clip;
  const auto before = find_concatenated(wanted, facts, context_);
  if (!before) co_return co_await refuse(exchange, dialect, before.error());
  if (*before) {  // asked again, for want of the answer
    id = **before;
    auto found = context_.host.find_complete(id, unit);
    if (!found) co_return co_await refuse(exchange, dialect, found.error());
    clip = *std::move(found);
  }
  if (!clip) {
    auto put_together = concatenate(exchange, wanted, std::move(facts), context_);
    auto made = co_await std::move(put_together);
    if (!made) co_return co_await refuse(exchange, dialect, made.error());
    clip = *std::move(made);
  }
  auto responding = respond(exchange, dialect.created(upload_path(id), *clip, wanted));
  co_return co_await std::move(responding);
}

http::Awaitable<Taken> UploadRoutes::take_first(http::Exchange& exchange, SpoolUpload& upload,
                                                const KnownUnit& unit, const Content& content,
                                                bool announced) {
  auto taking = context_.leases.take(upload.facts().id, exchange.stop_handle());
  const auto lease = co_await std::move(taking);
  if (!lease) co_return tl::unexpected<Refusal>(Refusal{lease.error()});
  auto taken = co_await take_content(exchange, upload, unit, content, context_);
  const bool here = context_.spool->find(upload.facts().id) != nullptr;
  if (taken || !here || context_.fault.raised()) co_return taken;
  if (!upload.full()) {
    // Nobody knows its name but this request: what is not all here can never be gone on with.
    if (!announced) ignore(co_await discard_upload(upload, context_), "it expires");
  } else if (!upload.recorded()) {
    // All bytes, and no clip yet: from here it is an upload like others, which the housekeeping
    // finishes.
    ignore(co_await record_upload(upload, context_),
           "a crash ends it, and its unit knows that it is no clip");
  }
  co_return taken;
}

http::Awaitable<Status> UploadRoutes::describe(http::Exchange& exchange) {
  auto asked = asked_for(exchange);
  if (!asked) co_return fail(asked.error());
  const Dialect& dialect = asked->dialect;
  if (Status plain = dialect.read_plain(head_of(exchange.request())); !plain) {
    co_return co_await refuse(exchange, dialect, plain.error());
  }

  upload::Facts facts = known(*asked);
  if (auto refusal = upload::refuse_describe(facts)) {
    co_return co_await refuse(exchange, dialect, *refusal);
  }
  if (asked->open) {
    auto describing =
        dialect.length_completes() ? describe_beside(*asked) : describe_alone(exchange, *asked);
    auto now = co_await std::move(describing);
    if (!now) co_return co_await refuse(exchange, dialect, now.error());
    facts = *std::move(now);
  }
  auto responding = respond(exchange, dialect.described(facts));
  co_return co_await std::move(responding);
}

// tus: never waits for a writer, and for an acceptance only so long. An upload that is full is not
// shown as such before its clip exists: clients stop when they see it.
http::Awaitable<Result<upload::Facts>> UploadRoutes::describe_beside(Asked& asked) {
  const Spool::Upload upload = asked.open;
  const bool partial = upload->facts().concat == upload::Concat::kPartial;
  if (!upload->full() || partial) {
    if (Status synced = co_await upload->sync(context_.syncs); !synced) {
      co_return fail(std::move(synced).error());
    }
    const upload::Facts facts = facts_of(*upload, context_);
    if (partial || facts.offset != facts.length) co_return facts;
  }
  auto taking = context_.leases.take_when_free(asked.id, kAcceptanceWait);
  const Leases::Lease lease = co_await std::move(taking);
  if (!lease.held()) {
    co_return fail(ErrorKind::kUnavailable, "acceptance_pending",
                   "all bytes are here and the clip is being accepted; ask again");
  }
  if (Status there = look_up(asked); !there) co_return fail(std::move(there).error());
  if (asked.completed) co_return known(asked);
  upload->close_if_full();
  co_return co_await settle(*upload, context_);
}

// IETF: an offset that was told must be the one the next append may have, so the older request ends
// here (draft, section "Concurrency").
http::Awaitable<Result<upload::Facts>> UploadRoutes::describe_alone(http::Exchange& exchange,
                                                                    Asked& asked) {
  const auto lease = co_await take_over(exchange, asked);
  if (!lease) co_return fail(lease.error());
  if (!asked.open) co_return known(asked);
  co_return co_await settle(*asked.open, context_);
}

http::Awaitable<Status> UploadRoutes::append(http::Exchange& exchange) {
  // Who, and what; nobody is stopped for a request that is wrong in itself, or of another unit.
  auto asked = asked_for(exchange);
  if (!asked) co_return fail(asked.error());
  const Dialect& dialect = asked->dialect;
  const auto wanted = dialect.read_append(head_of(exchange.request()));
  if (!wanted) co_return co_await refuse(exchange, dialect, wanted.error());

  // From here this exchange is the only one that works on the upload, and knows its durable offset.
  const auto lease = co_await take_over(exchange, *asked);
  if (!lease) co_return fail(lease.error());
  if (asked->open) {
    if (Status synced = co_await asked->open->sync(context_.syncs); !synced) {
      co_return fail(std::move(synced).error());
    }
  }
  upload::Facts facts = known(*asked);

  const auto decision = upload::decide_append(*wanted, facts);
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    if (refusal->ends_upload && asked->open) {
      if (Status gone = co_await discard_upload(*asked->open, context_); !gone) {
        co_return fail(std::move(gone).error());
      }
    }
    co_return co_await refuse(exchange, dialect, *refusal);
  }
  if (const auto* bytes = std::get_if<Append>(&decision)) {
    const Content content{dialect, *bytes, *wanted};
    auto taken = co_await take_content(exchange, *asked->open, asked->unit, content, context_);
    if (!taken) co_return co_await refuse(exchange, dialect, taken.error());
    facts = *std::move(taken);
  }
  auto responding = respond(exchange, dialect.appended(facts));
  co_return co_await std::move(responding);
}

http::Awaitable<Status> UploadRoutes::terminate(http::Exchange& exchange) {
  auto asked = asked_for(exchange);
  if (!asked) co_return fail(asked.error());
  const Dialect& dialect = asked->dialect;
  if (Status plain = dialect.read_plain(head_of(exchange.request())); !plain) {
    co_return co_await refuse(exchange, dialect, plain.error());
  }

  const auto lease = co_await take_over(exchange, *asked);
  if (!lease) co_return fail(lease.error());
  const auto decision = upload::decide_terminate(known(*asked));
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    co_return co_await refuse(exchange, dialect, *refusal);
  }
  if (Status removed = co_await discard_upload(*asked->open, context_); !removed) {
    co_return fail(std::move(removed).error());
  }
  auto responding = respond(exchange, dialect.terminated());
  co_return co_await std::move(responding);
}

}  // namespace hansom::ingest
