// Looks at a body without holding it up.
#include "ingest/upload/observed_body.h"

namespace hansom::ingest {

http::Response response_of(upload::Reply&& reply) {
  http::Response response;
  response.status = reply.status;
  for (auto& [name, value] : reply.fields) response.fields.set(name, std::move(value));
  return response;
}

upload::Checksums ObservedBody::computed() {
  upload::Checksums checksums;
  for (upload::ContentHash& hash : hashes_) checksums.push_back(hash.finish());
  return checksums;
}

http::Awaitable<Result<std::size_t>> ObservedBody::read_body(MutableByteSpan into) {
  if (tells_progress_) {
    if (Status told = co_await tell_progress(); !told) co_return fail(std::move(told).error());
  }
  auto read = co_await exchange_.read_body(into);
  if (!read) co_return fail(std::move(read).error());
  for (upload::ContentHash& hash : hashes_) hash.update(into.first(*read));
  co_return *read;
}

// A slow link may need minutes for what a flush is worth.
http::Awaitable<Status> ObservedBody::tell_progress() {
  if (upload_.full()) co_return Status{};  // a full offset is told with what became of the upload
  const auto now = std::chrono::steady_clock::now();
  const bool due = now - told_at_ >= kProgressEvery && upload_.written() > told_;
  if (due) {
    if (Status synced = co_await upload_.sync(syncs_); !synced) co_return synced;
  }
  const std::uint64_t durable = upload_.durable();
  if (durable <= told_) co_return Status{};
  auto interim = dialect_.progress(durable);
  if (!interim) co_return Status{};
  told_ = durable;
  told_at_ = now;
  auto responding = exchange_.respond(response_of(*std::move(interim)));
  co_return co_await std::move(responding);
}

}  // namespace hansom::ingest
