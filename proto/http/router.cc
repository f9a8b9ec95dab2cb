// Matches a method and a path against the route table: literal segments before "{name}" segments.
#include "proto/http/router.h"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>

#include "proto/base/check.h"

namespace hansom::http {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

constexpr std::string_view kRest = "...}";

// Takes what is left of the path as the value of a last segment "{name...}".
bool takes_rest(std::string_view segment, std::span<const std::string_view> rest,
                Parameters& parameters) {
  std::string value;
  for (const std::string_view part : rest) {
    if (part.empty()) return false;
    value += (value.empty() ? "" : "/") + std::string(part);
  }
  segment.remove_suffix(kRest.size());
  parameters.insert_or_assign(std::string(segment.substr(1)), std::move(value));
  return !rest.empty();
}

// True when every segment fits; a parameter takes one non-empty segment, one that ends in "..." all
// that are left.
bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string_view>& path,
          Parameters& parameters) {
  const bool open_end = pattern.back().ends_with(kRest);
  if (open_end ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (open_end && i + 1 == pattern.size()) {
      return takes_rest(pattern[i], std::span(path).subspan(i), parameters);
    }
    if (is_parameter(pattern[i])) {
      if (path[i].empty()) return false;
      parameters.insert_or_assign(std::string(pattern[i].substr(1, pattern[i].size() - 2)),
                                  std::string(path[i]));
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Router::add(std::string method, std::string pattern, Handler handler) {
  HANSOM_CHECK(handler != nullptr);
  HANSOM_CHECK(pattern == "*" || pattern.starts_with('/'));
  routes_.push_back({std::move(method), std::move(pattern), std::move(handler)});
}

void Router::add_common_field(std::string name, std::string value) {
  common_.add(std::move(name), std::move(value));
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  const std::vector<std::string_view> path_segments = split_path(path);
  Match match;
  std::vector<std::string_view> allowed;
  for (const Route& route : routes_) {
    Parameters parameters;
    if (!fits(split_path(route.pattern), path_segments, parameters)) continue;
    match.path_known = true;
    allowed.push_back(route.method);
    if (route.method != method) continue;
    // Of two patterns that fit, the one with fewer parameters is meant; the earlier one on a tie.
    if (match.route == nullptr || parameters.size() < match.parameters.size()) {
      match.route = &route;
      match.parameters = std::move(parameters);
    }
  }
  std::sort(allowed.begin(), allowed.end());
  allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
  for (const std::string_view name : allowed) {
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += name;
  }
  return match;
}

}  // namespace hansom::http
