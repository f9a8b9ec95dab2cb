// How results are shown: tables and fields for people, one JSON object for programs. What comes
// from outside is shown without control characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "proto/base/result.h"

namespace hansom::cli {

// Text for a terminal: control characters as "?".
[[nodiscard]] std::string printable(std::string_view text);
// A member as text: strings as they are, numbers, booleans and objects as JSON, null and absence
// as "".
[[nodiscard]] std::string member_text(const boost::json::object& object, std::string_view name);

// Columns as wide as their widest cell; printed on stdout.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row);
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// A table whose rows are the objects of an array: one column a member.
struct Column {
  std::string title;
  std::string member;
};
[[nodiscard]] std::string table_of(const boost::json::object& answer, std::string_view list,
                                   const std::vector<Column>& columns);
// "name: value" lines of the members that are there and not empty.
[[nodiscard]] std::string fields_of(const boost::json::object& object);

void print(std::string_view text);                   // stdout
void print_json(const boost::json::object& object);  // stdout, one line
void print_error(const Error& error, bool as_json);  // stderr

// A bar on stderr, shown only when that is a terminal.
class Progress {
 public:
  Progress(std::string name, std::uint64_t total_bytes);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void add(std::uint64_t bytes);

 private:
  void draw() const;
  std::string name_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  unsigned shown_percent_ = 101;
  bool visible_;
};

}  // namespace hansom::cli
