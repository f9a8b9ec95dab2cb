// A reader of the plain subset of YAML that proto/openapi.yaml keeps to.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/index/api/openapi.h"

namespace hansom::test {
namespace {

struct Line {
  std::size_t number = 0;
  std::size_t indent = 0;
  std::string_view text;
};

[[noreturn]] void stop(std::size_t line, std::string_view why) {
  std::fprintf(stderr, "openapi.yaml:%zu: %.*s\n", line, static_cast<int>(why.size()), why.data());
  std::abort();
}

std::vector<Line> significant_lines(std::string_view text) {
  std::vector<Line> lines;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(indent);
    if (!line.empty() && line.front() != '#') lines.push_back({number, indent, line});
  }
  return lines;
}

// Flow values on one line: "text", [a, b], { a: b }.
class Flow {
 public:
  Flow(std::size_t line, std::string_view text) : line_(line), rest_(text) {}

  Yaml whole() {
    Yaml value = next(false);
    skip_spaces();
    if (!rest_.empty()) stop(line_, "something follows a value");
    return value;
  }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_spaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Yaml next(bool inside) {
    if (take('[')) return list();
    if (take('{')) return map();
    return {.kind = Yaml::Kind::kText, .text = scalar(inside), .list = {}, .map = {}};
  }
  Yaml list() {
    Yaml out{.kind = Yaml::Kind::kList, .text = {}, .list = {}, .map = {}};
    while (!take(']')) {
      out.list.push_back(next(true));
      if (!take(',') && !rest_.starts_with(']')) stop(line_, "a list does not end");
    }
    return out;
  }
  Yaml map() {
    Yaml out{.kind = Yaml::Kind::kMap, .text = {}, .list = {}, .map = {}};
    while (!take('}')) {
      std::string key = scalar(true);
      if (!take(':')) stop(line_, "a key has no value");
      out.map.push_back({std::move(key), next(true)});
      if (!take(',') && !rest_.starts_with('}')) stop(line_, "a map does not end");
    }
    return out;
  }
  std::string scalar(bool inside) {
    skip_spaces();
    if (take('"')) {
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos) stop(line_, "a text does not end");
      std::string text(rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
      return text;
    }
    const std::size_t end =
        std::min(inside ? rest_.find_first_of(",:]}") : rest_.size(), rest_.size());
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return std::string(text);
  }

  std::size_t line_;
  std::string_view rest_;
};

class Blocks {
 public:
  explicit Blocks(std::vector<Line> lines) : lines_(std::move(lines)) {}

  Yaml block(std::size_t indent) {
    const bool is_list = lines_.at(at_).text.starts_with("- ");
    Yaml out{
        .kind = is_list ? Yaml::Kind::kList : Yaml::Kind::kMap, .text = {}, .list = {}, .map = {}};
    while (at_ < lines_.size() && lines_[at_].indent == indent) {
      const Line line = lines_[at_++];
      if (is_list) {
        if (!line.text.starts_with("- ")) stop(line.number, "an item is missing its hyphen");
        out.list.push_back(Flow(line.number, line.text.substr(2)).whole());
      } else {
        out.map.push_back(entry(line));
      }
    }
    if (at_ < lines_.size() && lines_[at_].indent > indent) stop(lines_[at_].number, "bad indent");
    return out;
  }

 private:
  YamlEntry entry(const Line& line) {
    const bool quoted = line.text.starts_with('"');
    const std::size_t end = quoted ? line.text.find("\":", 1) + 1 : line.text.find(':');
    if (end == 0 || end >= line.text.size()) stop(line.number, "not a key and a value");
    std::string key(line.text.substr(quoted ? 1 : 0, quoted ? end - 2 : end));
    std::string_view rest = line.text.substr(end + 1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest == ">-") return {std::move(key), folded(line.indent)};
    if (!rest.empty()) return {std::move(key), Flow(line.number, rest).whole()};
    if (at_ == lines_.size() || lines_[at_].indent <= line.indent) stop(line.number, "no value");
    return {std::move(key), block(lines_[at_].indent)};
  }
  Yaml folded(std::size_t indent) {
    Yaml out;
    while (at_ < lines_.size() && lines_[at_].indent > indent) {
      if (!out.text.empty()) out.text += ' ';
      out.text += lines_[at_++].text;
    }
    return out;
  }

  std::vector<Line> lines_;
  std::size_t at_ = 0;
};

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (const auto& [name, value] : map) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Yaml& Yaml::at(std::string_view key) const {
  const Yaml* found = find(key);
  if (found == nullptr) {
    std::fprintf(stderr, "openapi.yaml: no \"%.*s\"\n", static_cast<int>(key.size()), key.data());
    std::abort();
  }
  return *found;
}

std::set<std::string> Yaml::texts() const {
  std::set<std::string> out;
  for (const Yaml& item : list) out.insert(item.text);
  return out;
}

Yaml parse_yaml(std::string_view text) {
  return Blocks(significant_lines(text)).block(0);
}

}  // namespace hansom::test
