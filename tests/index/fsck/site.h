// A site in a folder that goes away: journal, views and vault as the server has them, and a spool.
#pragma once

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "index/evidence_index.h"
#include "index/fsck/fsck.h"
#include "index/vault/vault.h"
#include "tests/support/memory_index.h"
#include "tests/support/temp_dir.h"

namespace hansom::fsck {

class SiteTest : public testing::Test {
 protected:
  // An enrolled unit; then nothing.
  SiteTest();
  void open(store::Mode mode = store::Mode::kOpen);
  void close() { index_.reset(); }
  // Without an index: how tests damage what lies there. Requires: closed.
  [[nodiscard]] std::unique_ptr<store::Store> raw_store() const;
  // Closes the site and changes its rows behind its back.
  void change(const std::function<void(store::Batch&)>& change);

  void submit(const evidence::Record& record);
  // A clip whose sealed bytes are its name, in vault and journal, inspected, with one thumbnail.
  void add_clip(const std::string& name);
  void accept(const std::string& name);
  // Plans, starts, and destroys this clip and its objects; finishes the sweep when told.
  void destroy(const std::string& name, bool remove_objects, bool finish);

  [[nodiscard]] Report check(std::optional<journal::VaultSample> sample = std::nullopt);
  // Exactly these findings and notes, as "token where".
  void expect(const std::vector<std::string>& findings, const std::vector<std::string>& notes = {});
  [[nodiscard]] std::filesystem::path object_path(const std::string& name) const;
  [[nodiscard]] tlog::Signer signer() const;

  test::TempDir folder_;
  ManualClock clock_{from_unix_us(test::kStartUs)};
  std::unique_ptr<Random> random_ = seeded_random(11);
  Secret pem_ = tlog::Signer::generate_pem();
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<EvidenceIndex> index_;
};

}  // namespace hansom::fsck
