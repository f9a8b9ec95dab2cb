// A queue of clips in memory: see fake_source.h.
#include "tests/ingest/inspect/fake_source.h"

#include <chrono>

#include "ingest/inspect/sealed_memfd.h"

namespace hansom::test {

ClipId FakeSource::clip_id(std::uint8_t number) {
  ClipId id;
  id.bytes[0] = number;
  return id;
}

void FakeSource::add(std::uint8_t number, Bytes media, unsigned died,
                     evidence::Report::Level level) {
  const std::lock_guard lock(mutex_);
  media_[clip_id(number)] = std::move(media);
  queue_.push_back({clip_id(number), died, level, {}});
}

void FakeSource::fail_open(std::uint8_t number, Error error, int times) {
  const std::lock_guard lock(mutex_);
  open_failures_[clip_id(number)] = {std::move(error), times};
}

void FakeSource::fail_store(std::uint8_t number, Error error, int times) {
  const std::lock_guard lock(mutex_);
  store_failures_[clip_id(number)] = {std::move(error), times};
}

std::optional<evidence::Report> FakeSource::wait_for(std::uint8_t number) {
  std::unique_lock lock(mutex_);
  const ClipId id = clip_id(number);
  if (!changed_.wait_for(lock, std::chrono::seconds(30), [&] { return reports_.count(id) > 0; })) {
    return std::nullopt;
  }
  return reports_.at(id);
}

std::size_t FakeSource::stored() const {
  const std::lock_guard lock(mutex_);
  return reports_.size();
}

int FakeSource::opens(std::uint8_t number) const {
  const std::lock_guard lock(mutex_);
  const auto found = opens_.find(clip_id(number));
  return found == opens_.end() ? 0 : found->second;
}

std::optional<Error> FakeSource::take(std::map<ClipId, Failure>& failures, const ClipId& clip) {
  const auto found = failures.find(clip);
  if (found == failures.end() || found->second.times == 0) return std::nullopt;
  --found->second.times;
  return found->second.error;
}

std::vector<std::string> FakeSource::deaths() const {
  const std::lock_guard lock(mutex_);
  return deaths_;
}

Result<std::optional<ingest::InspectionTask>> FakeSource::next() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::optional<ingest::InspectionTask>();
  const ingest::InspectionTask task = queue_.front();
  queue_.pop_front();
  return std::optional(task);
}

Result<FileDescriptor> FakeSource::open_media(ClipId clip) {
  const std::lock_guard lock(mutex_);
  ++opens_[clip];
  if (std::optional<Error> error = take(open_failures_, clip)) return fail(*std::move(error));
  return ingest::bytes_to_memfd(media_.at(clip));
}

Status FakeSource::store(const ingest::InspectionTask& task, evidence::Report report) {
  const std::lock_guard lock(mutex_);
  if (std::optional<Error> error = take(store_failures_, task.clip)) {
    return fail(*std::move(error));
  }
  reports_[task.clip] = std::move(report);
  changed_.notify_all();
  return {};
}

Status FakeSource::put_back(const ingest::InspectionTask& task, const evidence::Report& report) {
  const std::lock_guard lock(mutex_);
  if (std::optional<Error> error = take(store_failures_, task.clip)) {
    return fail(*std::move(error));
  }
  deaths_.push_back(report.reason_token());
  queue_.push_back({task.clip, task.died + 1, task.level, task.order_id});
  return {};
}

}  // namespace hansom::test
