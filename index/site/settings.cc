// The table of settings, and the few kinds of value they have.
#include "index/site/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <vector>

#include "index/site/judges.h"
#include "index/site/level_settings.h"

namespace hansom::site {
namespace {

enum class Need { kOptional, kRequired };

// The makers of rows take `at`: a generic lambda from a configuration, const or not, to the member.
using Judge = std::string (*)(std::string_view);

template <typename At>
Setting text(std::string_view section, std::string_view key, Need need, At at, Judge judge) {
  return {section, key, need == Need::kRequired,
          [at, judge](const RawValue& value, SiteConfig& config) -> std::string {
            if (value.kind != RawValue::Kind::kText) return "must be a string in quotes";
            std::string wrong = judge(value.text);
            if (wrong.empty()) at(config) = value.text;
            return wrong;
          },
          [at](const SiteConfig& config) { return toml_text(at(config)); }};
}

template <typename At>
Setting path(std::string_view section, std::string_view key, Need need, At at) {
  return {section, key, need == Need::kRequired,
          [at, need](const RawValue& value, SiteConfig& config) -> std::string {
            if (value.kind != RawValue::Kind::kText) return "must be a path in quotes";
            if (value.text.empty() && need == Need::kRequired) return "must not be empty";
            at(config) = value.text;
            return {};
          },
          [at](const SiteConfig& config) { return toml_text(at(config).string()); }};
}

// One place or several: "a" or ["a", "b"]. Each is a path or, where `tokens` says so, the URI of a
// key in a PKCS#11 token.
enum class Tokens { kNo, kYes };

template <typename At>
Setting places(std::string_view section, std::string_view key, Tokens tokens, At at) {
  return {section, key, true,
          [at, tokens](const RawValue& value, SiteConfig& config) -> std::string {
            std::vector<std::string> texts = value.texts;
            if (value.kind == RawValue::Kind::kText) texts = {value.text};
            if (texts.empty()) return "must be a path in quotes, or a list of them";
            for (const std::string& one : texts) {
              if (one.empty()) return "must not be empty";
              if (tokens == Tokens::kNo && one.starts_with("pkcs11:")) return "must be a file";
            }
            at(config).assign(texts.begin(), texts.end());
            return {};
          },
          [at](const SiteConfig& config) {
            std::string out;
            for (const auto& one : at(config)) {
              out += (out.empty() ? "" : ", ") + toml_text(std::string(one));
            }
            return at(config).size() == 1 ? out : "[" + out + "]";
          }};
}

struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

std::string check_bounds(const RawValue& value, Bounds bounds) {
  if (value.kind == RawValue::Kind::kInteger && value.integer >= bounds.least &&
      value.integer <= bounds.most) {
    return {};
  }
  return "must be a whole number from " + std::to_string(bounds.least) + " to " +
         std::to_string(bounds.most);
}

template <typename At>
Setting number(std::string_view section, std::string_view key, Bounds bounds, At at) {
  return {section, key, false,
          [at, bounds](const RawValue& value, SiteConfig& config) {
            std::string wrong = check_bounds(value, bounds);
            auto& member = at(config);
            if (wrong.empty()) member = static_cast<std::decay_t<decltype(member)>>(value.integer);
            return wrong;
          },
          [at](const SiteConfig& config) { return std::to_string(at(config)); }};
}

// A period; its unit ends the key's name and is the member's own.
template <typename At>
Setting period(std::string_view section, std::string_view key, Bounds bounds, At at) {
  return {section, key, false,
          [at, bounds](const RawValue& value, SiteConfig& config) {
            std::string wrong = check_bounds(value, bounds);
            auto& member = at(config);
            if (wrong.empty()) member = std::decay_t<decltype(member)>(value.integer);
            return wrong;
          },
          [at](const SiteConfig& config) { return std::to_string(at(config).count()); }};
}

constexpr Bounds kDays{0, 36500};

Setting retention_days(std::string_view key, evidence::Purpose::Kind purpose) {
  return {"retention", key, false,
          [purpose](const RawValue& value, SiteConfig& config) {
            std::string wrong = check_bounds(value, kDays);
            if (wrong.empty()) config.retention.periods[purpose] = std::chrono::days(value.integer);
            return wrong;
          },
          [purpose](const SiteConfig& config) {
            return std::to_string(config.retention.periods.at(purpose).count());
          }};
}

constexpr std::int64_t kAnything = std::numeric_limits<std::int64_t>::max();
constexpr Bounds kPort{0, 65535};
constexpr Bounds kMilliseconds{100, 3'600'000};

void add_site(std::vector<Setting>& out) {
  out.push_back(text(
      "", "origin", Need::kRequired, [](auto& c) -> auto& { return c.origin; }, judge_origin));
  out.push_back(text(
      "", "controller", Need::kRequired, [](auto& c) -> auto& { return c.controller; },
      judge_name));
  out.push_back(path(
      "", "data", Need::kRequired, [](auto& c) -> auto& { return c.data; }));
  out.push_back(places(
      "", "journal_key", Tokens::kYes, [](auto& c) -> auto& { return c.journal_keys; }));
  out.push_back(places(
      "", "vault_identity", Tokens::kNo, [](auto& c) -> auto& { return c.vault_identities; }));
  out.push_back(period(
      "", "drain_seconds", {1, 3600}, [](auto& c) -> auto& { return c.drain; }));
  out.push_back(text(
      "site", "zone", Need::kOptional, [](auto& c) -> auto& { return c.zone; }, judge_zone));
}

void add_listeners(std::vector<Setting>& out) {
  out.push_back(text(
      "units", "address", Need::kOptional, [](auto& c) -> auto& { return c.units.address; },
      judge_address));
  out.push_back(number(
      "units", "port", kPort, [](auto& c) -> auto& { return c.units.port; }));
  out.push_back(path(
      "units", "certificate", Need::kRequired,
      [](auto& c) -> auto& { return c.units.certificate; }));
  out.push_back(path(
      "units", "private_key", Need::kRequired,
      [](auto& c) -> auto& { return c.units.private_key; }));
  out.push_back(places(
      "units", "authorities", Tokens::kNo, [](auto& c) -> auto& { return c.unit_authorities; }));
  out.push_back(number(
      "units", "threads", {0, 256}, [](auto& c) -> auto& { return c.unit_threads; }));

  out.push_back(text(
      "people", "address", Need::kOptional, [](auto& c) -> auto& { return c.people.address; },
      judge_address));
  out.push_back(number(
      "people", "port", kPort, [](auto& c) -> auto& { return c.people.port; }));
  out.push_back(path(
      "people", "certificate", Need::kRequired,
      [](auto& c) -> auto& { return c.people.certificate; }));
  out.push_back(path(
      "people", "private_key", Need::kRequired,
      [](auto& c) -> auto& { return c.people.private_key; }));

  out.push_back(text(
      "local", "address", Need::kOptional, [](auto& c) -> auto& { return c.local_address; },
      judge_loopback));
  out.push_back(number(
      "local", "port", kPort, [](auto& c) -> auto& { return c.local_port; }));

  out.push_back(text(
      "tls", "ciphers", Need::kOptional, [](auto& c) -> auto& { return c.tls_ciphers; },
      judge_ciphers));
  out.push_back(text(
      "tls", "groups", Need::kOptional, [](auto& c) -> auto& { return c.tls_groups; },
      judge_groups));
}

void add_limits(std::vector<Setting>& out) {
  out.push_back(number(
      "uploads", "clip_bytes_max", {1LL << 20, 1LL << 40},
      [](auto& c) -> auto& { return c.clip_bytes_max; }));
  out.push_back(number(
      "uploads", "spool_reserve_percent", {0, 90},
      [](auto& c) -> auto& { return c.spool_reserve_percent; }));
  out.push_back(number(
      "uploads", "spool_reserve_bytes", {0, kAnything},
      [](auto& c) -> auto& { return c.spool_reserve_bytes; }));
  out.push_back(number(
      "uploads", "spool_percent", {1, 100},
      [](auto& c) -> auto& { return c.upload_shares.spool_percent; }));
  out.push_back(number(
      "uploads", "unit_spool_percent", {1, 100},
      [](auto& c) -> auto& { return c.upload_shares.unit_spool_percent; }));
  out.push_back(number(
      "uploads", "unit_uploads_max", {1, 1'000'000},
      [](auto& c) -> auto& { return c.upload_shares.unit_uploads_max; }));
  out.push_back(number(
      "uploads", "unit_bodies_max", {1, 1'000'000},
      [](auto& c) -> auto& { return c.upload_shares.unit_bodies_max; }));
  out.push_back(number(
      "uploads", "bytes_in_flight_max", {1 << 20, 1LL << 40},
      [](auto& c) -> auto& { return c.upload_shares.bytes_in_flight_max; }));
  out.push_back(period(
      "uploads", "expiry_hours", {1, 24LL * 365},
      [](auto& c) -> auto& { return c.upload_expiry; }));

  out.push_back(number(
      "limits", "connections_max", {1, 1'000'000},
      [](auto& c) -> auto& { return c.limits.connections_max; }));
  out.push_back(number(
      "limits", "header_bytes_max", {8 << 10, 1 << 20},
      [](auto& c) -> auto& { return c.limits.header_bytes_max; }));
  out.push_back(period(
      "limits", "handshake_timeout_ms", kMilliseconds,
      [](auto& c) -> auto& { return c.limits.handshake_timeout; }));
  out.push_back(period(
      "limits", "header_timeout_ms", kMilliseconds,
      [](auto& c) -> auto& { return c.limits.header_timeout; }));
  out.push_back(period(
      "limits", "idle_timeout_ms", kMilliseconds,
      [](auto& c) -> auto& { return c.limits.idle_timeout; }));
  out.push_back(period(
      "limits", "progress_timeout_ms", kMilliseconds,
      [](auto& c) -> auto& { return c.limits.progress_timeout; }));
  out.push_back(number(
      "limits", "body_bytes_per_second_min", {0, 1 << 20},
      [](auto& c) -> auto& { return c.limits.body_bytes_per_second_min; }));
}

void add_inspector(std::vector<Setting>& out) {
  out.push_back(path(
      "inspector", "program", Need::kOptional, [](auto& c) -> auto& { return c.inspector; }));
  out.push_back(number(
      "inspector", "workers", {0, 64}, [](auto& c) -> auto& { return c.inspector_workers; }));
  out.push_back(period(
      "inspector", "wall_seconds", {1, 3600}, [](auto& c) -> auto& { return c.inspector_wall; }));
  out.push_back(number(
      "inspector", "memory_bytes", {64LL << 20, 64LL << 30},
      [](auto& c) -> auto& { return c.inspector_memory_bytes; }));
  out.push_back(level_setting());
  out.push_back(level_rules_setting());
}

void add_log(std::vector<Setting>& out) {
  out.push_back(number(
      "log", "minimum_index", {0, kAnything},
      [](auto& c) -> auto& { return c.log_minimum_index; }));
  out.push_back(path(
      "witnesses", "policy", Need::kOptional, [](auto& c) -> auto& { return c.witness_policy; }));
  out.push_back(period(
      "witnesses", "interval_seconds", {1, 86'400},
      [](auto& c) -> auto& { return c.witness_interval; }));
  out.push_back(period(
      "witnesses", "timeout_seconds", {1, 300},
      [](auto& c) -> auto& { return c.witness_timeout; }));
}

std::vector<Setting> make_settings() {
  std::vector<Setting> out;
  add_site(out);
  add_listeners(out);
  add_limits(out);
  add_inspector(out);
  out.push_back(number(
      "scrub", "bytes_per_second", {0, std::int64_t{1} << 40},
      [](auto& c) -> auto& { return c.scrub_bytes_per_second; }));
  out.push_back(period(
      "scrub", "interval_days", kDays, [](auto& c) -> auto& { return c.scrub_interval; }));
  add_log(out);
  out.push_back(retention_days("event_days", evidence::Purpose::EVENT));
  out.push_back(retention_days("request_days", evidence::Purpose::REQUEST));
  out.push_back(retention_days("compliance_check_days", evidence::Purpose::COMPLIANCE_CHECK));
  return out;
}

// Levenshtein distance.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

}  // namespace

std::string toml_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string Setting::name() const {
  return section.empty() ? std::string(key) : std::string(section) + "." + std::string(key);
}

std::span<const Setting> settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

SiteConfig default_config() {
  SiteConfig config;
  config.units.address = "0.0.0.0";
  config.units.port = 8443;
  config.people.address = "0.0.0.0";
  config.people.port = 9443;
  config.retention.periods = {{evidence::Purpose::EVENT, std::chrono::days(31)},
                              {evidence::Purpose::REQUEST, std::chrono::days(31)},
                              {evidence::Purpose::COMPLIANCE_CHECK, std::chrono::days(14)}};
  return config;
}

std::string nearest_name(std::string_view name) {
  std::string nearest;
  std::size_t fewest = 4;  // more edits than that is another word
  for (const Setting& setting : settings()) {
    const std::string known = setting.name();
    // A right key in the wrong section is one mistake, however long the section's name is.
    const std::size_t moved = 1 + edits_between(last_part(name), setting.key);
    const std::size_t edits = std::min(edits_between(name, known), moved);
    if (edits < fewest) {
      fewest = edits;
      nearest = known;
    }
  }
  return nearest;
}

}  // namespace hansom::site
