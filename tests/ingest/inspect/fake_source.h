// A queue of clips in memory, for tests of the pool.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ingest/inspect/inspection_source.h"
#include "proto/base/bytes.h"

namespace hansom::test {

// Thread-safe. Clips are named by their place in the order of adding.
class FakeSource final : public ingest::InspectionSource {
 public:
  static ClipId clip_id(std::uint8_t number);

  // `died`: inspectors that died over it before.
  void add(std::uint8_t number, Bytes media, unsigned died = 0,
           evidence::Report::Level level = evidence::Report::KEYFRAMES);
  // The next calls of open_media or store for the clip fail with this error, `times` times.
  void fail_open(std::uint8_t number, Error error, int times);
  void fail_store(std::uint8_t number, Error error, int times);

  // Waits for the clip's report; nothing after half a minute.
  [[nodiscard]] std::optional<evidence::Report> wait_for(std::uint8_t number);
  [[nodiscard]] std::size_t stored() const;
  [[nodiscard]] int opens(std::uint8_t number) const;
  // The reason tokens of all that was put back, in order.
  [[nodiscard]] std::vector<std::string> deaths() const;

  Result<std::optional<ingest::InspectionTask>> next() override;
  Result<FileDescriptor> open_media(ClipId clip) override;
  Status store(const ingest::InspectionTask& task, evidence::Report report) override;
  Status put_back(const ingest::InspectionTask& task, const evidence::Report& report) override;

 private:
  struct Failure {
    Error error;
    int times = 0;
  };
  static std::optional<Error> take(std::map<ClipId, Failure>& failures, const ClipId& clip);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ingest::InspectionTask> queue_;
  std::vector<std::string> deaths_;
  std::map<ClipId, Bytes> media_;
  std::map<ClipId, int> opens_;
  std::map<ClipId, Failure> open_failures_;
  std::map<ClipId, Failure> store_failures_;
  std::map<ClipId, evidence::Report> reports_;
};

}  // namespace hansom::test
