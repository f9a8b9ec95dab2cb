// The settings of a site as data: one row a key, so that reading, writing and the manual cannot
// drift apart.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/site/site_config.h"

namespace hansom::site {

// A value of the file, before a setting has judged it.
struct RawValue {
  enum class Kind { kText, kInteger, kTexts, kRows, kOther } kind = Kind::kOther;
  std::string text;
  std::int64_t integer = 0;
  std::vector<std::string> texts;                        // kTexts
  std::vector<std::map<std::string, std::string>> rows;  // kRows: tables of texts
};

struct Setting {
  std::string_view section;  // "" for the top of the file
  std::string_view key;
  bool required = false;  // no default: the file must have it
  // Puts the value into the configuration; otherwise returns what it should have been
  // ("must be ...").
  std::function<std::string(const RawValue&, SiteConfig&)> read;
  // The value as TOML.
  std::function<std::string(const SiteConfig&)> write;

  [[nodiscard]] std::string name() const;  // "units.port"
};

// A TOML basic string.
[[nodiscard]] std::string toml_text(std::string_view text);

// In the order of the file: sections stand together, the top first.
[[nodiscard]] std::span<const Setting> settings();
// What every setting that is not required has when the file does not name it.
[[nodiscard]] SiteConfig default_config();
// The known name nearest to a wrong one; empty when none is near.
[[nodiscard]] std::string nearest_name(std::string_view name);

}  // namespace hansom::site
