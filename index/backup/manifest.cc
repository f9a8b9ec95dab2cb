// Codec of a backup's manifest and of its list of files.
#include "index/backup/manifest.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "proto/base/ids.h"

namespace hansom::backup {
namespace {

constexpr std::string_view kFormat = "hansom-backup-1";
constexpr std::size_t kIdBytesMax = 64;

constexpr std::array<std::pair<VaultForm, std::string_view>, 3> kForms{{
    {VaultForm::kLinked, "linked"},
    {VaultForm::kCopied, "copied"},
    {VaultForm::kListed, "listed"},
}};

tl::unexpected<Error> bad(std::string what) {
  return fail(ErrorKind::kInvalid, "bad_backup", std::move(what));
}

boost::json::array texts(const std::vector<std::string>& list) {
  boost::json::array out;
  for (const std::string& one : list) out.push_back(boost::json::string(one));
  return out;
}

Result<std::string> text_of(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return bad("the manifest has no text " + std::string(name));
  }
  return std::string(value->get_string());
}

Result<std::uint64_t> number_of(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) {
    return bad("the manifest has no number " + std::string(name));
  }
  return static_cast<std::uint64_t>(value->get_int64());
}

Result<std::vector<std::string>> texts_of(const boost::json::object& object,
                                          std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return bad("no list " + std::string(name));
  std::vector<std::string> out;
  for (const boost::json::value& one : value->get_array()) {
    if (!one.is_string()) return bad("a list of texts holds something else");
    out.emplace_back(one.get_string());
  }
  return out;
}

Result<Digest> digest_of(const boost::json::object& object, std::string_view name) {
  HANSOM_TRY_ASSIGN(const std::string text, text_of(object, name));
  return Digest::from_hex(text);
}

// Names that go into paths: nothing that could lead elsewhere.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kIdBytesMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

}  // namespace

std::string_view word_of(VaultForm form) {
  return std::ranges::find(kForms, form, &std::pair<VaultForm, std::string_view>::first)->second;
}

std::string manifest_json(const Manifest& manifest) {
  boost::json::object out;
  out["format"] = kFormat;
  out["backup"] = manifest.backup_id;
  out["origin"] = manifest.origin;
  out["version"] = manifest.version;
  out["taken"] = to_rfc3339(manifest.taken);
  out["tree_size"] = manifest.tree_size;
  out["root"] = manifest.root.hex();
  out["checkpoint"] = manifest.checkpoint;
  out["vault"] = word_of(manifest.vault);
  out["vault_objects"] = manifest.vault_objects;
  out["vault_bytes"] = manifest.vault_bytes;
  out["missing"] = texts(manifest.missing);
  out["not_covered"] = texts(manifest.not_covered);
  out["list"] = manifest.list;
  out["list_sha256"] = manifest.list_sha256.hex();
  return boost::json::serialize(out) + "\n";
}

Result<Manifest> parse_manifest(std::string_view json) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  if (error || !value.is_object()) return bad("the manifest is not a JSON object");
  const boost::json::object& object = value.get_object();
  HANSOM_TRY_ASSIGN(const std::string format, text_of(object, "format"));
  if (format != kFormat) return bad("the backup is of format " + format + ", not hansom-backup-1");
  Manifest manifest;
  HANSOM_TRY_ASSIGN(manifest.backup_id, text_of(object, "backup"));
  if (!is_plain_name(manifest.backup_id)) return bad("not a backup's id");
  HANSOM_TRY_ASSIGN(manifest.origin, text_of(object, "origin"));
  HANSOM_TRY_ASSIGN(manifest.version, text_of(object, "version"));
  HANSOM_TRY_ASSIGN(const std::string taken, text_of(object, "taken"));
  HANSOM_TRY_ASSIGN(manifest.taken, from_rfc3339(taken));
  HANSOM_TRY_ASSIGN(manifest.tree_size, number_of(object, "tree_size"));
  HANSOM_TRY_ASSIGN(manifest.root, digest_of(object, "root"));
  HANSOM_TRY_ASSIGN(manifest.checkpoint, text_of(object, "checkpoint"));
  HANSOM_TRY_ASSIGN(const std::string form, text_of(object, "vault"));
  const auto* known =
      std::ranges::find(kForms, form, &std::pair<VaultForm, std::string_view>::second);
  if (known == kForms.end()) return bad("the vault is neither linked, copied nor listed");
  manifest.vault = known->first;
  HANSOM_TRY_ASSIGN(manifest.vault_objects, number_of(object, "vault_objects"));
  HANSOM_TRY_ASSIGN(manifest.vault_bytes, number_of(object, "vault_bytes"));
  HANSOM_TRY_ASSIGN(manifest.missing, texts_of(object, "missing"));
  HANSOM_TRY_ASSIGN(manifest.not_covered, texts_of(object, "not_covered"));
  HANSOM_TRY_ASSIGN(manifest.list, text_of(object, "list"));
  if (manifest.list != "SHA256SUMS-" + manifest.backup_id) return bad("the list has another name");
  HANSOM_TRY_ASSIGN(manifest.list_sha256, digest_of(object, "list_sha256"));
  return manifest;
}

std::string list_text(const std::vector<ListedFile>& files) {
  std::string out;
  for (const ListedFile& file : files) out += file.sha256.hex() + "  " + file.path + "\n";
  return out;
}

Result<std::vector<ListedFile>> parse_list(std::string_view text) {
  constexpr std::size_t kHexBytes = 64;
  std::vector<ListedFile> files;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return bad("the list does not end in a newline");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.size() < kHexBytes + 3 || line.substr(kHexBytes, 2) != "  ") {
      return bad("a line of the list is not \"<hex>  <path>\"");
    }
    ListedFile file;
    HANSOM_TRY_ASSIGN(file.sha256, Digest::from_hex(line.substr(0, kHexBytes)));
    file.path = line.substr(kHexBytes + 2);
    const std::filesystem::path path(file.path);
    const bool leads_out = path.is_absolute() || std::ranges::any_of(path, [](const auto& part) {
                             return part == ".." || part == ".";
                           });
    if (leads_out) return bad("a path of the list leads out of the backup: " + file.path);
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace hansom::backup
