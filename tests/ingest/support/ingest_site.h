// A small site for tests of ingest: index, vault, vault identity, certificates, an enrolled unit,
// and clips that it made. Can be closed and opened again, as after a crash.
#pragma once

#include <memory>
#include <string>

#include "index/evidence_index.h"
#include "index/site/site_config.h"
#include "index/vault/vault.h"
#include "ingest/unit_api.h"
#include "proto/age/identity_set.h"
#include "proto/evidence/manifest.h"
#include "tests/support/fake_exchange.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace hansom::test {

// Passes calls on to a real vault, unless told to fail.
class BreakableVault final : public vault::Vault {
 public:
  explicit BreakableVault(std::unique_ptr<vault::Vault> inner) : inner_(std::move(inner)) {}
  bool adopt_fails = false;           // kStorage, and nothing was done
  std::function<void()> after_adopt;  // called when adopt() has succeeded

  [[nodiscard]] Result<std::filesystem::path> adopt(const std::filesystem::path& spool_file,
                                                    const Digest& name) override;
  [[nodiscard]] Result<Digest> put(ByteSpan bytes) override { return inner_->put(bytes); }
  [[nodiscard]] Result<std::unique_ptr<vault::SealedObject>> open(
      const Digest& name) const override {
    return inner_->open(name);
  }
  [[nodiscard]] Status destroy(const Digest& name) override { return inner_->destroy(name); }
  [[nodiscard]] Status for_each(
      const std::function<bool(const Digest& name, std::uint64_t bytes)>& visit) const override {
    return inner_->for_each(visit);
  }

 private:
  std::unique_ptr<vault::Vault> inner_;
};

// A sealed clip and what its unit says about it.
struct MadeClip {
  Bytes sealed;
  evidence::Manifest manifest;
  std::string jws;
  [[nodiscard]] std::string metadata() const;  // the Upload-Metadata field
};

class IngestSite {
 public:
  IngestSite();
  ~IngestSite();
  IngestSite(const IngestSite&) = delete;
  IngestSite& operator=(const IngestSite&) = delete;

  // The process ends and a new one starts: memory is gone, files stay. The housekeeping of the new
  // one is started only by the test.
  void restart();

  void enrol(const std::string& unit_name, const Identity& certificate);
  void revoke(const std::string& unit_name);
  // The rest of what the register says is empty.
  void load_register(const std::string& unit_name, const std::string& registration);
  void destroy_clip(const ClipId& clip);  // leaf first, then vault, as a sweep does

  // Seals `media` for `to` (the vault if not given) and has unit "cab-7" sign a manifest for it.
  [[nodiscard]] MadeClip make_clip(ByteSpan media);
  [[nodiscard]] MadeClip make_clip(ByteSpan media, const age::Recipient& to);
  // Any bytes as a clip, the manifest truthful about them.
  [[nodiscard]] MadeClip claim(Bytes sealed);
  // Signs again after `manifest` was changed.
  void sign(MadeClip& clip);
  void sign_with(MadeClip& clip, const Identity& identity);

  // An exchange of cab-7, with Tus-Resumable.
  [[nodiscard]] std::unique_ptr<FakeExchange> exchange(const std::string& method,
                                                       const std::string& path);
  [[nodiscard]] std::unique_ptr<FakeExchange> creation(const MadeClip& clip);
  [[nodiscard]] std::unique_ptr<FakeExchange> patch(const std::string& path, std::uint64_t offset,
                                                    ByteSpan body, std::size_t piece_bytes);
  // Runs exchanges to their end, and returns the outcome of the first.
  std::string run(FakeExchange& exchange);
  void start(FakeExchange& exchange);
  void run_started();

  // Creates an upload and returns its path.
  [[nodiscard]] std::string create(const MadeClip& clip);

  [[nodiscard]] std::size_t files_in_spool() const;
  [[nodiscard]] std::size_t objects_in_vault() const;

  TempDir folder;
  site::SiteConfig config;
  ManualClock clock;
  std::unique_ptr<Random> random;
  age::Identity vault_identity;
  age::IdentitySet vault_identities;  // that one
  std::unique_ptr<TestPki> pki;
  Identity unit;  // cab-7
  std::unique_ptr<EvidenceIndex> index;
  std::unique_ptr<BreakableVault> vault;
  std::unique_ptr<ingest::UnitApi> api;
  boost::asio::io_context io;

 private:
  void open();
  void record(evidence::Record record);
  std::string journal_pem_;
};

// How the units' listener of such a site is set up: mutual TLS, tus' method override.
[[nodiscard]] http::ServerOptions units_listener(const IngestSite& site);

}  // namespace hansom::test
