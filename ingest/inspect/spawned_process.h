// A child process with two descriptors and nothing else, that can be waited for like a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/base/durable_file.h"
#include "proto/base/result.h"

namespace hansom::ingest {

// How a process ended: waitid's si_code (CLD_EXITED, CLD_KILLED, CLD_DUMPED) and si_status.
struct ProcessEnd {
  int code = 0;
  int status = 0;
};

// Owns a running child. The destructor kills and reaps it. One thread.
class SpawnedProcess {
 public:
  // Starts `program` with `input` as descriptor 0 and `output` as descriptor 1, every other one
  // closed, an environment of TZ=UTC only, and no signal blocked or ignored. Error: kUnavailable
  // `inspector_start`.
  [[nodiscard]] static Result<SpawnedProcess> start(const std::filesystem::path& program,
                                                    const std::vector<std::string>& arguments,
                                                    int input, int output);
  // Takes a running child of this process that nobody else waits for. Error: as start(); then it
  // was killed and reaped.
  [[nodiscard]] static Result<SpawnedProcess> adopt(int id);
  ~SpawnedProcess();
  SpawnedProcess(SpawnedProcess&& other) noexcept;
  SpawnedProcess& operator=(SpawnedProcess&&) = delete;

  [[nodiscard]] int id() const { return id_; }
  // Readable once the process has ended; for poll.
  [[nodiscard]] int descriptor() const { return pidfd_.get(); }
  void kill();
  // Waits for the end and reaps. Requires: not reaped yet.
  [[nodiscard]] ProcessEnd reap();
  // It was reaped elsewhere.
  void forget() { id_ = -1; }

 private:
  SpawnedProcess(int id, FileDescriptor pidfd) : id_(id), pidfd_(std::move(pidfd)) {}

  int id_ = -1;  // -1: reaped or moved from
  FileDescriptor pidfd_;
};

}  // namespace hansom::ingest
