// From the body of a request to durable bytes, step by step.
#include "ingest/upload/intake.h"

#include <algorithm>

#include "ingest/upload/observed_body.h"
#include "ingest/upload/whole_digest.h"

namespace hansom::ingest {
namespace {

using upload::Checksum;
using upload::Checksums;
using upload::HashAlgorithm;
using upload::Refusal;
using Outcome = tl::expected<void, Refusal>;

tl::unexpected<Refusal> refused(Error error) {
  return tl::unexpected<Refusal>(Refusal{std::move(error)});
}

// One request's way in.
class Intake {
 public:
  Intake(http::Exchange& exchange, SpoolUpload& upload, const KnownUnit& unit,
         const Content& content, UploadContext& context)
      : exchange_(exchange), upload_(upload), unit_(unit), content_(content), context_(context) {}

  http::Awaitable<Taken> run();

 private:
  [[nodiscard]] Status check_allowed() const {
    HANSOM_TRY(context_.check_open());
    return context_.host.check_still_known(unit_);
  }
  [[nodiscard]] bool has_checksum() const {
    return !content_.request.content.empty() || content_.request.content_in_trailer;
  }
  [[nodiscard]] http::Awaitable<Status> on_disk(const std::function<Status()>& job) {
    return context_.disk.await<void>(job);
  }
  [[nodiscard]] http::Awaitable<Outcome> take();
  [[nodiscard]] http::Awaitable<Outcome> take_unchecked();
  [[nodiscard]] http::Awaitable<Outcome> take_checked();
  [[nodiscard]] http::Awaitable<Outcome> read(http::Exchange& body);
  [[nodiscard]] Outcome compare(const ObservedBody& body, const Checksums& computed) const;
  [[nodiscard]] http::Awaitable<Taken> end();
  [[nodiscard]] http::Awaitable<Outcome> check_whole(Checksums& told);
  [[nodiscard]] http::Awaitable<Taken> ended_by(Refusal refusal);

  http::Exchange& exchange_;
  SpoolUpload& upload_;
  const KnownUnit& unit_;
  const Content& content_;
  UploadContext& context_;
};

http::Awaitable<Taken> Intake::run() {
  // 1. May it.
  if (Status allowed = check_allowed(); !allowed) co_return refused(std::move(allowed).error());

  // What an earlier request could not take back (the disk's queue was full) goes first.
  if (upload_.unverified()) {
    const std::function<Status()> drop = [this] { return upload_.drop_unverified(); };
    if (Status dropped = co_await on_disk(drop); !dropped) {
      co_return refused(std::move(dropped).error());
    }
  }

  // 2. A length that is said with this request is on disk before any byte of it.
  if (content_.append.new_length) {
    const std::uint64_t length = *content_.append.new_length;
    const std::function<Status()> record = [this, length] {
      return context_.spool->set_length(upload_, length);
    };
    if (Status recorded = co_await on_disk(record); !recorded) {
      co_return refused(std::move(recorded).error());
    }
  }

  // 3. The bytes.
  if (content_.append.bytes_max > 0) {
    if (!context_.room.check(0)) {
      co_return refused({ErrorKind::kUnavailable, "disk_reserve_append",
                         "the server's disk is at its reserve; the upload can be resumed later"});
    }
    const auto admitted = admit_content(exchange_, unit_.id, content_.append, context_);
    if (!admitted) co_return refused(admitted.error());
    Outcome taken = co_await take();
    if (!taken) {
      auto ending = ended_by(std::move(taken).error());
      co_return co_await std::move(ending);
    }
  }

  // 4. What they make of the upload.
  co_return co_await end();
}

http::Awaitable<Outcome> Intake::take() {
  if (has_checksum()) co_return co_await take_checked();
  co_return co_await take_unchecked();
}

http::Awaitable<Outcome> Intake::take_unchecked() {
  // Where nobody is told of progress, the body comes straight from the connection.
  if (!content_.dialect.progress(0)) co_return co_await read(exchange_);
  ObservedBody body(exchange_, upload_, context_.syncs, content_.dialect, true);
  co_return co_await read(body);
}

// From here to the end what comes counts for nobody, until its checksum has been seen.
http::Awaitable<Outcome> Intake::take_checked() {
  const std::function<Status()> begin = [this] { return upload_.begin_unverified(); };
  if (Status begun = co_await on_disk(begin); !begun) co_return refused(std::move(begun).error());
  ObservedBody body(exchange_, upload_, context_.syncs, content_.dialect, false);
  for (const HashAlgorithm algorithm :
       {HashAlgorithm::kSha1, HashAlgorithm::kSha256, HashAlgorithm::kSha512}) {
    const auto named = [algorithm](const Checksum& given) { return given.algorithm == algorithm; };
    const Checksums& given = content_.request.content;
    if (content_.request.content_in_trailer || std::any_of(given.begin(), given.end(), named)) {
      body.compute(algorithm);
    }
  }
  Outcome taken = co_await read(body);
  if (taken) taken = compare(body, body.computed());
  if (taken) {
    if (Status synced = co_await upload_.sync_unverified(context_.syncs); !synced) {
      co_return refused(std::move(synced).error());  // the fault is raised, the mark stays
    }
    const std::function<Status()> keep = [this] { return upload_.keep_unverified(); };
    if (Status kept = co_await on_disk(keep); !kept) co_return refused(std::move(kept).error());
    co_return Outcome{};
  }
  const std::function<Status()> drop = [this] { return upload_.drop_unverified(); };
  if (Status dropped = co_await on_disk(drop); !dropped) {
    co_return refused(std::move(dropped).error());
  }
  if (taken.error().offset) taken.error().offset = upload_.durable();
  co_return taken;
}

http::Awaitable<Outcome> Intake::read(http::Exchange& body) {
  const std::function<Status()> still_allowed = [this] { return check_allowed(); };
  const std::uint64_t before = upload_.written();
  auto end = co_await receive(body, upload_, content_.append.bytes_max, still_allowed,
                              context_.receive_tools);
  if (!end && !has_checksum()) {
    context_.bytes_saved.fetch_add(upload_.written() - before, std::memory_order_relaxed);
  }
  if (!end) co_return refused(std::move(end).error());
  if (Status allowed = check_allowed(); !allowed) co_return refused(std::move(allowed).error());
  if (*end == BodyEnd::kEnded) co_return Outcome{};
  if (!has_checksum()) {
    if (Status synced = co_await upload_.sync(context_.syncs); !synced) {
      co_return refused(std::move(synced).error());
    }
    // tus takes a full offset for success.
    if (content_.dialect.length_completes() && upload_.full()) upload_.close_if_full();
  }
  co_return tl::unexpected<Refusal>(
      upload::overrun(content_.append.ending, facts_of(upload_, context_)));
}

Outcome Intake::compare(const ObservedBody& body, const Checksums& computed) const {
  Checksums given = content_.request.content;
  if (content_.request.content_in_trailer) {
    auto trailing = content_.dialect.read_trailers(body.trailers().all());
    if (!trailing) return refused(std::move(trailing).error());
    if (trailing->empty()) {
      return refused({ErrorKind::kInvalid, "bad_upload_field",
                      "the trailer that was announced did not come, or has no digest"});
    }
    given.insert(given.end(), trailing->begin(), trailing->end());
  }
  for (const Checksum& checksum : given) {
    if (std::find(computed.begin(), computed.end(), checksum) != computed.end()) continue;
    Refusal refusal{{ErrorKind::kRefused, "checksum_mismatch",
                     "the content does not have the checksum it came with and was dropped"}};
    refusal.offset = upload_.durable();
    return tl::unexpected<Refusal>(std::move(refusal));
  }
  return {};
}

http::Awaitable<Taken> Intake::end() {
  upload::Facts now = facts_of(upload_, context_);
  now.offset = upload_.written();
  const auto complete = upload::decide_end(content_.append.ending, now);
  if (!complete) {
    auto ending = ended_by(complete.error());
    co_return co_await std::move(ending);
  }
  if (upload_.facts().concat == upload::Concat::kPartial || !*complete) {
    auto settled = co_await settle(upload_, context_);
    if (!settled) co_return refused(std::move(settled).error());
    co_return *std::move(settled);
  }
  if (!upload_.length()) {
    const std::function<Status()> record = [this] {
      return context_.spool->set_length(upload_, upload_.written());
    };
    if (Status recorded = co_await on_disk(record); !recorded) {
      co_return refused(std::move(recorded).error());
    }
  }
  Checksums told;
  Outcome whole = co_await check_whole(told);
  if (!whole) {
    auto ending = ended_by(std::move(whole).error());
    co_return co_await std::move(ending);
  }

  // From here the unit has said that this is all: whoever asks next finishes it, if we cannot.
  upload_.close_if_full();
  const UploadId id = upload_.facts().id;
  auto settled = co_await settle(upload_, context_);
  if (!settled) {
    Refusal refusal{std::move(settled).error()};
    refusal.complete = context_.spool->find(id) == nullptr;
    co_return tl::unexpected<Refusal>(std::move(refusal));
  }
  settled->digests.insert(settled->digests.end(), told.begin(), told.end());
  co_return *std::move(settled);
}

// Digests of the whole, as the creation and this request have them, and those asked for beside the
// one that is always told.
http::Awaitable<Outcome> Intake::check_whole(Checksums& told) {
  Checksums expected = upload_.facts().representation;
  const Checksums& given = content_.request.representation;
  expected.insert(expected.end(), given.begin(), given.end());
  const auto& wanted = content_.request.wanted;
  const bool sha512 = !wanted.empty() && wanted.front() == HashAlgorithm::kSha512;
  if (expected.empty() && !sha512) co_return Outcome{};
  std::vector<HashAlgorithm> needed;
  for (const Checksum& checksum : expected) needed.push_back(checksum.algorithm);
  if (sha512) needed.push_back(HashAlgorithm::kSha512);
  const std::function<Result<Checksums>()> compute = [this, &needed] {
    return whole_digests(upload_, needed);
  };
  const auto computed = co_await context_.disk.await<Checksums>(compute);
  if (!computed) co_return refused(computed.error());
  for (const Checksum& checksum : expected) {
    if (std::find(computed->begin(), computed->end(), checksum) != computed->end()) continue;
    Refusal refusal{{ErrorKind::kRefused, "digest_mismatch",
                     "the upload does not have the digest that was said of it; it has been "
                     "discarded, send it again"}};
    refusal.ends_upload = refusal.complete = true;
    co_return tl::unexpected<Refusal>(std::move(refusal));
  }
  if (sha512) told.push_back(computed->back());
  co_return Outcome{};
}

http::Awaitable<Taken> Intake::ended_by(Refusal refusal) {
  if (refusal.ends_upload) {
    if (Status gone = co_await discard_upload(upload_, context_); !gone) {
      co_return refused(std::move(gone).error());
    }
  }
  co_return tl::unexpected<Refusal>(std::move(refusal));
}

}  // namespace

upload::Facts facts_of(const UploadFacts& of, UtcTime now) {
  upload::Facts facts;
  facts.length = of.length;
  facts.promised_length = of.promised_length();
  facts.bytes_max = of.bytes_max;
  facts.concat = of.concat;
  facts.concat_text = upload::concat_text(of, kUploadsPath);
  facts.expires = of.expires;
  facts.lifetime = std::chrono::duration_cast<std::chrono::seconds>(of.expires - now);
  facts.metadata = of.metadata;
  return facts;
}

upload::Facts facts_of(const SpoolUpload& upload, const UploadContext& context) {
  using State = upload::Facts::State;
  const UtcTime now = context.clock.now();
  upload::Facts facts = facts_of(upload.facts(), now);
  facts.state = upload.expired(now) ? State::kExpired : State::kOpen;
  facts.length = upload.length();
  facts.offset = upload.moved() ? facts.length.value_or(upload.written()) : upload.durable();
  facts.closed = upload.closed();
  return facts;
}

Result<Admission::Body> admit_content(const http::Exchange& exchange, const UnitId& unit,
                                      const upload::Append& append, UploadContext& context) {
  const std::uint64_t expected =
      std::min(append.bytes_max, exchange.request().content_length.value_or(append.bytes_max));
  return context.admission.begin_body(unit, std::min<std::uint64_t>(expected, kBufferBytes));
}

http::Awaitable<Taken> take_content(http::Exchange& exchange, SpoolUpload& upload,
                                    const KnownUnit& unit, const Content& content,
                                    UploadContext& context) {
  Intake intake(exchange, upload, unit, content, context);
  co_return co_await intake.run();
}

http::Awaitable<Result<upload::Facts>> settle(SpoolUpload& upload, UploadContext& context) {
  if (upload.full() && upload.closed()) co_return co_await finish_upload(upload, context);
  if (Status synced = co_await upload.sync(context.syncs); !synced) {
    co_return fail(std::move(synced).error());
  }
  co_return facts_of(upload, context);
}

http::Awaitable<Result<upload::Facts>> finish_upload(SpoolUpload& upload, UploadContext& context) {
  auto finishing = context.host.finish(upload, context);
  auto finished = co_await std::move(finishing);
  if (!finished) co_return fail(std::move(finished).error());
  for (const UploadId& id : upload.facts().parts) {
    const Leases::Lease lease = context.leases.try_take(id);
    const Spool::Upload part = lease.held() ? context.spool->find(id) : nullptr;
    if (part == nullptr) continue;  // it goes when it expires
    ignore(co_await discard_upload(*part, context), "the fault is raised");
  }
  co_return *std::move(finished);
}

http::Awaitable<Status> record_upload(SpoolUpload& upload, UploadContext& context) {
  if (Status synced = co_await upload.sync(context.syncs); !synced) co_return synced;
  const std::function<Status()> write = [&upload, &context] {
    return context.spool->record(upload);
  };
  co_return co_await context.disk.await<void>(write);
}

http::Awaitable<Status> discard_upload(SpoolUpload& upload, UploadContext& context) {
  const std::function<Status()> remove = [&upload, &context] {
    return context.spool->remove(upload);
  };
  co_return co_await context.disk.await<void>(remove);
}

}  // namespace hansom::ingest
