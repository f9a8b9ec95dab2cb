// From parts to one upload.
#include "ingest/upload/concatenate.h"

#include <algorithm>
#include <array>

#include "ingest/upload/upload_routes.h"
#include "proto/base/check.h"

namespace hansom::ingest {
namespace {

using upload::Concat;

struct Parts {
  std::vector<Leases::Lease> leases;  // nobody ends or expires one of them meanwhile
  std::vector<Spool::Upload> uploads;
  std::uint64_t bytes = 0;
};

tl::unexpected<upload::Refusal> refused(Error error) {
  return tl::unexpected<upload::Refusal>(upload::Refusal{std::move(error)});
}

tl::unexpected<Error> no_part(const std::string& name) {
  return fail(ErrorKind::kNotFound, "upload_not_found",
              "there is no partial upload \"" + name + "\" of this unit");
}

Result<Spool::Upload> find_part(const std::string& name, const UnitId& unit,
                                const UploadContext& context) {
  const auto id = UploadId::parse(name);
  const Spool::Upload part = id ? context.spool->find(*id) : nullptr;
  const bool usable = part && part->facts().unit == unit &&
                      part->facts().concat == Concat::kPartial &&
                      !part->expired(context.clock.now());
  if (!usable) return no_part(name);
  return part;
}

Result<Parts> take_parts(const std::vector<std::string>& names, const UnitId& unit,
                         UploadContext& context) {
  Parts parts;
  for (const std::string& name : names) {
    HANSOM_TRY_ASSIGN(Spool::Upload part, find_part(name, unit, context));
    parts.leases.push_back(context.leases.try_take(part->facts().id));
    if (!parts.leases.back().held()) {
      return fail(ErrorKind::kConflict, "upload_locked",
                  "part " + name + " is in use by another request; try again");
    }
    if (!part->full()) {
      return fail(ErrorKind::kInvalid, "parts_unfinished",
                  "part " + name + " has not all its bytes; finish it first");
    }
    parts.bytes += part->written();
    parts.uploads.push_back(std::move(part));
  }
  return parts;
}

constexpr std::size_t kHalfBytes = 8;
using Half = std::array<std::uint8_t, kHalfBytes>;

std::string digest_half(ByteSpan random_half) {
  const Digest digest = sha256("final upload " + to_hex(random_half));
  return to_hex(digest.span().first(kHalfBytes));
}

}  // namespace

UploadId make_final_id(Random& random) {
  Half half{};
  random.fill(half);
  auto id = UploadId::parse(to_hex(half) + digest_half(half));
  HANSOM_CHECK(id.has_value());
  return *std::move(id);
}

bool is_final_id(const UploadId& id) {
  const auto bytes = from_hex(id.text());
  if (!bytes) return false;
  const ByteSpan half = ByteSpan(*bytes).first(kHalfBytes);
  return id.text().substr(2 * kHalfBytes) == digest_half(half);
}

Result<std::optional<UploadId>> find_concatenated(const upload::CreateRequest& request,
                                                  UploadFacts facts, const UploadContext& context) {
  for (const std::string& name : request.parts) {
    const auto part = UploadId::parse(name);
    if (!part) return no_part(name);
    facts.parts.push_back(*part);
  }
  return context.host.find_concatenated(facts);
}

http::Awaitable<Taken> concatenate(http::Exchange& exchange, const upload::CreateRequest& request,
                                   UploadFacts facts, UploadContext& context) {
  // 1. The parts are whole and ours.
  auto parts = take_parts(request.parts, facts.unit, context);
  if (!parts) co_return refused(std::move(parts).error());
  if (facts.promised_length().value_or(parts->bytes) != parts->bytes) {
    co_return refused({ErrorKind::kRefused, "manifest_length_mismatch",
                       "the parts have " + std::to_string(parts->bytes) +
                           " bytes, the manifest says " +
                           std::to_string(*facts.promised_length())});
  }
  upload::CreateRequest whole;
  whole.length = parts->bytes;
  if (auto refusal = upload::refuse_create(whole, {facts.bytes_max})) {
    co_return tl::unexpected<upload::Refusal>(*std::move(refusal));
  }
  if (Status room = context.room.check(parts->bytes); !room) {
    co_return refused(std::move(room).error());
  }
  facts.length = parts->bytes;
  for (const Spool::Upload& part : parts->uploads) facts.parts.push_back(part->facts().id);

  // 2. From here the final upload exists, with every byte: a crash leaves it or the parts.
  auto taking = context.leases.take(facts.id, exchange.stop_handle());
  const auto lease = co_await std::move(taking);
  if (!lease) co_return refused(lease.error());
  const std::function<Result<Spool::Upload>()> put_together = [&parts, &facts, &context] {
    return context.spool->concatenate(facts, parts->uploads);
  };
  const auto made = co_await context.disk.await<Spool::Upload>(put_together);
  if (!made) co_return refused(made.error());
  parts->leases.clear();

  // 3. It becomes what it was sent for; then the parts go.
  auto finishing = finish_upload(**made, context);
  auto finished = co_await std::move(finishing);
  if (!finished) co_return refused(std::move(finished).error());
  co_return *std::move(finished);
}

}  // namespace hansom::ingest
