// Waiting clips out of the index, reports back into it.
#include "ingest/index_inspection_source.h"

#include <algorithm>

#include "index/catalogue/catalogue.h"
#include "index/inspections/inspections.h"
#include "index/keys/site_keys.h"
#include "ingest/derived_random.h"
#include "ingest/inspect/sealed_memfd.h"
#include "ingest/repaired_copy.h"
#include "proto/base/sha256.h"

namespace hansom::ingest {
namespace {

// A name that a report gives something derived; nothing where it was never stored.
std::optional<Digest> derived_name(const std::string& sealed_sha256) {
  const auto name = Digest::from_span(as_bytes(sealed_sha256));
  return name ? std::optional(*name) : std::nullopt;
}

}  // namespace

Result<std::optional<InspectionTask>> IndexInspectionSource::next() {
  const std::lock_guard lock(mutex_);
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  // A clip in hand may stand in the queue twice.
  HANSOM_TRY_ASSIGN(const auto waiting,
                    front_.pending(view.reader(), view.position(), 2 * in_hand_.size() + 1));
  for (const inspections::Pending& pending : waiting) {
    if (in_hand_.contains(pending.clip)) continue;
    HANSOM_TRY_ASSIGN(inspections::Due due, inspections::due(view.reader(), pending, levels_));
    in_hand_.insert(pending.clip);
    return InspectionTask{pending.clip, due.died, due.level, std::move(due.order_id)};
  }
  return std::optional<InspectionTask>();
}

Result<age::Opener> IndexInspectionSource::open(const ClipId& clip) const {
  HANSOM_TRY_ASSIGN(const std::shared_ptr<vault::SealedObject> sealed, vault_.open(clip));
  const age::ReadAt read = [sealed](std::uint64_t offset, MutableByteSpan out) {
    return sealed->read(offset, out);
  };
  return age::Opener::open(read, sealed->size(), identities_.all());
}

Result<FileDescriptor> IndexInspectionSource::open_media(ClipId clip) {
  HANSOM_TRY_ASSIGN(age::Opener opener, open(clip));
  return open_to_memfd(opener, media_bytes_max_);
}

Status IndexInspectionSource::store(const InspectionTask& task, evidence::Report report) {
  HANSOM_TRY(seal_thumbnails(task.clip, report));
  HANSOM_TRY(seal_repair(task.clip, report));
  evidence::Record record = record_by_server();
  auto* inspected = record.mutable_clip_inspected();
  inspected->set_sealed_sha256(to_text(task.clip.span()));
  *inspected->mutable_report() = report;
  inspected->set_order_id(task.order_id);
  const auto committed = index_.submit_and_wait(std::move(record));
  if (!committed && committed.error().kind != ErrorKind::kGone) return fail(committed.error());
  if (!committed) HANSOM_TRY(remove_derived(report));
  give_back(task.clip);
  return {};
}

Status IndexInspectionSource::put_back(const InspectionTask& task, const evidence::Report& report) {
  evidence::Record record = record_by_server();
  auto* died = record.mutable_inspector_died();
  died->set_clip(to_text(task.clip.span()));
  died->set_reason_token(report.reason_token());
  died->set_reason(report.reason());
  died->set_order_id(task.order_id);
  const auto committed = index_.submit_and_wait(std::move(record));
  // Gone, or inspected by somebody else: nobody waits for it.
  const bool over = !committed && (committed.error().kind == ErrorKind::kGone ||
                                   committed.error().token == "not_waiting");
  if (!committed && !over) return fail(committed.error());
  give_back(task.clip);
  return {};
}

Result<const age::Identity*> IndexInspectionSource::newest_identity() const {
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  HANSOM_TRY_ASSIGN(const std::string recipient, keys::current_recipient(view.reader()));
  const age::Identity* newest = identities_.find(recipient);
  return newest != nullptr ? newest : &identities_.all().front();
}

Status IndexInspectionSource::seal_thumbnails(const ClipId& clip, evidence::Report& report) {
  HANSOM_TRY_ASSIGN(const age::Identity* identity, newest_identity());
  const age::Recipient recipient = identity->recipient();
  for (auto& thumbnail : *report.mutable_thumbnails()) {
    if (thumbnail.image().empty()) continue;
    const ByteSpan image = as_bytes(thumbnail.image());
    DerivedRandom random("hansom sealed thumbnail v1", *identity, clip, sha256(image));
    HANSOM_TRY_ASSIGN(const Bytes sealed, age::seal(image, std::span(&recipient, 1), random));
    HANSOM_TRY_ASSIGN(const Digest name, vault_.put(sealed));
    thumbnail.set_sealed_sha256(to_text(name.span()));
    thumbnail.set_image_bytes(image.size());
    thumbnail.clear_image();
  }
  return {};
}

Status IndexInspectionSource::seal_repair(const ClipId& clip, evidence::Report& report) {
  if (report.repair().pieces().empty()) return {};
  HANSOM_TRY_ASSIGN(const age::Identity* identity, newest_identity());
  HANSOM_TRY_ASSIGN(age::Opener opener, open(clip));
  return seal_repaired_copy(clip, opener, *identity, vault_, *report.mutable_repair());
}

Status IndexInspectionSource::remove_derived(const evidence::Report& report) {
  for (const auto& thumbnail : report.thumbnails()) {
    const auto name = derived_name(thumbnail.sealed_sha256());
    if (name) HANSOM_TRY(vault_.destroy(*name));
  }
  const auto copy = derived_name(report.repair().sealed_sha256());
  return copy ? vault_.destroy(*copy) : Status{};
}

void IndexInspectionSource::give_back(const ClipId& clip) {
  const std::lock_guard lock(mutex_);
  in_hand_.erase(clip);
}

}  // namespace hansom::ingest
