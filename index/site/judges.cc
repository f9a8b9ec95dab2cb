// The rules for texts of a configuration.
#include "index/site/judges.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "index/timeline/zone.h"

namespace hansom::site {
namespace {

// Names with colons between them, each of `known` and none twice.
std::string judge_names(std::string_view text, std::span<const std::string_view> known) {
  std::string all;
  for (const std::string_view name : known) all.append(all.empty() ? "" : ", ").append(name);
  const std::string rule = "must be a list with colons of " + all;
  std::vector<std::string_view> seen;
  while (true) {
    const std::string_view name = text.substr(0, text.find(':'));
    if (std::ranges::find(known, name) == known.end()) {
      return rule + "; '" + std::string(name) + "' is none of them";
    }
    if (std::ranges::find(seen, name) != seen.end()) {
      return rule + "; '" + std::string(name) + "' is there twice";
    }
    seen.push_back(name);
    if (name.size() == text.size()) return {};
    text.remove_prefix(name.size() + 1);
  }
}

}  // namespace

std::string judge_origin(std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '+'; });
  if (plain && !text.empty() && text.size() <= 255) return {};
  return "must be 1 to 255 printable ASCII characters without space or '+', such as "
         "\"evidence.example/main\"";
}

std::string judge_name(std::string_view text) {
  return text.empty() || text.size() > 255 ? "must be 1 to 255 characters" : "";
}

std::string judge_zone(std::string_view text) {
  const auto zone = timeline::Zone::find(text);
  return zone ? "" : "must be an IANA time zone: " + zone.error().message;
}

std::string judge_address(std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  const std::string address(text);
  if (inet_pton(AF_INET, address.c_str(), parsed.data()) == 1 ||
      inet_pton(AF_INET6, address.c_str(), parsed.data()) == 1) {
    return {};
  }
  return "must be an IP address such as \"0.0.0.0\", \"127.0.0.1\" or \"::\"";
}

// Health and metrics have neither TLS nor tokens.
std::string judge_loopback(std::string_view text) {
  if (text.starts_with("127.") && judge_address(text).empty()) return {};
  return text == "::1" ? "" : "must be a loopback address, \"127.0.0.1\" or \"::1\"";
}

std::string judge_ciphers(std::string_view text) {
  constexpr std::array<std::string_view, 3> kKnown = {
      "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"};
  return judge_names(text, kKnown);
}

std::string judge_groups(std::string_view text) {
  constexpr std::array<std::string_view, 5> kKnown = {"X25519", "P-256", "X448", "P-384", "P-521"};
  return judge_names(text, kKnown);
}

}  // namespace hansom::site
