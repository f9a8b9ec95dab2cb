// The warm parent of inspectors, seen from the server: started when it is first needed and whenever
// it has died, asked for one child a clip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ingest/inspect/inspector/fork_request.h"
#include "ingest/inspect/spawned_process.h"

namespace hansom::ingest {

// A child of one parent process. Its end is waited for here like that of any child of ours.
struct ForkedProcess {
  std::shared_ptr<class ParentProcess> parent;  // shared: it goes when its last child has gone
  SpawnedProcess process;
};

// Any thread; but the kernel ends parent and children with the thread that called fork() when the
// parent was started: such threads end together.
class WarmParent {
 public:
  // After so many children another process takes over, so that no layout of an address space, which
  // children have in common, lasts.
  static constexpr unsigned kChildrenMax = 256;

  WarmParent(std::filesystem::path program, std::vector<std::string> arguments);
  // Requires: no ForkedProcess of it is left.
  ~WarmParent();
  WarmParent(const WarmParent&) = delete;
  WarmParent& operator=(const WarmParent&) = delete;

  // A child with `clip` and `answer` as its only descriptors. Error: kUnavailable
  // `inspector_start`; then no child is left that has them.
  [[nodiscard]] Result<ForkedProcess> fork(ForkRequest request, int clip, int answer);
  // What `child` was forked from is not asked again: whoever made it die may have learned something
  // of the layout that its brothers have.
  void retire(const ForkedProcess& child);
  // Parents started so far.
  [[nodiscard]] std::uint64_t started() const;

 private:
  // Requires: mutex_, and that current_ was asked.
  [[nodiscard]] Result<ForkedProcess> take_child();

  const std::filesystem::path program_;
  const std::vector<std::string> arguments_;
  mutable std::mutex mutex_;  // guards the rest; held while a child is asked for
  std::shared_ptr<ParentProcess> current_;
  std::uint64_t started_ = 0;
};

}  // namespace hansom::ingest
