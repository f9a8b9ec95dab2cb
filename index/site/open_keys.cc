// Keys from files and tokens.
#include "index/site/open_keys.h"

#include <algorithm>

#include "proto/base/key_file.h"
#include "proto/hsm/token_key.h"

namespace hansom::site {

Result<tlog::Signer> open_journal_key(const std::string& origin, const std::string& place) {
  if (hsm::is_pkcs11_uri(place)) {
    HANSOM_TRY_ASSIGN(std::shared_ptr<const SigningKey> key,
                      hsm::open_token_key(place, hsm::KeyKind::kEd25519));
    return tlog::Signer::from_key(origin, std::move(key));
  }
  HANSOM_TRY_ASSIGN(const Secret pem, read_key_file(place));
  auto signer = tlog::Signer::from_pem(origin, pem);
  if (!signer) return fail(std::move(signer).error().in(place));
  return signer;
}

Result<age::Identity> open_identity(const std::filesystem::path& file) {
  HANSOM_TRY_ASSIGN(const Secret text, read_key_file(file));
  std::string_view line = text.text();
  while (line.starts_with('#')) line.remove_prefix(std::min(line.find('\n'), line.size() - 1) + 1);
  auto identity = age::Identity::parse(line.substr(0, line.find_first_of("\r\n")));
  if (!identity) return fail(std::move(identity).error().in(file.string()));
  return identity;
}

}  // namespace hansom::site
