// Tables, fields, JSON and the progress bar.
#include "index/cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace hansom::cli {
namespace {

constexpr std::size_t kBarWidth = 30;

// Characters, not bytes: UTF-8 continuation bytes take no column.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return out;
}

std::string member_text(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return "";
  if (value->is_string()) return printable(value->get_string());
  return printable(boost::json::serialize(*value));
}

void Table::add(std::vector<std::string> row) {
  row.resize(rows_.front().size());
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string table_of(const boost::json::object& answer, std::string_view list,
                     const std::vector<Column>& columns) {
  std::vector<std::string> head;
  head.reserve(columns.size());
  for (const Column& column : columns) head.push_back(column.title);
  Table table(std::move(head));
  const boost::json::value* rows = answer.if_contains(list);
  if (rows == nullptr || !rows->is_array()) return table.text();
  for (const boost::json::value& row : rows->get_array()) {
    if (!row.is_object()) continue;
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const Column& column : columns) {
      cells.push_back(member_text(row.get_object(), column.member));
    }
    table.add(std::move(cells));
  }
  return table.text();
}

std::string fields_of(const boost::json::object& object) {
  std::size_t widest = 0;
  for (const auto& [name, value] : object) widest = std::max<std::size_t>(widest, name.size());
  std::string out;
  for (const auto& [name, value] : object) {
    const std::string text = member_text(object, name);
    if (text.empty()) continue;
    const std::string key(name);
    out += printable(key) + ":" + std::string(widest - key.size() + 1, ' ') + text + "\n";
  }
  return out;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_json(const boost::json::object& object) {
  print(boost::json::serialize(object) + "\n");
}

void print_error(const Error& error, bool as_json) {
  std::string line;
  if (as_json) {
    boost::json::object out;
    out["token"] = error.token;
    out["message"] = error.message;
    line = boost::json::serialize(out);
  } else {
    line = "hansom: " + error.message + " [" + std::string(error.token) + "]";
  }
  line += "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

Progress::Progress(std::string name, std::uint64_t total_bytes)
    : name_(std::move(name)), total_(total_bytes), visible_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (visible_ && shown_percent_ <= 100) std::fputs("\n", stderr);
}

void Progress::add(std::uint64_t bytes) {
  done_ += bytes;
  const std::uint64_t known = std::max<std::uint64_t>(total_, 1);
  const auto percent = static_cast<unsigned>(std::min<std::uint64_t>(100, done_ * 100 / known));
  if (!visible_ || percent == shown_percent_) return;
  shown_percent_ = percent;
  draw();
}

void Progress::draw() const {
  const std::size_t filled = kBarWidth * shown_percent_ / 100;
  const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
  std::fprintf(stderr, "\r%s [%s] %3u %% of %.1f MB", name_.c_str(), bar.c_str(), shown_percent_,
               static_cast<double>(total_) / 1e6);
}

}  // namespace hansom::cli
