// The site of the tests.
#include "tests/index/fsck/site.h"

#include "index/catalogue/clip_rows.h"
#include "index/retention/retention.h"

namespace hansom::fsck {

SiteTest::SiteTest() : vault_(vault::open_file_vault(folder_ / "vault").value()) {
  std::filesystem::create_directory(folder_ / "spool");
  std::filesystem::create_directory(folder_ / "scratch");
  open(store::Mode::kCreate);
  submit(test::site_opened());
  submit(test::unit_enrolled("unit-1"));
}

tlog::Signer SiteTest::signer() const {
  return tlog::Signer::from_pem("hansom.example/test", pem_).value();
}

void SiteTest::open(store::Mode mode) {
  index_.reset();
  EvidenceIndexOptions options;
  options.directory = folder_ / "store";
  options.clock = &clock_;
  options.random = random_.get();
  auto opened = EvidenceIndex::open(signer(), options, mode);
  ASSERT_TRUE(opened) << opened.error().message;
  index_ = *std::move(opened);
}

std::unique_ptr<store::Store> SiteTest::raw_store() const {
  auto store = store::Store::open(folder_ / "store", store::Mode::kOpen);
  EXPECT_TRUE(store) << store.error().message;
  return *std::move(store);
}

void SiteTest::change(const std::function<void(store::Batch&)>& change) {
  close();
  const auto store = raw_store();
  const auto batch = store->begin();
  change(*batch);
  ASSERT_TRUE(store->commit(*batch));
}

void SiteTest::submit(const evidence::Record& record) {
  const auto done = index_->submit_and_wait(record);
  ASSERT_TRUE(done) << done.error().message;
}

void SiteTest::accept(const std::string& name) {
  test::ClipSpec spec;
  spec.name = name;
  evidence::Record record = test::clip_accepted(spec);
  record.mutable_clip_accepted()->set_sealed_bytes(name.size());
  ASSERT_TRUE(vault_->put(as_bytes(name)));
  submit(record);
}

void SiteTest::add_clip(const std::string& name) {
  accept(name);
  ASSERT_TRUE(vault_->put(as_bytes(name + " picture")));
  submit(test::clip_inspected(name, {name + " picture"}));
}

void SiteTest::destroy(const std::string& name, bool remove_objects, bool finish) {
  evidence::SweepPlan plan;
  plan.set_as_of_us(test::kStartUs);
  plan.add_items()->set_clip(test::digest_text(name));
  const Digest digest = retention::plan_digest(plan);
  submit(test::sweep_planned(plan));
  submit(test::sweep_started(digest));
  submit(test::clip_destroyed(digest, test::digest_text(name)));
  if (remove_objects) {
    ASSERT_TRUE(vault_->destroy(test::clip_id(name)));
    ASSERT_TRUE(vault_->destroy(test::clip_id(name + " picture")));
  }
  if (finish) submit(test::sweep_finished(digest));
}

Report SiteTest::check(std::optional<journal::VaultSample> sample) {
  auto report = fsck({.store = folder_ / "store",
                      .vault = folder_ / "vault",
                      .spool = folder_ / "spool",
                      .key = signer().verifier(),
                      .sample = sample,
                      .scratch = folder_ / "scratch",
                      .progress = {}});
  EXPECT_TRUE(report) << report.error().message;
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "scratch"));
  return *std::move(report);
}

void SiteTest::expect(const std::vector<std::string>& findings,
                      const std::vector<std::string>& notes) {
  const Report report = check();
  const auto words = [](const std::vector<Finding>& list) {
    std::vector<std::string> out;
    out.reserve(list.size());
    for (const Finding& finding : list) out.push_back(finding.token + " " + finding.where);
    return out;
  };
  EXPECT_THAT(words(report.findings), testing::UnorderedElementsAreArray(findings));
  EXPECT_THAT(words(report.notes), testing::UnorderedElementsAreArray(notes));
  EXPECT_EQ(report.findings_found, findings.size());
  EXPECT_EQ(report.notes_found, notes.size());
}

std::filesystem::path SiteTest::object_path(const std::string& name) const {
  const std::string hex = test::clip_id(name).hex();
  return folder_ / "vault" / hex.substr(0, 2) / (hex + ".age");
}

}  // namespace hansom::fsck
