// Reads and writes a site's configuration by the table of settings.
#include "index/site/site_config.h"

#include <map>
#include <optional>
#include <set>
#include <system_error>

#include <toml++/toml.h>

#include "index/site/settings.h"
#include "proto/base/durable_file.h"

namespace hansom::site {
namespace {

constexpr std::size_t kConfigBytesMax = 1 << 20;

// Collects what is wrong with one file, a line each.
class Problems {
 public:
  explicit Problems(std::filesystem::path file) : file_(std::move(file)) {}
  void add(std::size_t line, const std::string& what) {
    const std::string place = line == 0 ? "" : ":" + std::to_string(line);
    lines_.emplace_back(file_.string() + place + ": " + what);
  }
  [[nodiscard]] Status status() const {
    if (lines_.empty()) return {};
    std::string all;
    for (const std::string& line : lines_) all += (all.empty() ? "" : "\n") + line;
    return fail(ErrorKind::kInvalid, "bad_config", std::move(all));
  }

 private:
  std::filesystem::path file_;
  std::vector<std::string> lines_;
};

// The members of a table, if all of them are texts.
std::optional<std::map<std::string, std::string>> texts_of(const toml::table& table) {
  std::map<std::string, std::string> out;
  for (const auto& [key, node] : table) {
    const auto text = node.value_exact<std::string>();
    if (!text) return std::nullopt;
    out.emplace(key.str(), *text);
  }
  return out;
}

RawValue raw_list(const toml::array& list) {
  RawValue value;
  value.kind = RawValue::Kind::kTexts;
  for (const toml::node& one : list) {
    if (const toml::table* table = one.as_table()) {
      auto row = texts_of(*table);
      if (!row) return {};
      value.rows.push_back(*std::move(row));
      value.kind = RawValue::Kind::kRows;
    } else if (const auto text = one.value_exact<std::string>()) {
      value.texts.push_back(*text);
    } else {
      return {};
    }
  }
  return value.rows.empty() || value.texts.empty() ? value : RawValue{};
}

RawValue raw_value(const toml::node& node) {
  RawValue value;
  if (const auto text = node.value_exact<std::string>()) {
    value.kind = RawValue::Kind::kText;
    value.text = *text;
  } else if (const auto integer = node.value_exact<std::int64_t>()) {
    value.kind = RawValue::Kind::kInteger;
    value.integer = *integer;
  } else if (const toml::array* list = node.as_array()) {
    return raw_list(*list);
  }
  return value;
}

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : settings()) {
    if (setting.name() == name) return &setting;
  }
  return nullptr;
}

bool is_section(std::string_view name) {
  for (const Setting& setting : settings()) {
    if (!name.empty() && setting.section == name) return true;
  }
  return false;
}

std::string dotted(const std::string& section, const std::string& part) {
  return section.empty() ? part : section + "." + part;
}
std::string not_a_setting(const std::string& name) {
  const std::string nearest = nearest_name(name);
  return name + " is not a setting" +
         (nearest.empty() ? "; deploy/hansomd.toml lists all of them"
                          : "; did you mean " + nearest + "?");
}
std::string not_a_section(const std::string& part) {
  return part + " must be a section, [" + part + "]";
}
std::string wrong_value(const std::string& name, const std::string& why) {
  return name + " " + why;
}

// Puts the values of one table into `config`; `seen` gets the names that stood there.
void read_table(const toml::table& table, const std::string& section, SiteConfig& config,
                std::set<std::string>& seen, Problems& problems) {
  for (const auto& [key, node] : table) {
    const std::string part(key.str());
    const std::string name = dotted(section, part);
    const std::size_t line = key.source().begin.line;
    if (section.empty() && is_section(part)) {
      if (const toml::table* inner = node.as_table()) {
        read_table(*inner, part, config, seen, problems);
      } else {
        problems.add(line, not_a_section(part));
      }
      continue;
    }
    const Setting* setting = find_setting(name);
    if (setting == nullptr) {
      problems.add(line, not_a_setting(name));
      continue;
    }
    seen.insert(name);
    const std::string wrong = setting->read(raw_value(node), config);
    if (!wrong.empty()) problems.add(line, wrong_value(name, wrong));
  }
}

void make_absolute(std::filesystem::path& path, const std::filesystem::path& folder) {
  if (!path.empty()) path = (folder / path).lexically_normal();
}

// Bounds that relate two settings.
void check_together(const SiteConfig& config, Problems& problems) {
  std::map<std::uint16_t, std::string> ports;
  for (const auto& [name, port] :
       {std::pair{"units", config.units.port}, std::pair{"people", config.people.port},
        std::pair{"local", config.local_port}}) {
    if (port == 0) continue;
    const auto [at, fresh] = ports.emplace(port, name);
    if (!fresh) {
      problems.add(0, std::string(name) + ".port and " + at->second + ".port are both " +
                          std::to_string(port) + ": give each listener its own port");
    }
  }
}

}  // namespace

Result<SiteConfig> load_config(const std::filesystem::path& file) {
  Problems problems(file);
  auto bytes = durable::read_file(file, kConfigBytesMax);
  if (!bytes) {
    return fail(ErrorKind::kInvalid, "bad_config", "cannot read it: " + bytes.error().message);
  }
  toml::table table;
  try {
    table = toml::parse(as_text(*bytes), file.string());
  } catch (const toml::parse_error& error) {
    problems.add(error.source().begin.line, std::string(error.description()));
    return fail(std::move(problems.status()).error());
  }

  SiteConfig config = default_config();
  std::set<std::string> seen;
  read_table(table, "", config, seen, problems);
  for (const Setting& setting : settings()) {
    if (setting.required && !seen.contains(setting.name())) {
      problems.add(0, setting.name() + " is missing; it has no default");
    }
  }
  check_together(config, problems);
  HANSOM_TRY(problems.status());

  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::absolute(file, failed).parent_path();
  for (std::filesystem::path* path :
       {&config.data, &config.units.certificate, &config.units.private_key,
        &config.people.certificate, &config.people.private_key, &config.inspector,
        &config.witness_policy}) {
    make_absolute(*path, folder);
  }
  for (auto* list : {&config.vault_identities, &config.unit_authorities}) {
    for (std::filesystem::path& path : *list) make_absolute(path, folder);
  }
  for (std::string& key : config.journal_keys) {
    if (key.starts_with("pkcs11:")) continue;
    std::filesystem::path path = key;
    make_absolute(path, folder);
    key = path.string();
  }
  return config;
}

std::string to_toml(const SiteConfig& config) {
  std::string out;
  std::string_view section;
  for (const Setting& setting : settings()) {
    if (setting.section != section) {
      section = setting.section;
      out += "\n[" + std::string(section) + "]\n";
    }
    out += std::string(setting.key) + " = " + setting.write(config) + "\n";
  }
  return out;
}

}  // namespace hansom::site
