// Reads the journal's verifier key.
#include "index/cli/verifier_key.h"

namespace hansom::cli {

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

}  // namespace hansom::cli
