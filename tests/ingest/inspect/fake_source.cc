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

void FakeSource::add(std::uint8_t number, Bytes media) {
  const std::lock_guard lock(mutex_);
  media_[clip_id(number)] = std::move(media);
  queue_.push_back(clip_id(number));
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

Result<std::optional<ClipId>> FakeSource::next() {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::optional<ClipId>();
  const ClipId id = queue_.front();
  queue_.pop_front();
  return std::optional(id);
}

Result<FileDescriptor> FakeSource::open_media(ClipId clip) {
  const std::lock_guard lock(mutex_);
  ++opens_[clip];
  if (std::optional<Error> error = take(open_failures_, clip)) return fail(*std::move(error));
  return ingest::bytes_to_memfd(media_.at(clip));
}

Status FakeSource::store(ClipId clip, evidence::Report report) {
  const std::lock_guard lock(mutex_);
  if (std::optional<Error> error = take(store_failures_, clip)) return fail(*std::move(error));
  reports_[clip] = std::move(report);
  changed_.notify_all();
  return {};
}

}  // namespace hansom::test
