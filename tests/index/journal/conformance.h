// What every implementation of Journal must do, as checks that say what they found wrong. journal.h
// is the contract; each check names its clause.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "index/journal/journal.h"

namespace hansom::journal {

// One journal under test with all it stands on. Its rules are those of the fixture (TestRules): a
// hold may be placed once and is a row of kRetention, ClipDestroyed erases the records it names.
class Bench {
 public:
  virtual ~Bench() = default;
  [[nodiscard]] virtual Journal& journal() = 0;
  [[nodiscard]] virtual std::unique_ptr<store::Reader> views() = 0;
  [[nodiscard]] virtual tlog::VerifierKey key() const = 0;
  // Of what the journal reads the time from.
  virtual void set_time(UtcTime time) = 0;
  // A second bench, opened on what would be left if the power went now. Any thread; also from
  // within an answer.
  [[nodiscard]] virtual std::unique_ptr<Bench> after_power_cut() = 0;
  // The next commit fails.
  virtual void fail_next_commit() = 0;
};
using MakeBench = std::function<std::unique_ptr<Bench>()>;

struct Check {
  const char* name;
  // Empty: the implementation does what the clause says.
  std::string (*run)(const MakeBench& make);
};
[[nodiscard]] const std::vector<Check>& conformance_checks();

}  // namespace hansom::journal
