// Makes a site in a temporary folder and renames it into place.
#include "index/cli/make_site.h"

#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "index/access/access.h"
#include "index/cli/certificates.h"
#include "index/cli/session.h"
#include "index/evidence_index.h"
#include "index/site/settings.h"
#include "index/site/site_config.h"
#include "proto/age/age.h"
#include "proto/base/durable_file.h"

namespace hansom::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kSecretMode = 0600;
constexpr unsigned kPublicMode = 0644;
constexpr std::chrono::days kFirstTokenLife{90};

// A folder that is removed unless it was published.
class BuildFolder {
 public:
  explicit BuildFolder(fs::path path) : path_(std::move(path)) {}
  ~BuildFolder() {
    std::error_code unread;  // what cannot be removed stays under its temporary name
    if (!path_.empty()) fs::remove_all(path_, unread);
  }
  BuildFolder(const BuildFolder&) = delete;
  BuildFolder& operator=(const BuildFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  void published() { path_.clear(); }

 private:
  fs::path path_;
};

Status write_public(const fs::path& file, std::string_view text) {
  return durable::create_once(file, as_bytes(text), kPublicMode);
}

// Secrets in text files end with a line feed, as editors and `age` expect it.
Status write_secret(const fs::path& file, const Secret& secret) {
  Secret line(secret.size() + 1);
  std::copy(secret.span().begin(), secret.span().end(), line.writable().begin());
  line.writable().back() = '\n';
  const bool ends = secret.text().ends_with('\n');
  return durable::create_once(file, ends ? secret.span() : line.span(), kSecretMode);
}

Status write_certificates(const fs::path& folder, const NewSite& site, UtcTime now) {
  HANSOM_TRY_ASSIGN(const Credentials units, make_authority("Hansom units: " + site.origin, now));
  HANSOM_TRY_ASSIGN(const Credentials servers,
                    make_authority("Hansom server: " + site.origin, now));
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  names.insert(names.end(), site.names.begin(), site.names.end());
  HANSOM_TRY_ASSIGN(const Credentials server, issue_server(servers, names, now));
  HANSOM_TRY(write_public(folder / site_files::kUnitAuthority, units.certificate));
  HANSOM_TRY(write_secret(folder / site_files::kUnitAuthorityKey, units.private_key));
  HANSOM_TRY(write_public(folder / site_files::kServerAuthority, servers.certificate));
  HANSOM_TRY(write_secret(folder / site_files::kServerAuthorityKey, servers.private_key));
  HANSOM_TRY(write_public(folder / site_files::kServerCertificate, server.certificate));
  return write_secret(folder / site_files::kServerKey, server.private_key);
}

std::string config_text(const NewSite& site) {
  site::SiteConfig config = site::default_config();
  config.origin = site.origin;
  config.controller = site.controller;
  config.data = "data";
  config.journal_keys = {site_files::kJournalKey};
  config.vault_identities = {site_files::kVaultIdentity};
  config.unit_authorities = {site_files::kUnitAuthority};
  config.units.port = site.units_port;
  config.people.port = site.people_port;
  for (site::ListenerConfig* listener : {&config.units, &config.people}) {
    if (!site.address.empty()) listener->address = site.address;
    listener->certificate = site_files::kServerCertificate;
    listener->private_key = site_files::kServerKey;
  }
  config.local_port = site.local_port;
  return "# A site of Hansom, made by `hansom init`. deploy/hansomd.toml is the manual of every "
         "setting.\n" +
         site::to_toml(config);
}

std::string tool_text(const NewSite& site) {
  const std::string host = site.names.empty() ? "localhost" : site.names.front();
  return "# What the tool `hansom` knows of this site; ports stand in hansomd.toml.\nhost = \"" +
         host + "\"\nauthority = \"" + site_files::kServerAuthority + "\"\ntoken_file = \"" +
         site_files::kOperatorToken + "\"\njournal_key = \"" + site_files::kJournalVerifier +
         "\"\n";
}

// Records a token's issue and writes the token.
Status issue_token(EvidenceIndex& index, const fs::path& file, std::string person,
                   access::Role role, UtcTime now, Random& random) {
  access::NewToken made =
      access::make_token(std::move(person), role, now + kFirstTokenLife, random);
  evidence::Record record = record_by_server();
  *record.mutable_token_issued() = std::move(made.issued);
  HANSOM_TRY(index.submit_and_wait(std::move(record)));
  return write_secret(file, made.token);
}

// The journal's first leaves.
Status open_journal(const fs::path& folder, const NewSite& site, const age::Recipient& vault,
                    tlog::Signer signer, Clock& clock, Random& random) {
  const tlog::VerifierKey verifier = signer.verifier();
  HANSOM_TRY(write_public(folder / site_files::kJournalVerifier, verifier.text() + "\n"));
  EvidenceIndexOptions options;
  options.directory = folder / "data" / "store";
  options.clock = &clock;
  options.random = &random;
  HANSOM_TRY_ASSIGN(const auto index,
                    EvidenceIndex::open(std::move(signer), options, store::Mode::kCreate));
  evidence::Record record = record_by_server();
  evidence::SiteOpened& opened = *record.mutable_site_opened();
  opened.set_origin(site.origin);
  opened.set_journal_key(verifier.key.data(), verifier.key.size());
  opened.set_vault_recipient(vault.text());
  opened.set_controller(site.controller);
  HANSOM_TRY(index->submit_and_wait(std::move(record)));
  HANSOM_TRY(issue_token(*index, folder / site_files::kOperatorToken, site.person,
                         access::Role::kOperations, clock.now(), random));
  if (site.demo) {
    HANSOM_TRY(issue_token(*index, folder / site_files::kInvestigatorToken, "demo investigator",
                           access::Role::kInvestigator, clock.now(), random));
  }
  index->stop();
  return {};
}

Status fill(const fs::path& folder, const NewSite& site, Clock& clock, Random& random) {
  for (const char* name : {"ca", "tls", "keys", "data/store", "data/vault", "data/spool"}) {
    HANSOM_TRY(durable::make_directories(folder / name));
  }
  HANSOM_TRY(write_certificates(folder, site, clock.now()));
  const age::Identity vault = age::Identity::generate(random);
  HANSOM_TRY(write_secret(folder / site_files::kVaultIdentity, vault.text()));
  HANSOM_TRY(write_public(folder / site_files::kVaultRecipient, vault.recipient().text() + "\n"));
  const Secret journal_key = tlog::Signer::generate_pem();
  HANSOM_TRY(write_secret(folder / site_files::kJournalKey, journal_key));
  HANSOM_TRY(write_public(folder / kCliFile, tool_text(site)));
  HANSOM_TRY(write_public(folder / site_files::kConfig, config_text(site)));
  // What was written must be what hansomd will accept.
  HANSOM_TRY(site::load_config(folder / site_files::kConfig));
  HANSOM_TRY_ASSIGN(tlog::Signer signer, tlog::Signer::from_pem(site.origin, journal_key));
  return open_journal(folder, site, vault.recipient(), std::move(signer), clock, random);
}

// Nothing that exists is touched; an empty folder may be filled.
Status check_free(const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(folder, failed)) return {};
  if (fs::is_directory(folder, failed) && fs::is_empty(folder, failed) && !failed) {
    if (fs::remove(folder, failed); !failed) return {};
    return fail(ErrorKind::kStorage, "storage_failed", folder.string() + ": " + failed.message());
  }
  const bool is_site = fs::exists(folder / site_files::kConfig, failed);
  return fail(ErrorKind::kConflict, "already_exists",
              folder.string() + (is_site ? " is a site already; it is left as it is"
                                         : " exists and is not empty; choose another folder"));
}

}  // namespace

Status make_site(const NewSite& site, Clock& clock, Random& random) {
  std::error_code failed;
  fs::path folder = fs::absolute(site.folder, failed).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  HANSOM_TRY(check_free(folder));
  HANSOM_TRY(durable::make_directories(folder.parent_path()));
  std::string name =
      (folder.parent_path() / ("." + folder.filename().string() + ".XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(durable::storage_error(errno, "make folder", name));
  }
  BuildFolder build(name);
  HANSOM_TRY(fill(build.path(), site, clock, random));
  // From here the site exists.
  HANSOM_TRY(durable::publish_by_rename(build.path(), folder));
  build.published();
  return {};
}

}  // namespace hansom::cli
