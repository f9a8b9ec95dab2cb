// Reads CSV as RFC 4180 has it: commas, quotes doubled inside quotes, CRLF or LF.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace hansom::registry {

struct CsvRecord {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
};
// Empty lines are left out. Error: kInvalid `bad_register` naming line and column (in bytes, from
// 1): a quote inside an unquoted field, text behind a closing quote, a quote never closed.
[[nodiscard]] Result<std::vector<CsvRecord>> parse_csv(std::string_view text);

}  // namespace hansom::registry
