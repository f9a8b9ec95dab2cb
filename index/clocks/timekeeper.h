// Keeps every clip's interval of true time as good as what is known: a thread of the server that
// reckons the clocks of units that wait, and journals what changed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "index/clocks/reckon.h"
#include "index/evidence_index.h"

namespace hansom::clocks {

// Statements under way in the journal's queue at once.
inline constexpr std::size_t kStatementsAtOnce = 128;

// Whether a unit may have to be reckoned after this.
[[nodiscard]] bool brings_facts(const evidence::Record& record);

// Owns one thread. Everything given to it outlives it. Calls from any thread.
class Timekeeper {
 public:
  // `zone`: of the people who use the units.
  Timekeeper(EvidenceIndex& index, timeline::Zone zone);
  ~Timekeeper();
  Timekeeper(const Timekeeper&) = delete;
  Timekeeper& operator=(const Timekeeper&) = delete;

  // Starts the thread: first what waited through the last stop, and units that an older algorithm
  // reckoned.
  void start();
  // Ends between two units or two statements; what was not done still waits after the next start.
  // Idempotent.
  void stop();
  // Something may wait. Quick.
  void notify();

  struct Figures {
    std::uint64_t units = 0;   // reckoned, each time counted
    std::uint64_t stated = 0;  // ClipTimed
  };
  [[nodiscard]] Figures figures() const;

  // Reckons one waiting unit on the caller's thread; false: none waits. Requires: the thread was
  // not started. Errors: kStorage, kUnavailable (the journal takes no facts), kCancelled
  // `cancelled` by stop(); the unit waits on.
  [[nodiscard]] Result<bool> run_one();

 private:
  void run();
  void rest(std::chrono::steady_clock::duration time);  // ends early when told to stop
  [[nodiscard]] Result<std::optional<Waiting>> next(const store::Reader& reader);
  [[nodiscard]] Status state(Reckoned reckoned);
  [[nodiscard]] bool stopping() const;

  EvidenceIndex& index_;
  const timeline::Zone zone_;
  std::string last_;                // the unit reckoned last; the next in turn comes behind it
  std::set<std::string> outdated_;  // by an older algorithm
  std::uint64_t clips_ = 0;         // of the unit in hand: looked at
  std::uint64_t stated_ = 0;        // ... and stated

  mutable std::mutex mutex_;  // what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  bool notified_ = false;
  Figures figures_;
  std::thread thread_;
};

}  // namespace hansom::clocks
