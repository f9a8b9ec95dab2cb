// What units may upload, and what becomes of it.
#include "ingest/unit_uploads.h"

#include "index/catalogue/catalogue.h"
#include "ingest/upload/check_creation.h"
#include "ingest/upload/upload_routes.h"
#include "proto/upload/dialect_fields.h"

namespace hansom::ingest {
namespace {

// What is told of a clip that exists.
upload::Facts complete(const UploadId& id, const ClipId& clip, std::uint64_t length) {
  upload::Facts facts;
  facts.state = upload::Facts::State::kComplete;
  facts.offset = length;
  facts.length = length;
  facts.receipt = receipt_path(id);
  facts.digests = {{upload::HashAlgorithm::kSha256, Bytes(clip.bytes.begin(), clip.bytes.end())}};
  return facts;
}

// Of a concatenation; none otherwise.
std::vector<UploadId> parts_of(const evidence::Record& accepted) {
  std::vector<UploadId> parts;
  for (const std::string& name : accepted.clip_accepted().parts()) {
    if (auto part = UploadId::parse(name)) parts.push_back(*std::move(part));
  }
  return parts;
}

}  // namespace

Result<KnownUnit> UnitUploads::identify(const http::Peer& peer) const {
  return identify_unit(index_, peer);
}

Status UnitUploads::check_open() const {
  // Bytes that cannot become a clip are better kept by their unit.
  if (index_.journal().healthy()) return {};
  return fail(ErrorKind::kStorage, "journal_failed",
              "an earlier commit failed; nothing is accepted until a restart");
}

Status UnitUploads::check_still_known(const KnownUnit& unit) const {
  return ingest::check_still_known(index_, unit);
}

Result<UploadFacts> UnitUploads::check_creation(const upload::CreateRequest& request,
                                                const http::Peer& peer,
                                                const KnownUnit& unit) const {
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  return ingest::check_creation(request, peer.certificate->spki_der, unit, view.reader());
}

http::Awaitable<Result<upload::Facts>> UnitUploads::finish(SpoolUpload& upload,
                                                           UploadContext& context) {
  AcceptTools tools{index_,       vault_,        identities_.all(), clock_,     *context.spool,
                    context.disk, context.syncs, context.fault,     accepting_, clips_accepted_};
  const auto leaf = co_await accept_clip(upload, tools);
  if (!leaf) co_return fail(leaf.error());
  const UploadFacts& of = upload.facts();
  upload::Facts facts = complete(of.id, of.clip, of.manifest.sealed_bytes());
  facts.metadata = of.metadata;
  facts.concat = of.concat;
  facts.concat_text = upload::concat_text(of, kUploadsPath);
  co_return facts;
}

Result<std::optional<evidence::Receipt>> UnitUploads::find_receipt(const UploadId& id,
                                                                   const KnownUnit& unit) const {
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  HANSOM_TRY_ASSIGN(const auto leaf, catalogue::find_upload(view.reader(), id));
  if (!leaf) return std::nullopt;
  HANSOM_TRY_ASSIGN(evidence::Receipt receipt, index_.receipt(*leaf));
  if (receipt.unit != unit.id.text()) return std::nullopt;
  return receipt;
}

// The spool is gone; the record still has the manifest as it came, and the names of the parts.
Result<std::optional<upload::Facts>> UnitUploads::find_complete(const UploadId& id,
                                                                const KnownUnit& unit) const {
  HANSOM_TRY_ASSIGN(const auto receipt, find_receipt(id, unit));
  if (!receipt) return std::nullopt;
  upload::Facts facts = complete(id, receipt->clip, receipt->sealed_bytes);
  evidence::Record record;
  if (!record.ParseFromArray(receipt->record.data(), static_cast<int>(receipt->record.size()))) {
    return facts;
  }
  upload::Metadata metadata;
  metadata.add(std::string(upload::kManifestKey), record.clip_accepted().manifest_jws());
  facts.metadata = metadata.text();
  facts.concat_text = upload::concat_text(parts_of(record), kUploadsPath);
  return facts;
}

Result<std::optional<UploadId>> UnitUploads::find_concatenated(const UploadFacts& wanted) const {
  if (wanted.parts.empty()) return std::nullopt;
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  HANSOM_TRY_ASSIGN(const auto leaf,
                    catalogue::find_concatenation(view.reader(), wanted.parts.front()));
  if (!leaf) return std::nullopt;
  HANSOM_TRY_ASSIGN(const evidence::Receipt receipt, index_.receipt(*leaf));
  evidence::Record record;
  const bool same =
      receipt.unit == wanted.unit.text() && receipt.clip == wanted.clip &&
      record.ParseFromArray(receipt.record.data(), static_cast<int>(receipt.record.size())) &&
      parts_of(record) == wanted.parts;
  if (!same) return std::nullopt;
  HANSOM_TRY_ASSIGN(UploadId id, UploadId::parse(receipt.upload));
  return id;
}

}  // namespace hansom::ingest
