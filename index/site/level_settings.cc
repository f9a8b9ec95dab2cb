// The two settings that say how deeply clips are inspected.
#include "index/site/level_settings.h"

#include <algorithm>
#include <array>

#include "index/site/judges.h"
#include "proto/evidence/level.h"
#include "proto/evidence/manifest.h"

namespace hansom::site {
namespace {

using inspections::LevelRule;

constexpr std::array kPurposes{evidence::Purpose::EVENT, evidence::Purpose::REQUEST,
                               evidence::Purpose::COMPLIANCE_CHECK};

std::optional<evidence::Purpose::Kind> purpose_of(std::string_view word) {
  for (const evidence::Purpose::Kind kind : kPurposes) {
    if (evidence::purpose_word(kind) == word) return kind;
  }
  return std::nullopt;
}

// What is wrong with one exception; nothing once `rule` has it.
std::string read_rule(const std::map<std::string, std::string>& row, LevelRule& rule) {
  if (!row.contains("level")) return "lacks level";
  if (row.size() == 1) return "names neither controller nor purpose: set inspector.level";
  for (const auto& [key, value] : row) {
    if (key == "level") {
      const auto level = evidence::level_of(value);
      if (!level) return "level " + std::string(inspections::kLevelHint);
      rule.level = *level;
    } else if (key == "purpose") {
      const auto purpose = purpose_of(value);
      if (!purpose) return "purpose must be event, request or compliance_check";
      rule.purpose = *purpose;
    } else if (key == "controller") {
      std::string wrong = judge_name(value);
      if (!wrong.empty()) return "controller " + wrong;
      rule.controller = value;
    } else {
      return "has " + key + "; it may have controller, purpose and level";
    }
  }
  return {};
}

std::string read_rules(const RawValue& value, SiteConfig& config) {
  const bool none = value.kind == RawValue::Kind::kTexts && value.texts.empty();
  if (value.kind != RawValue::Kind::kRows && !none) {
    return "must be a list of tables like { purpose = \"event\", level = \"full\" }";
  }
  std::vector<LevelRule> rules;
  for (const auto& row : value.rows) {
    LevelRule rule;
    const std::string wrong = read_rule(row, rule);
    const std::string which = "entry " + std::to_string(rules.size() + 1) + " ";
    if (!wrong.empty()) return which + wrong;
    const bool twice = std::ranges::any_of(rules, [&](const LevelRule& other) {
      return other.controller == rule.controller && other.purpose == rule.purpose;
    });
    if (twice) return which + "is of the same controller and purpose as one before it";
    rules.push_back(std::move(rule));
  }
  config.inspector_levels.rules = std::move(rules);
  return {};
}

std::string write_rules(const SiteConfig& config) {
  std::string out;
  for (const LevelRule& rule : config.inspector_levels.rules) {
    out += out.empty() ? "{ " : ", { ";
    if (!rule.controller.empty()) out += "controller = " + toml_text(rule.controller) + ", ";
    if (rule.purpose != evidence::Purpose::KIND_UNKNOWN) {
      out += "purpose = " + toml_text(evidence::purpose_word(rule.purpose)) + ", ";
    }
    out += "level = " + toml_text(evidence::level_word(rule.level)) + " }";
  }
  return "[" + out + "]";
}

}  // namespace

Setting level_setting() {
  return {"inspector", "level", false,
          [](const RawValue& value, SiteConfig& config) -> std::string {
            const auto level = evidence::level_of(value.text);
            if (!level) return std::string(inspections::kLevelHint);
            config.inspector_levels.level = *level;
            return {};
          },
          [](const SiteConfig& config) {
            return toml_text(evidence::level_word(config.inspector_levels.level));
          }};
}

Setting level_rules_setting() {
  return {"inspector", "levels", false, read_rules, write_rules};
}

}  // namespace hansom::site
