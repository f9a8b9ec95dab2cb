// A store whose next commit fails when told to.
#pragma once

#include <atomic>

#include "index/store/store.h"

namespace hansom::journal {

enum class Failure {
  kNone,
  kBeforeWrite,  // nothing reached the disk
  kAfterWrite,   // everything did, but the sync said otherwise
};

// Passes everything on to `inner`, which must outlive it.
class FailingStore final : public store::Store {
 public:
  explicit FailingStore(store::Store& inner) : inner_(inner) {}
  void fail_next(Failure failure) { next_ = failure; }
  [[nodiscard]] int commits_tried() const { return commits_tried_; }

  [[nodiscard]] std::unique_ptr<store::Reader> snapshot() const override;
  [[nodiscard]] std::unique_ptr<store::Batch> begin() override;
  [[nodiscard]] std::unique_ptr<store::Batch> begin_behind(const store::Batch& in_flight,
                                                           std::function<void()> settle) override;
  [[nodiscard]] Status commit(store::Batch& batch) override;
  [[nodiscard]] Status commit_replacing(std::span<const store::Family> families,
                                        store::Batch& batch) override;
  [[nodiscard]] Status copy_to(const std::filesystem::path& directory) const override;
  [[nodiscard]] Status verify_checksums() const override;

 private:
  store::Store& inner_;
  std::atomic<Failure> next_ = Failure::kNone;
  std::atomic<int> commits_tried_ = 0;
};

}  // namespace hansom::journal
