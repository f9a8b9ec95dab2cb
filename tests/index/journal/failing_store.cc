// Passing on, and failing.
#include "tests/index/journal/failing_store.h"

namespace hansom::journal {

std::unique_ptr<store::Reader> FailingStore::snapshot() const {
  return inner_.snapshot();
}
std::unique_ptr<store::Batch> FailingStore::begin() {
  return inner_.begin();
}
std::unique_ptr<store::Batch> FailingStore::begin_behind(const store::Batch& in_flight,
                                                         std::function<void()> settle) {
  return inner_.begin_behind(in_flight, std::move(settle));
}
Status FailingStore::copy_to(const std::filesystem::path& directory) const {
  return inner_.copy_to(directory);
}
Status FailingStore::verify_checksums() const {
  return inner_.verify_checksums();
}

Status FailingStore::commit(store::Batch& batch) {
  ++commits_tried_;
  const Failure failure = next_.exchange(Failure::kNone);
  if (failure == Failure::kNone) return inner_.commit(batch);
  if (failure == Failure::kAfterWrite) HANSOM_TRY(inner_.commit(batch));
  return fail(ErrorKind::kStorage, "storage_failed", "injected");
}

Status FailingStore::commit_replacing(std::span<const store::Family> families,
                                      store::Batch& batch) {
  ++commits_tried_;
  const Failure failure = next_.exchange(Failure::kNone);
  if (failure == Failure::kNone) return inner_.commit_replacing(families, batch);
  if (failure == Failure::kAfterWrite) HANSOM_TRY(inner_.commit_replacing(families, batch));
  return fail(ErrorKind::kStorage, "storage_failed", "injected");
}

}  // namespace hansom::journal
