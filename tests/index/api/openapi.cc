// Reads the contract: operations with their references resolved.
#include "tests/index/api/openapi.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

#include "proto/base/check.h"

namespace hansom::test {
namespace {

// Follows "$ref" ("#/components/schemas/Clip") as often as needed.
const Yaml& resolve(const Yaml& document, const Yaml& node) {
  const Yaml* reference = node.find("$ref");
  if (reference == nullptr) return node;
  const Yaml* here = &document;
  std::string_view rest = reference->text;
  HANSOM_CHECK(rest.starts_with("#/"));
  rest.remove_prefix(2);
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    here = &here->at(rest.substr(0, slash));
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return resolve(document, *here);
}

void add_parameters(const Yaml& document, const Yaml& list, Operation& operation) {
  for (const Yaml& item : list.list) {
    const Yaml& parameter = resolve(document, item);
    const std::string& where = parameter.at("in").text;
    auto& names = where == "query"  ? operation.query
                  : where == "path" ? operation.path
                                    : operation.header;
    HANSOM_CHECK(where == "query" || where == "path" || where == "header");
    HANSOM_CHECK(names.insert(parameter.at("name").text).second);
  }
}

void add_answer(const Yaml& document, const Yaml& response, Operation& operation) {
  const Yaml* content = response.find("content");
  const Yaml* json = content == nullptr ? nullptr : content->find("application/json");
  if (json == nullptr) return;
  const Yaml& schema = resolve(document, json->at("schema"));
  if (const Yaml* properties = schema.find("properties")) {
    for (const auto& [name, value] : properties->map) operation.answer_members.insert(name);
  }
  if (const Yaml* required = schema.find("required")) {
    operation.required_members = required->texts();
  }
}

Operation read_operation(const Yaml& document, const std::string& pattern,
                         const std::string& method, const Yaml& node) {
  Operation operation;
  operation.pattern = pattern;
  for (const char c : method) {
    operation.method += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  HANSOM_CHECK(node.at("tags").list.size() == 1);
  operation.tag = node.at("tags").list.front().text;
  if (const Yaml* right = node.find("x-hansom-right")) operation.right = right->text;
  if (const Yaml* parameters = node.find("parameters")) {
    add_parameters(document, *parameters, operation);
  }
  for (const auto& [status, response] : node.at("responses").map) {
    if (status == "default") continue;
    operation.statuses.insert(static_cast<unsigned>(std::stoul(status)));
    if (status.starts_with('2')) add_answer(document, resolve(document, response), operation);
  }
  operation.errors = node.at("x-hansom-errors").texts();
  operation.has_body = node.find("requestBody") != nullptr;
  return operation;
}

Contract read_contract() {
  std::ifstream file(HANSOM_OPENAPI);
  HANSOM_CHECK(file.good());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Contract out;
  out.document = parse_yaml(text);
  for (const auto& [pattern, item] : out.document.at("paths").map) {
    for (const auto& [method, node] : item.map) {
      if (method == "servers") continue;
      out.operations.push_back(read_operation(out.document, pattern, method, node));
    }
  }
  return out;
}

}  // namespace

std::set<std::string> Contract::common_errors(std::string_view group) const {
  return document.at("x-hansom-common-errors").at(group).texts();
}

const Operation* Contract::find(std::string_view method, std::string_view pattern) const {
  for (const Operation& operation : operations) {
    if (operation.method == method && operation.pattern == pattern) return &operation;
  }
  return nullptr;
}

const Contract& contract() {
  static const Contract parsed = read_contract();
  return parsed;
}

}  // namespace hansom::test
