// Reads proto/openapi.yaml: the plain subset of YAML that its first comment describes.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hansom::test {

struct YamlEntry;

// A tree of maps, lists and texts; numbers and booleans stay texts.
struct Yaml {
  enum class Kind { kText, kList, kMap };
  Kind kind = Kind::kText;
  std::string text;
  std::vector<Yaml> list;
  std::vector<YamlEntry> map;

  [[nodiscard]] const Yaml* find(std::string_view key) const;
  [[nodiscard]] const Yaml& at(std::string_view key) const;  // aborts, naming the key
  [[nodiscard]] std::set<std::string> texts() const;         // of a list of texts
};
struct YamlEntry {
  std::string name;
  Yaml value;
};

// Aborts with the line number for what the subset does not have.
[[nodiscard]] Yaml parse_yaml(std::string_view text);

struct Operation {
  std::string method;   // "GET"
  std::string pattern;  // "/v1/clips/{id}"
  std::string tag;      // people, units, local
  std::string right;    // people: a right, "person" or "open"
  std::set<std::string> query, path, header;
  std::set<unsigned> statuses;  // without "default"
  std::set<std::string> errors;
  bool has_body = false;
  std::set<std::string> answer_members;    // of a JSON object that a success answers with
  std::set<std::string> required_members;  // of these

  [[nodiscard]] std::string name() const { return method + " " + pattern; }
};

struct Contract {
  Yaml document;
  std::vector<Operation> operations;
  [[nodiscard]] std::set<std::string> common_errors(std::string_view group) const;
  [[nodiscard]] const Operation* find(std::string_view method, std::string_view pattern) const;
};

// Reads the contract of the source tree.
[[nodiscard]] const Contract& contract();

}  // namespace hansom::test
