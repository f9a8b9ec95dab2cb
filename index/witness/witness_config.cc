// Reads witness.toml.
#include "index/witness/witness_config.h"

#include <array>
#include <system_error>

#include <toml++/toml.h>

#include "proto/base/durable_file.h"

namespace hansom::witness {
namespace {

constexpr std::size_t kConfigBytesMax = 1 << 20;
constexpr std::array<std::string_view, 8> kKeys = {"name", "key",         "state",       "address",
                                                   "port", "certificate", "private_key", "logs"};

// Reads single values and remembers the first thing that is wrong.
class Reader {
 public:
  Reader(const toml::table& table, std::filesystem::path file)
      : table_(table), file_(std::move(file)) {}

  void text(std::string_view key, std::string& into, bool required) {
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
      if (required) wrong(std::string(key) + " is missing");
      return;
    }
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) return wrong(std::string(key) + " must be a string in quotes");
    into = *value;
  }
  void path(std::string_view key, std::filesystem::path& into, bool required) {
    std::string value;
    text(key, value, required);
    if (!value.empty()) into = (file_.parent_path() / value).lexically_normal();
  }
  void port(std::uint16_t& into) {
    const toml::node* node = table_.get("port");
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > 65535) {
      return wrong("port must be a whole number from 0 to 65535");
    }
    into = static_cast<std::uint16_t>(*value);
  }
  void logs(std::vector<WitnessedLog>& into) {
    const toml::array* keys = table_["logs"].as_array();
    if (keys == nullptr) return wrong("logs must be a list of verifier keys in quotes");
    for (const toml::node& node : *keys) {
      const auto value = node.value_exact<std::string>();
      const auto key = tlog::VerifierKey::parse(value.value_or(""));
      if (!key || key->type != 0x01) return wrong("logs: not a journal's verifier key");
      into.push_back({key->name, {*key}});
    }
  }
  void known_keys() {
    for (const auto& [key, node] : table_) {
      if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end()) {
        wrong(std::string(key.str()) + " is not a setting");
      }
    }
  }
  void wrong(const std::string& what) {
    if (problem_.empty()) problem_ = file_.string() + ": " + what;
  }
  [[nodiscard]] Status status() const {
    if (problem_.empty()) return {};
    return fail(ErrorKind::kInvalid, "bad_config", problem_);
  }

 private:
  const toml::table& table_;
  std::filesystem::path file_;
  std::string problem_;
};

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace

Result<WitnessConfig> load_witness_config(const std::filesystem::path& file) {
  const auto bytes = durable::read_file(file, kConfigBytesMax);
  if (!bytes) {
    return fail(ErrorKind::kInvalid, "bad_config", "cannot read it: " + bytes.error().message);
  }
  toml::table table;
  try {
    table = toml::parse(as_text(*bytes), file.string());
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::kInvalid, "bad_config",
                file.string() + ":" + std::to_string(error.source().begin.line) + ": " +
                    std::string(error.description()));
  }
  std::error_code failed;
  Reader reader(table, std::filesystem::absolute(file, failed));
  WitnessConfig config;
  reader.known_keys();
  reader.text("name", config.name, true);
  reader.path("key", config.key, true);
  reader.path("state", config.state, true);
  reader.text("address", config.address, false);
  reader.port(config.port);
  reader.path("certificate", config.certificate, false);
  reader.path("private_key", config.private_key, false);
  reader.logs(config.logs);
  if (config.certificate.empty() != config.private_key.empty()) {
    reader.wrong("certificate and private_key go together");
  }
  if (config.certificate.empty() && !is_loopback(config.address)) {
    reader.wrong("without a certificate the address must be a loopback one, such as 127.0.0.1");
  }
  HANSOM_TRY(reader.status());
  return config;
}

}  // namespace hansom::witness
