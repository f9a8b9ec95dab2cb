// Opens the authority of units.
#include "index/cli/unit_authority.h"

#include "index/cli/session.h"
#include "proto/base/key_file.h"
#include "proto/hsm/token_key.h"

namespace hansom::cli {

std::filesystem::path key_beside(const std::filesystem::path& certificate) {
  return certificate.parent_path() / (certificate.stem().string() + "-key.pem");
}

Result<Credentials> open_unit_authority(const site::SiteConfig& config) {
  const std::filesystem::path& file = config.unit_authorities.back();
  Credentials authority;
  HANSOM_TRY_ASSIGN(authority.certificate, read_text(file));
  HANSOM_TRY_ASSIGN(authority.private_key, read_key_file(key_beside(file)));
  const std::string_view text = authority.private_key.text();
  if (!hsm::is_pkcs11_uri(text)) return authority;
  HANSOM_TRY_ASSIGN(authority.token, hsm::open_token_key(text.substr(0, text.find_first_of("\r\n")),
                                                         hsm::KeyKind::kP256));
  return authority;
}

}  // namespace hansom::cli
