// A journal with small rules in a folder that goes away.
#pragma once

#include <future>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/journal/journal.h"
#include "proto/base/secret.h"
#include "tests/support/temp_dir.h"

namespace hansom::journal {

inline constexpr const char* kOrigin = "hansom.example/test";

// A hold's id may be placed once; a reason "apply fails" passes validation and fails to apply;
// everything else is recorded. A placed hold is a row of kRetention: id -> leaf index.
// ClipDestroyed erases the records it names.
class TestRules final : public Rules {
 public:
  [[nodiscard]] Status validate(evidence::Record& record,
                                const store::Reader& state) const override;
  [[nodiscard]] Status apply(const evidence::Record& record, LeafIndex leaf,
                             store::Batch& batch) const override;
};

[[nodiscard]] evidence::Record hold(const std::string& id, const std::string& reason = "reason");
// The smallest act.
[[nodiscard]] evidence::Record access(const std::string& query = "");
[[nodiscard]] evidence::Record clip_accepted(const Digest& clip, std::uint64_t bytes);
[[nodiscard]] evidence::Record clip_destroyed(const Digest& clip,
                                              const std::vector<std::uint64_t>& erased);

// submit(), waiting for the answer.
[[nodiscard]] Result<Committed> commit(Journal& journal, evidence::Record record);

// Flips one bit of a row's value through the store, as a bad disk under it would. Aborts when there
// is no such row.
void flip_bit(store::Store& store, store::Family family, const Bytes& key, std::size_t bit);

// Holds the writer inside the answer of one command, so that a test decides what the next group is.
class HeldWriter {
 public:
  explicit HeldWriter(Journal& journal);
  ~HeldWriter() { release(); }
  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;
  void release();

 private:
  struct Gate {
    std::promise<void> entered;
    std::promise<void> released;
  };
  std::shared_ptr<Gate> gate_;  // shared: the writer may still be leaving when the test goes on
  bool released_ = false;
};

class JournalTest : public ::testing::Test {
 protected:
  JournalTest();
  [[nodiscard]] std::filesystem::path store_path() const { return folder_ / "store"; }
  [[nodiscard]] tlog::Signer signer() const;
  [[nodiscard]] std::unique_ptr<store::Store> open_store(
      store::Mode mode = store::Mode::kCreate) const;
  [[nodiscard]] Result<std::unique_ptr<Journal>> open_journal(store::Store& store,
                                                              EmbeddedOptions options = {});
  // Opens store_ and journal_ anew, as a restart does.
  void restart(EmbeddedOptions options = {});
  void close();
  // Commits `count` accesses, many at once.
  void commit_many(std::uint64_t count);
  // The proof that `leaf` stands under the head that covers it, checked with nothing but the
  // verifier key.
  void expect_proven(LeafIndex leaf);

  test::TempDir folder_;
  ManualClock clock_{from_unix_us(1'700'000'000'000'000)};
  std::unique_ptr<Random> random_ = seeded_random(7);
  TestRules rules_;
  Secret pem_ = tlog::Signer::generate_pem();
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace hansom::journal
