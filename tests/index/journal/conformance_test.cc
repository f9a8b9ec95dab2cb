// Both journals do what the contract says, and the checks catch those that do not.
#include "tests/index/journal/conformance.h"

#include "index/store/durable_mark.h"
#include "tests/index/journal/failing_store.h"
#include "tests/index/journal/fixture.h"
#include "tests/index/journal/memory_journal.h"

namespace hansom::journal {
namespace {

// The embedded journal on a folder of its own.
class EmbeddedBench final : public Bench {
 public:
  explicit EmbeddedBench(const Secret& pem, const std::filesystem::path& copied_from = {})
      : pem_(pem.clone()) {
    if (!copied_from.empty()) copy_store(copied_from, folder_ / "store");
    store_ = store::Store::open(folder_ / "store", store::Mode::kCreate).value();
    failing_ = std::make_unique<FailingStore>(*store_);
    journal_ = open_embedded(*failing_, rules_, signer(), clock_, *random_).value();
  }
  ~EmbeddedBench() override { journal_.reset(); }
  EmbeddedBench(const EmbeddedBench&) = delete;
  EmbeddedBench& operator=(const EmbeddedBench&) = delete;

  Journal& journal() override { return *journal_; }
  std::unique_ptr<store::Reader> views() override { return store_->snapshot(); }
  tlog::VerifierKey key() const override { return signer().verifier(); }
  void set_time(UtcTime time) override { clock_.set(time); }
  // The files as they are: what was written, without what is only in memory. Whether it was synced
  // is for the tests that cut the power.
  std::unique_ptr<Bench> after_power_cut() override {
    return std::make_unique<EmbeddedBench>(pem_, folder_ / "store");
  }
  void fail_next_commit() override { failing_->fail_next(Failure::kBeforeWrite); }

 private:
  // While the journal goes on: the mark first, since it is written after the commit it speaks of.
  // Copied later it would speak of one that the copy of the log does not have.
  static void copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to);
    std::filesystem::copy(store::DurableMark::path_in(from), to);
    std::filesystem::copy(
        from, to,
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
  }
  [[nodiscard]] tlog::Signer signer() const {
    return tlog::Signer::from_pem(kOrigin, pem_).value();
  }
  Secret pem_;
  test::TempDir folder_;
  TestRules rules_;
  ManualClock clock_{from_unix_us(1'700'000'000'000'000)};
  std::unique_ptr<Random> random_ = seeded_random(5);
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<FailingStore> failing_;
  std::unique_ptr<Journal> journal_;
};

struct Implementation {
  const char* name;
  MakeBench make;
};

class ConformanceTest : public ::testing::TestWithParam<std::tuple<Implementation, Check>> {};

TEST_P(ConformanceTest, DoesWhatTheContractSays) {
  const auto& [implementation, check] = GetParam();
  EXPECT_EQ(check.run(implementation.make), "");
}

INSTANTIATE_TEST_SUITE_P(
    Journals, ConformanceTest,
    ::testing::Combine(::testing::Values(Implementation{"Embedded",
                                                        [] {
                                                          return std::make_unique<EmbeddedBench>(
                                                              tlog::Signer::generate_pem());
                                                        }},
                                         Implementation{
                                             "Memory",
                                             [] { return make_memory_bench(Defect::kNone); }}),
                       ::testing::ValuesIn(conformance_checks())),
    [](const auto& each) {
      return std::string(std::get<0>(each.param).name) + std::get<1>(each.param).name;
    });

struct Broken {
  const char* name;
  Defect defect;
  std::string caught_by;
};
class BrokenJournalTest : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenJournalTest, IsCaught) {
  const auto make = [] { return make_memory_bench(GetParam().defect); };
  std::vector<std::string> caught;
  for (const Check& check : conformance_checks()) {
    if (!check.run(make).empty()) caught.emplace_back(check.name);
  }
  EXPECT_THAT(caught, ::testing::Contains(GetParam().caught_by));
}

INSTANTIATE_TEST_SUITE_P(
    Journals, BrokenJournalTest,
    ::testing::Values(
        Broken{"AnswersBeforeDurable", Defect::kAnswersBeforeDurable, "DurableBeforeAnswered"},
        Broken{"SwapsOrder", Defect::kSwapsOrder, "Order"},
        Broken{"ForgetsViews", Defect::kForgetsViews, "Views"},
        Broken{"SignsTwice", Defect::kSignsTwice, "Identity"},
        Broken{"KeepsRefusedRows", Defect::kKeepsRefusedRows, "Refusals"},
        Broken{"TimeRunsBack", Defect::kTimeRunsBack, "Time"},
        Broken{"AcknowledgesFailure", Defect::kAcknowledgesFailure, "FailedCommit"},
        Broken{"TakesMoreAfterFailure", Defect::kTakesMoreAfterFailure, "FailedCommit"},
        Broken{"KeepsErasedRecords", Defect::kKeepsErasedRecords, "Erasure"}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace hansom::journal
