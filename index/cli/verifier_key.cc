// Reads the journal's verifier key.
#include "index/cli/verifier_key.h"

#include "proto/base/durable_file.h"
#include "proto/evidence/key_chain.h"

namespace hansom::cli {
namespace {

constexpr std::size_t kChainBytesMax = std::size_t{16} << 20;

}  // namespace

Result<tlog::VerifierKey> verifier_key(const Session& session, const std::filesystem::path& file) {
  std::filesystem::path from = file;
  if (from.empty()) {
    HANSOM_TRY_ASSIGN(const auto site, session.find_site());
    if (site) from = site->journal_key;
  }
  if (from.empty()) {
    return fail(ErrorKind::kInvalid, "bad_config",
                "the journal's key is needed: give --key FILE or --site DIR");
  }
  HANSOM_TRY_ASSIGN(std::string text, read_text(from, 4096));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  auto key = tlog::VerifierKey::parse(text);
  if (!key) return fail(std::move(key).error().in(from.string()));
  return key;
}

Result<tlog::KeyHistory> key_history(const Session& session, const std::filesystem::path& key_file,
                                     const std::filesystem::path& chain_file) {
  HANSOM_TRY_ASSIGN(const tlog::VerifierKey key, verifier_key(session, key_file));
  std::filesystem::path from = chain_file;
  if (from.empty()) {
    HANSOM_TRY_ASSIGN(const auto site, session.find_site());
    std::error_code failed;
    if (site && std::filesystem::exists(site->folder / kKeyChainFile, failed)) {
      from = site->folder / kKeyChainFile;
    }
  }
  if (from.empty()) return tlog::KeyHistory(key);
  HANSOM_TRY_ASSIGN(const std::string text, read_text(from, kChainBytesMax));
  HANSOM_TRY_ASSIGN(const evidence::KeyChain chain, evidence::parse_key_chain(text));
  return evidence::follow_key_chain(key, chain);
}

Result<tlog::KeyHistory> key_history(PeopleClient& client, const tlog::VerifierKey& key) {
  HANSOM_TRY_ASSIGN(const std::string text, client.get_text("/v1/journal/keys"));
  HANSOM_TRY_ASSIGN(const evidence::KeyChain chain, evidence::parse_key_chain(text));
  return evidence::follow_key_chain(key, chain);
}

Status save_key_chain(PeopleClient& client, const std::filesystem::path& file) {
  HANSOM_TRY_ASSIGN(const std::string text, client.get_text("/v1/journal/keys"));
  HANSOM_TRY(evidence::parse_key_chain(text));
  return durable::replace(file, as_bytes(text), 0644);
}

}  // namespace hansom::cli
