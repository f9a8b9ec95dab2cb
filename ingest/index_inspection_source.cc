// Waiting clips out of the index, reports back into it.
#include "ingest/index_inspection_source.h"

#include <algorithm>

#include "index/catalogue/catalogue.h"
#include "index/inspections/inspections.h"
#include "index/keys/site_keys.h"
#include "ingest/inspect/sealed_memfd.h"

namespace hansom::ingest {
namespace {

// Randomness that is a function of the vault's secret, the clip and the picture: inspecting a clip
// again after a crash seals the same picture to the same bytes, so no copy is left behind that the
// journal does not name. Distinct pictures never share a key.
class PictureRandom final : public Random {
 public:
  PictureRandom(const age::Identity& identity, const ClipId& clip, ByteSpan image) : seed_(32) {
    Sha256 hash;
    hash.update(as_bytes("hansom sealed thumbnail v1")).update(identity.scalar());
    hash.update(clip.span()).update(sha256(image).span());
    const Digest digest = hash.finish();
    std::copy(digest.bytes.begin(), digest.bytes.end(), seed_.writable().begin());
  }
  void fill(MutableByteSpan out) override {
    while (!out.empty()) {
      Bytes counter;
      append_u64be(counter, counter_++);
      const Digest block = Sha256().update(seed_.span()).update(counter).finish();
      const std::size_t n = std::min(out.size(), block.bytes.size());
      std::copy_n(block.bytes.begin(), n, out.begin());
      out = out.subspan(n);
    }
  }

 private:
  Secret seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace

Result<std::optional<InspectionTask>> IndexInspectionSource::next() {
  const std::lock_guard lock(mutex_);
  HANSOM_TRY_ASSIGN(const View view, index_.view());
  // A clip in hand may stand in the queue twice.
  HANSOM_TRY_ASSIGN(const auto waiting,
                    inspections::pending(view.reader(), 2 * in_hand_.size() + 1));
  for (const inspections::Pending& pending : waiting) {
    if (in_hand_.contains(pending.clip)) continue;
    HANSOM_TRY_ASSIGN(inspections::Due due, inspections::due(view.reader(), pending, levels_));
    in_hand_.insert(pending.clip);
    return InspectionTask{pending.clip, due.died, due.level, std::move(due.order_id)};
  }
  return std::optional<InspectionTask>();
}

Result<FileDescriptor> IndexInspectionSource::open_media(ClipId clip) {
  HANSOM_TRY_ASSIGN(const std::shared_ptr<vault::SealedObject> sealed, vault_.open(clip));
  const age::ReadAt read = [sealed](std::uint64_t offset, MutableByteSpan out) {
    return sealed->read(offset, out);
  };
  HANSOM_TRY_ASSIGN(age::Opener opener, age::Opener::open(read, sealed->size(), identities_.all()));
  return open_to_memfd(opener, media_bytes_max_);
}

Status IndexInspectionSource::store(const InspectionTask& task, evidence::Report report) {
  HANSOM_TRY(seal_thumbnails(task.clip, report));
  evidence::Record record = record_by_server();
  auto* inspected = record.mutable_clip_inspected();
  inspected->set_sealed_sha256(to_text(task.clip.span()));
  *inspected->mutable_report() = report;
  inspected->set_order_id(task.order_id);
  const auto committed = index_.submit_and_wait(std::move(record));
  if (!committed && committed.error().kind != ErrorKind::kGone) return fail(committed.error());
  if (!committed) HANSOM_TRY(remove_thumbnails(report));
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
    PictureRandom random(*identity, clip, image);
    HANSOM_TRY_ASSIGN(const Bytes sealed, age::seal(image, std::span(&recipient, 1), random));
    HANSOM_TRY_ASSIGN(const Digest name, vault_.put(sealed));
    thumbnail.set_sealed_sha256(to_text(name.span()));
    thumbnail.set_image_bytes(image.size());
    thumbnail.clear_image();
  }
  return {};
}

Status IndexInspectionSource::remove_thumbnails(const evidence::Report& report) {
  for (const auto& thumbnail : report.thumbnails()) {
    HANSOM_TRY_ASSIGN(const Digest name, Digest::from_span(as_bytes(thumbnail.sealed_sha256())));
    HANSOM_TRY(vault_.destroy(name));
  }
  return {};
}

void IndexInspectionSource::give_back(const ClipId& clip) {
  const std::lock_guard lock(mutex_);
  in_hand_.erase(clip);
}

}  // namespace hansom::ingest
