// Carries out what units ask of uploads. Every handler goes the same way: who asks, what is asked,
// what the upload is, what the rules say, do it, answer.
#include "ingest/upload/upload_routes.h"

#include "proto/http/wire_errors.h"

namespace hansom::ingest {
namespace {

namespace tus = upload::tus;
using State = upload::Facts::State;

tus::RequestHead head_of(const http::Request& request) {
  return {request.method, request.fields.all(), request.has_body, request.content_length};
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
  return {{"OPTIONS", all, [this](http::Exchange& e) { return options(e); }},
          {"OPTIONS", one, [this](http::Exchange& e) { return options(e); }},
          {"POST", all, [this](http::Exchange& e) { return create(e); }},
          {"HEAD", one, [this](http::Exchange& e) { return describe(e); }},
          {"PATCH", one, [this](http::Exchange& e) { return append(e); }},
          {"DELETE", one, [this](http::Exchange& e) { return terminate(e); }}};
}

Result<UploadRoutes::Asked> UploadRoutes::asked_for(http::Exchange& exchange) const {
  HANSOM_TRY_ASSIGN(KnownUnit unit, context_.host.identify(exchange.peer()));
  HANSOM_TRY_ASSIGN(const UploadId id, upload_of(exchange.request()));
  return find(id, std::move(unit));
}

Result<UploadRoutes::Asked> UploadRoutes::find(const UploadId& id, KnownUnit unit) const {
  if (auto open = context_.spool->find(id)) {
    if (open->facts().unit != unit.id) return no_such_upload();
    return Asked{std::move(unit), id, std::move(open), std::nullopt};
  }
  HANSOM_TRY_ASSIGN(auto completed, context_.host.find_complete(id, unit));
  if (!completed) return no_such_upload();
  return Asked{std::move(unit), id, nullptr, std::move(completed)};
}

upload::Facts UploadRoutes::facts_of(const SpoolUpload& upload) const {
  upload::Facts facts;
  facts.state = upload.expired(context_.clock.now()) ? State::kExpired : State::kOpen;
  facts.offset = upload.moved() ? upload.facts().length : upload.durable();
  facts.length = upload.facts().length;
  facts.expires = upload.facts().expires;
  facts.metadata = upload.facts().metadata;
  return facts;
}

upload::Facts UploadRoutes::facts_of(const Asked& asked) const {
  return asked.open ? facts_of(*asked.open) : *asked.completed;
}

http::Awaitable<Result<Leases::Lease>> UploadRoutes::take_over(http::Exchange& exchange,
                                                               Asked& asked) {
  if (!asked.open) co_return Leases::Lease();
  auto taking = context_.leases.take(asked.id, exchange.stop_handle());
  auto lease = co_await std::move(taking);
  if (!lease) co_return fail(std::move(lease).error());
  auto again = find(asked.id, asked.unit);
  if (!again) co_return fail(std::move(again).error());
  asked = *std::move(again);
  if (!asked.open) co_return Leases::Lease();
  co_return lease;
}

http::Awaitable<Status> UploadRoutes::respond(http::Exchange& exchange, tus::Reply reply) {
  if (reply.error && reply.fields.empty()) co_return fail(*std::move(reply.error));
  http::Response response;
  if (reply.error) {
    context_.refusals.count(*reply.error);
    response = http::problem(*reply.error);
  } else {
    response.status = reply.status;
  }
  for (auto& [name, value] : reply.fields) response.fields.set(name, std::move(value));
  auto responding = exchange.respond(std::move(response));
  co_return co_await std::move(responding);
}

http::Awaitable<Status> UploadRoutes::refuse(http::Exchange& exchange,
                                             const upload::Refusal& refusal) {
  return respond(exchange, tus::refused(refusal));
}

http::Awaitable<Status> UploadRoutes::refuse(http::Exchange& exchange, const Error& error) {
  return respond(exchange, tus::refused({error, std::nullopt}));
}

http::Awaitable<Status> UploadRoutes::options(http::Exchange& exchange) {
  const auto unit = context_.host.identify(exchange.peer());
  if (!unit) co_return fail(unit.error());
  auto responding = respond(exchange, tus::options({context_.options.clip_bytes_max}));
  co_return co_await std::move(responding);
}

Result<UploadFacts> UploadRoutes::new_facts(const upload::CreateRequest& wanted,
                                            const http::Peer& peer, const KnownUnit& unit) const {
  HANSOM_TRY_ASSIGN(UploadFacts facts, context_.host.check_creation(wanted, peer, unit));
  facts.id = UploadId::make(context_.random);
  facts.created = context_.clock.now();
  facts.expires = facts.created + context_.options.expiry;
  return facts;
}

http::Awaitable<Status> UploadRoutes::create(http::Exchange& exchange) {
  // Who, and what.
  const auto unit = context_.host.identify(exchange.peer());
  if (!unit) co_return fail(unit.error());
  const http::Request& request = exchange.request();
  const auto wanted = tus::read_create(head_of(request));
  if (!wanted) co_return co_await refuse(exchange, wanted.error());

  // What speaks against it.
  if (Status open = context_.check_open(); !open) co_return fail(std::move(open).error());
  if (const auto refusal = upload::refuse_create(*wanted, {context_.options.clip_bytes_max})) {
    co_return co_await refuse(exchange, *refusal);
  }
  const auto first = upload::decide_first_append(*wanted, request.content_length);
  if (const auto* refusal = std::get_if<upload::Refusal>(&first); refusal && wanted->with_content) {
    co_return co_await refuse(exchange, *refusal);
  }
  auto facts = new_facts(*wanted, exchange.peer(), *unit);
  if (!facts) co_return fail(std::move(facts).error());
  if (Status room = context_.spool->check_reserve(wanted->length); !room) {
    co_return fail(std::move(room).error());
  }

  // From here the upload exists: it survives a power cut before the unit hears of it.
  const std::function<Result<Spool::Upload>()> make = [this, &facts] {
    return context_.spool->create(*facts);
  };
  const auto upload = co_await context_.disk.await<Spool::Upload>(make);
  if (!upload) co_return fail(upload.error());

  // The bytes that came with it. Without any a length of 0 is complete, and refused as no clip.
  upload::Facts now = facts_of(**upload);
  if (wanted->with_content || wanted->length == 0) {
    auto taking = context_.leases.take(facts->id, exchange.stop_handle());
    const auto lease = co_await std::move(taking);
    if (!lease) co_return fail(lease.error());
    auto taken = co_await take_bytes(exchange, **upload, *unit, std::get<upload::Append>(first));
    if (!taken) co_return co_await refuse(exchange, taken.error());
    now = *std::move(taken);
  }
  auto responding =
      respond(exchange, tus::created(upload_path(facts->id), now, wanted->with_content));
  co_return co_await std::move(responding);
}

http::Awaitable<Status> UploadRoutes::describe(http::Exchange& exchange) {
  const auto asked = asked_for(exchange);
  if (!asked) co_return fail(asked.error());
  if (Status version = tus::read_version(head_of(exchange.request())); !version) {
    co_return co_await refuse(exchange, version.error());
  }

  upload::Facts facts = facts_of(*asked);
  if (const auto refusal = upload::refuse_describe(facts)) {
    co_return co_await refuse(exchange, *refusal);
  }
  if (asked->open) {
    auto now = co_await describe_open(*asked);
    if (!now) co_return fail(std::move(now).error());
    facts = *std::move(now);
  }
  auto responding = respond(exchange, tus::described(facts));
  co_return co_await std::move(responding);
}

// Never waits for a writer. An upload that is full is not shown as such before its clip exists:
// clients stop when they see it.
http::Awaitable<Result<upload::Facts>> UploadRoutes::describe_open(Asked asked) {
  const Spool::Upload upload = asked.open;
  if (!upload->full()) {
    if (Status synced = co_await upload->sync(context_.syncs); !synced) {
      co_return fail(std::move(synced).error());
    }
    const upload::Facts facts = facts_of(*upload);
    if (facts.offset < facts.length) co_return facts;
  }
  const Leases::Lease lease = context_.leases.try_take(asked.id);
  if (!lease.held()) {
    co_return fail(ErrorKind::kUnavailable, "acceptance_pending",
                   "all bytes are here and the clip is being accepted; ask again");
  }
  const auto again = find(asked.id, asked.unit);
  if (!again) co_return fail(again.error());
  if (again->completed) co_return facts_of(*again);
  co_return co_await settle(*upload);
}

http::Awaitable<Status> UploadRoutes::append(http::Exchange& exchange) {
  // Who, and what; nobody is stopped for a request that is wrong in itself, or of another unit.
  auto asked = asked_for(exchange);
  if (!asked) co_return fail(asked.error());
  const auto wanted = tus::read_append(head_of(exchange.request()));
  if (!wanted) co_return co_await refuse(exchange, wanted.error());

  // From here this exchange is the only one that works on the upload, and knows its durable offset.
  const auto lease = co_await take_over(exchange, *asked);
  if (!lease) co_return fail(lease.error());
  if (asked->open) {
    if (Status synced = co_await asked->open->sync(context_.syncs); !synced) {
      co_return fail(std::move(synced).error());
    }
  }
  upload::Facts facts = facts_of(*asked);

  const auto decision = upload::decide_append(*wanted, facts);
  if (const auto* refusal = std::get_if<upload::Refusal>(&decision)) {
    co_return co_await refuse(exchange, *refusal);
  }
  if (const auto* bytes = std::get_if<upload::Append>(&decision)) {
    auto taken = co_await take_bytes(exchange, *asked->open, asked->unit, *bytes);
    if (!taken) co_return co_await refuse(exchange, taken.error());
    facts = *std::move(taken);
  }
  auto responding = respond(exchange, tus::appended(facts));
  co_return co_await std::move(responding);
}

http::Awaitable<tl::expected<upload::Facts, upload::Refusal>> UploadRoutes::take_bytes(
    http::Exchange& exchange, SpoolUpload& upload, const KnownUnit& unit, upload::Append append) {
  const auto refused = [](Error error) {
    return tl::unexpected<upload::Refusal>({std::move(error), std::nullopt});
  };
  const std::function<Status()> still_allowed = [this, &unit] {
    if (Status open = context_.check_open(); !open) return open;
    return context_.host.check_still_known(unit);
  };
  if (Status allowed = still_allowed(); !allowed) co_return refused(std::move(allowed).error());
  if (append.bytes_max > 0) {
    if (!context_.spool->check_reserve(0)) {
      co_return refused({ErrorKind::kUnavailable, "disk_reserve_append",
                         "the server's disk is at its reserve; the upload can be resumed later"});
    }
    auto end =
        co_await receive(exchange, upload, append.bytes_max, still_allowed, context_.receive_tools);
    if (!end) co_return refused(std::move(end).error());
    if (Status allowed = still_allowed(); !allowed) co_return refused(std::move(allowed).error());
    if (*end == BodyEnd::kOverran) {
      Status synced = co_await upload.sync(context_.syncs);
      if (!synced) co_return refused(std::move(synced).error());
      co_return tl::unexpected<upload::Refusal>(upload::overrun(facts_of(upload)));
    }
  }
  auto settled = co_await settle(upload);
  if (!settled) co_return refused(std::move(settled).error());
  co_return *std::move(settled);
}

// Requires: the lease.
http::Awaitable<Result<upload::Facts>> UploadRoutes::settle(SpoolUpload& upload) {
  if (upload.full()) {
    auto finishing = context_.host.finish(upload, context_);
    co_return co_await std::move(finishing);
  }
  if (Status synced = co_await upload.sync(context_.syncs); !synced) {
    co_return fail(std::move(synced).error());
  }
  co_return facts_of(upload);
}

http::Awaitable<Status> UploadRoutes::terminate(http::Exchange& exchange) {
  auto asked = asked_for(exchange);
  if (!asked) co_return fail(asked.error());
  if (Status version = tus::read_version(head_of(exchange.request())); !version) {
    co_return co_await refuse(exchange, version.error());
  }

  const auto lease = co_await take_over(exchange, *asked);
  if (!lease) co_return fail(lease.error());
  upload::Facts facts = facts_of(*asked);
  if (asked->open) facts.offset = asked->open->written();
  const auto decision = upload::decide_terminate(facts);
  if (const auto* refusal = std::get_if<upload::Refusal>(&decision)) {
    co_return co_await refuse(exchange, *refusal);
  }
  const std::function<Status()> remove = [this, &asked] {
    return context_.spool->remove(*asked->open);
  };
  if (Status removed = co_await context_.disk.await<void>(remove); !removed) {
    co_return fail(std::move(removed).error());
  }
  auto responding = respond(exchange, tus::terminated());
  co_return co_await std::move(responding);
}

}  // namespace hansom::ingest
