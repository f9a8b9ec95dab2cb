// Finds and removes uploads that nobody has begun.
#include "ingest/upload/empty_uploads.h"

#include "proto/base/log.h"

namespace hansom::ingest {
namespace {

bool is_empty(const SpoolUpload& upload, const UnitId& unit, UtcTime now) {
  const UploadFacts& facts = upload.facts();
  return facts.unit == unit && upload.written() == 0 && !upload.moved() && facts.length != 0 &&
         facts.created + kEmptyAgeMin <= now;
}

Spool::Upload oldest_empty(const UploadContext& context, const UnitId& unit) {
  const UtcTime now = context.clock.now();
  Spool::Upload oldest;
  for (const Spool::Upload& upload : context.spool->all()) {
    if (!is_empty(*upload, unit, now)) continue;
    if (oldest == nullptr || upload->facts().created < oldest->facts().created) oldest = upload;
  }
  return oldest;
}

}  // namespace

http::Awaitable<bool> discard_oldest_empty(UploadContext& context, const UnitId& unit) {
  const Spool::Upload upload = oldest_empty(context, unit);
  if (upload == nullptr) co_return false;
  const UploadId id = upload->facts().id;
  const Leases::Lease lease = context.leases.try_take(id);
  // It may have been begun, or have gone, before the lease was ours.
  if (!lease.held() || context.spool->find(id) != upload) co_return false;
  if (!is_empty(*upload, unit, context.clock.now())) co_return false;
  const std::function<Status()> remove = [&context, &upload] {
    return context.spool->remove(*upload);
  };
  const Status removed = co_await context.disk.await<void>(remove);
  if (removed) {
    log(LogLevel::kInfo, "empty_upload_removed",
        {{"upload", id.text()},
         {"unit", unit.text()},
         {"created", to_rfc3339(upload->facts().created)}});
  }
  co_return removed.has_value();
}

}  // namespace hansom::ingest
