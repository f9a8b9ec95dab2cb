// A small site for tests of ingest.
#include "tests/ingest/support/ingest_site.h"

#include "index/retention/retention.h"
#include "proto/base/check.h"
#include "proto/base/durable_file.h"
#include "proto/evidence/jws.h"
#include "proto/upload/metadata.h"

namespace hansom::test {

namespace fs = std::filesystem;

Result<fs::path> BreakableVault::adopt(const fs::path& spool_file, const Digest& name) {
  if (adopt_fails) return fail(ErrorKind::kStorage, "storage_failed", "told to fail");
  auto folder = inner_->adopt(spool_file, name);
  if (folder && after_adopt) after_adopt();
  return folder;
}

std::string MadeClip::metadata() const {
  upload::Metadata metadata;
  metadata.add("manifest", jws);
  return metadata.text();
}

IngestSite::IngestSite()
    : clock(from_rfc3339("2026-03-01T10:00:00Z").value()),
      random(seeded_random(7)),
      vault_identity(age::Identity::generate(*random)),
      vault_identities(vault_identity.clone()),
      pki(std::make_unique<TestPki>(folder.path())),
      unit(pki->unit("cab-7")) {
  config.origin = "test/site";
  config.controller = "council";
  config.data = folder / "data";
  config.clip_bytes_max = 64ULL << 20;
  config.spool_reserve_percent = 0;
  journal_pem_ = std::string(tlog::Signer::generate_pem().text());
  open();
  enrol("cab-7", unit);
}

IngestSite::~IngestSite() = default;

void IngestSite::open() {
  EvidenceIndexOptions options;
  options.directory = config.store();
  options.clock = &clock;
  options.random = random.get();
  auto signer = tlog::Signer::from_pem(config.origin, Secret(std::string_view(journal_pem_)));
  HANSOM_CHECK(signer.has_value());
  auto opened = EvidenceIndex::open(*std::move(signer), options, store::Mode::kCreate);
  HANSOM_CHECK(opened.has_value());
  index = *std::move(opened);
  auto files = vault::open_file_vault(config.vault());
  HANSOM_CHECK(files.has_value());
  vault = std::make_unique<BreakableVault>(*std::move(files));
  ingest::UnitApi::Dependencies use;
  use.config = &config;
  use.index = index.get();
  use.vault = vault.get();
  use.vault_identities = &vault_identities;
  use.clock = &clock;
  use.random = random.get();
  auto units = ingest::UnitApi::open(use);
  HANSOM_CHECK(units.has_value());
  api = *std::move(units);
}

void IngestSite::restart() {
  api = nullptr;
  index = nullptr;
  vault = nullptr;
  open();
}

void IngestSite::record(evidence::Record record) {
  HANSOM_CHECK(index->submit_and_wait(std::move(record)).has_value());
}

void IngestSite::enrol(const std::string& unit_name, const Identity& certificate) {
  evidence::Record act = record_by_server();
  act.mutable_unit_enrolled()->set_unit(unit_name);
  act.mutable_unit_enrolled()->set_certificate_der(to_text(certificate.der));
  act.mutable_unit_enrolled()->set_controller(config.controller);
  record(std::move(act));
}

void IngestSite::revoke(const std::string& unit_name) {
  evidence::Record act = record_by_server();
  act.mutable_unit_revoked()->set_unit(unit_name);
  act.mutable_unit_revoked()->set_reason("stolen");
  record(std::move(act));
}

void IngestSite::load_register(const std::string& unit_name, const std::string& registration) {
  evidence::Record act = record_by_server();
  evidence::RegisterLink& link = *act.mutable_register_loaded()->add_links();
  link.set_unit(unit_name);
  link.set_registration(registration);
  record(std::move(act));
}

MadeClip IngestSite::make_clip(ByteSpan media) {
  return make_clip(media, vault_identity.recipient());
}

MadeClip IngestSite::make_clip(ByteSpan media, const age::Recipient& to) {
  auto sealed = age::seal(media, std::span(&to, 1), *random);
  HANSOM_CHECK(sealed.has_value());
  return claim(*std::move(sealed));
}

MadeClip IngestSite::claim(Bytes sealed) {
  MadeClip clip;
  evidence::Manifest& manifest = clip.manifest;
  const Digest digest = sha256(sealed);
  const Digest media = sha256("the media");
  manifest.set_unit("cab-7");
  manifest.set_channel(1);
  manifest.set_clip_number(12);
  manifest.mutable_vehicle()->set_registration("AB12CDE");
  manifest.set_vehicle_licence("PH1234");
  manifest.set_start_us(to_unix_us(clock.now()));
  manifest.set_clock_state(evidence::CLOCK_STATE_GNSS);
  manifest.set_duration_ms(60'000);
  manifest.set_media_type("video/mp4");
  manifest.set_sealed_sha256(digest.bytes.data(), digest.bytes.size());
  manifest.set_sealed_bytes(sealed.size());
  manifest.set_media_sha256(media.bytes.data(), media.bytes.size());
  manifest.set_media_bytes(9);
  manifest.mutable_purpose()->set_kind(evidence::Purpose::EVENT);
  manifest.mutable_purpose()->set_reference("17");
  manifest.mutable_sound()->set_present(false);
  manifest.mutable_sound()->set_trigger("none");
  clip.sealed = std::move(sealed);
  sign(clip);
  return clip;
}

void IngestSite::sign(MadeClip& clip) {
  sign_with(clip, unit);
}

void IngestSite::sign_with(MadeClip& clip, const Identity& identity) {
  const auto key = durable::read_file(identity.key, std::size_t{64} * 1024);
  HANSOM_CHECK(key.has_value());
  auto jws = evidence::sign_jws(evidence::manifest_json(clip.manifest), Secret(ByteSpan(*key)));
  HANSOM_CHECK(jws.has_value());
  clip.jws = *std::move(jws);
}

std::unique_ptr<FakeExchange> IngestSite::exchange(const std::string& method,
                                                   const std::string& path) {
  auto made = std::make_unique<FakeExchange>(io);
  made->incoming.method = method;
  made->incoming.path = path;
  made->incoming.target = path;
  made->incoming.fields.add("Tus-Resumable", "1.0.0");
  http::PeerCertificate certificate;
  certificate.san_uris = {"urn:hansom:unit:cab-7"};
  certificate.der = unit.der;
  certificate.spki_der = unit.spki_der;
  certificate.sha256 = unit.sha256;
  made->from.certificate = std::move(certificate);
  return made;
}

std::unique_ptr<FakeExchange> IngestSite::creation(const MadeClip& clip) {
  auto made = exchange("POST", "/uploads");
  made->incoming.fields.add("Upload-Length", std::to_string(clip.sealed.size()));
  made->incoming.fields.add("Upload-Metadata", clip.metadata());
  return made;
}

std::unique_ptr<FakeExchange> IngestSite::patch(const std::string& path, std::uint64_t offset,
                                                ByteSpan body, std::size_t piece_bytes) {
  auto made = exchange("PATCH", path);
  made->incoming.fields.add("Upload-Offset", std::to_string(offset));
  made->incoming.fields.add("Content-Type", "application/offset+octet-stream");
  made->set_body(body, piece_bytes);
  return made;
}

void IngestSite::start(FakeExchange& exchange) {
  start_exchange(io, api->routes(), exchange);
}

void IngestSite::run_started() {
  io.restart();
  io.run();
}

std::string IngestSite::run(FakeExchange& exchange) {
  start(exchange);
  run_started();
  return exchange.outcome();
}

std::string IngestSite::create(const MadeClip& clip) {
  const auto made = creation(clip);
  HANSOM_CHECK(run(*made) == "201");
  return made->answer_field("Location");
}

std::size_t IngestSite::files_in_spool() const {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(config.spool())) ++count;
  return count;
}

std::size_t IngestSite::objects_in_vault() const {
  std::size_t count = 0;
  const auto visited = vault->for_each([&count](const Digest&, std::uint64_t) {
    ++count;
    return true;
  });
  HANSOM_CHECK(visited.has_value());
  return count;
}

void IngestSite::destroy_clip(const ClipId& clip) {
  evidence::SweepPlan plan;
  plan.set_as_of_us(to_unix_us(clock.now()));
  evidence::SweepItem& item = *plan.add_items();
  item.set_clip(clip.bytes.data(), clip.bytes.size());
  item.set_rule("event:31d");
  const Digest digest = retention::plan_digest(plan);
  evidence::Record planned = record_by_server();
  planned.mutable_sweep_planned()->set_plan_sha256(digest.bytes.data(), digest.bytes.size());
  *planned.mutable_sweep_planned()->mutable_plan() = plan;
  record(std::move(planned));
  evidence::Record started = record_by_server();
  started.mutable_sweep_started()->set_plan_sha256(digest.bytes.data(), digest.bytes.size());
  record(std::move(started));
  evidence::Record destroyed = record_by_server();
  evidence::ClipDestroyed& act = *destroyed.mutable_clip_destroyed();
  act.set_plan_sha256(digest.bytes.data(), digest.bytes.size());
  act.set_clip(clip.bytes.data(), clip.bytes.size());
  act.set_rule("event:31d");
  record(std::move(destroyed));
  HANSOM_CHECK(vault->destroy(clip).has_value());
}

http::ServerOptions units_listener(const IngestSite& site) {
  const Identity server = site.pki->server();
  http::TlsOptions tls;
  tls.certificate_chain = server.certificate;
  tls.private_key = server.key;
  tls.client_certificate = http::ClientCertificate::kRequired;
  tls.client_authorities = site.pki->authority();
  tls.session_context = "units";
  http::ServerOptions options;
  options.name = "units";
  options.tls = http::TlsContext::make(tls).value();
  options.method_override = true;
  return options;
}

}  // namespace hansom::test
