// Reads a register file, TOML or CSV, into links.
#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include <toml++/toml.h>

#include "index/register/csv.h"
#include "index/register/register.h"
#include "proto/evidence/manifest.h"

namespace hansom::registry {
namespace {

using evidence::RegisterLink;

constexpr std::size_t kRegisterBytesMax = 64UL * 1024 * 1024;
constexpr std::size_t kFieldBytesMax = 128;

struct Column {
  std::string_view name;
  void (*set)(RegisterLink& link, const std::string& value);
};
// What a vehicle may have, in both forms of the file.
constexpr std::array<Column, 6> kColumns{{
    {"unit", [](RegisterLink& l, const std::string& v) { l.set_unit(v); }},
    {"registration", [](RegisterLink& l, const std::string& v) { l.set_registration(v); }},
    {"vin", [](RegisterLink& l, const std::string& v) { l.set_vin(v); }},
    {"vehicle_licence", [](RegisterLink& l, const std::string& v) { l.set_vehicle_licence(v); }},
    {"operator_licence", [](RegisterLink& l, const std::string& v) { l.set_operator_licence(v); }},
    {"driver_licence", [](RegisterLink& l, const std::string& v) { l.set_driver_licence(v); }},
}};

tl::unexpected<Error> bad_register(std::size_t line, const std::string& what) {
  return fail(ErrorKind::kInvalid, "bad_register", "line " + std::to_string(line) + ": " + what);
}

const Column* find_column(std::string_view name) {
  const auto found = std::ranges::find(kColumns, name, &Column::name);
  return found == kColumns.end() ? nullptr : &*found;
}

std::string column_names() {
  std::string names;
  for (const Column& column : kColumns) {
    if (!names.empty()) names += ", ";
    names += column.name;
  }
  return names;
}

// Printable ASCII: marks, numbers and names of units have nothing else.
bool plain(std::string_view value) {
  return value.size() <= kFieldBytesMax &&
         std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::string trimmed(std::string_view value) {
  const std::size_t first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(value.substr(first, value.find_last_not_of(" \t") - first + 1));
}

// Collects links and checks what both forms must keep.
class Links {
 public:
  Status set(RegisterLink& link, const Column& column, std::string_view value, std::size_t line) {
    const std::string text = trimmed(value);
    if (!plain(text)) {
      return bad_register(line, std::string(column.name) + " is longer than " +
                                    std::to_string(kFieldBytesMax) +
                                    " characters or not printable ASCII");
    }
    column.set(link, text);
    return {};
  }

  Status add(RegisterLink link, std::size_t line) {
    if (link.unit().empty()) return bad_register(line, "unit is missing");
    if (!UnitId::parse(link.unit())) {
      return bad_register(
          line, "unit \"" + link.unit() + "\" is no unit name (1 to 64 of a-z, 0-9 and -)");
    }
    const auto [before, fresh] = lines_.emplace(link.unit(), line);
    if (!fresh) {
      return bad_register(line, "unit " + link.unit() + " stands in line " +
                                    std::to_string(before->second) + " already");
    }
    link.set_registration(evidence::normalise_registration(link.registration()));
    if (link.registration().empty()) return bad_register(line, "registration is missing");
    link.set_vehicle_licence(evidence::normalise_licence(link.vehicle_licence()));
    link.set_operator_licence(evidence::normalise_licence(link.operator_licence()));
    link.set_driver_licence(evidence::normalise_licence(link.driver_licence()));
    *loaded_.add_links() = std::move(link);
    return {};
  }

  evidence::RegisterLoaded finish(std::string_view text) && {
    const Digest digest = sha256(text);
    loaded_.set_source_sha256(digest.bytes.data(), digest.bytes.size());
    return std::move(loaded_);
  }

 private:
  evidence::RegisterLoaded loaded_;
  std::map<std::string, std::size_t> lines_;
};

Status read_toml_vehicle(const toml::table& vehicle, Links& links) {
  RegisterLink link;
  for (const auto& [key, node] : vehicle) {
    const std::size_t line = key.source().begin.line;
    const Column* column = find_column(key.str());
    if (column == nullptr) {
      return bad_register(
          line, "unknown key \"" + std::string(key.str()) + "\"; known are " + column_names());
    }
    const auto* text = node.as_string();
    if (text == nullptr) {
      return bad_register(line, std::string(column->name) + " must be a text in quotes");
    }
    HANSOM_TRY(links.set(link, *column, text->get(), line));
  }
  return links.add(std::move(link), vehicle.source().begin.line);
}

Status read_toml(std::string_view text, Links& links) {
  toml::table file;
  try {
    file = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return bad_register(error.source().begin.line, "column " +
                                                       std::to_string(error.source().begin.column) +
                                                       ": " + std::string(error.description()));
  }
  for (const auto& [key, node] : file) {
    const std::size_t line = key.source().begin.line;
    const toml::array* vehicles = node.as_array();
    if (key.str() != "vehicle" || vehicles == nullptr) {
      return bad_register(line, "\"" + std::string(key.str()) +
                                    "\" is not known; a register has [[vehicle]] tables only");
    }
    for (const toml::node& entry : *vehicles) {
      const toml::table* vehicle = entry.as_table();
      if (vehicle == nullptr) {
        return bad_register(entry.source().begin.line, "vehicle must be a [[vehicle]] table");
      }
      HANSOM_TRY(read_toml_vehicle(*vehicle, links));
    }
  }
  return {};
}

Result<std::vector<const Column*>> read_csv_header(const CsvRecord& header) {
  std::vector<const Column*> columns;
  for (const std::string& field : header.fields) {
    const Column* column = find_column(trimmed(field));
    if (column == nullptr) {
      return bad_register(header.line,
                          "unknown column \"" + field + "\"; known are " + column_names());
    }
    if (std::ranges::find(columns, column) != columns.end()) {
      return bad_register(header.line, "column " + field + " stands twice");
    }
    columns.push_back(column);
  }
  return columns;
}

Status read_csv(std::string_view text, Links& links) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // as spreadsheets write it
  HANSOM_TRY_ASSIGN(const std::vector<CsvRecord> records, parse_csv(text));
  if (records.empty()) return bad_register(1, "a header line is missing: " + column_names());
  HANSOM_TRY_ASSIGN(const std::vector<const Column*> columns, read_csv_header(records[0]));
  for (std::size_t r = 1; r < records.size(); ++r) {
    const CsvRecord& record = records[r];
    if (record.fields.size() != columns.size()) {
      return bad_register(record.line, std::to_string(record.fields.size()) +
                                           " fields where the "
                                           "header has " +
                                           std::to_string(columns.size()));
    }
    RegisterLink link;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      HANSOM_TRY(links.set(link, *columns[c], record.fields[c], record.line));
    }
    HANSOM_TRY(links.add(std::move(link), record.line));
  }
  return {};
}

}  // namespace

Result<evidence::RegisterLoaded> parse_register(std::string_view text, std::string_view file_name) {
  const std::string name(file_name);
  Links links;
  Status read;
  if (text.size() > kRegisterBytesMax) {
    return fail(ErrorKind::kInvalid, "bad_register",
                name + ": larger than " + std::to_string(kRegisterBytesMax) + " bytes");
  }
  if (name.ends_with(".toml")) {
    read = read_toml(text, links);
  } else if (name.ends_with(".csv")) {
    read = read_csv(text, links);
  } else {
    read = fail(ErrorKind::kInvalid, "bad_register", "its name must end with .toml or .csv");
  }
  if (!read) return fail(std::move(read).error().in(name));
  return std::move(links).finish(text);
}

}  // namespace hansom::registry
