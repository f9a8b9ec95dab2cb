// JSON lines on stderr.
#include "proto/base/log.h"

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>

#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace hansom {
namespace {

std::atomic<LogLevel>& threshold() {
  static std::atomic<LogLevel> level{LogLevel::kInfo};
  return level;
}

std::string_view word(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned char>(c));
      out += escaped.data();
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_value(std::string& out, const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_quoted(out, *text);
  } else if (const auto* i = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*i);
  } else if (const auto* u = std::get_if<std::uint64_t>(&field.value)) {
    out += std::to_string(*u);
  } else if (const auto* d = std::get_if<double>(&field.value)) {
    out += std::isfinite(*d) ? std::to_string(*d) : "null";
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

std::string start_line(LogLevel level, std::string_view event) {
  std::string line = "{\"time\":\"" + to_rfc3339(system_clock().now()) + "\",\"level\":\"";
  line += word(level);
  line += "\",\"event\":";
  append_quoted(line, event);
  return line;
}

void append_fields(std::string& line, std::initializer_list<LogField> fields) {
  for (const auto& field : fields) {
    line += ',';
    append_quoted(line, field.name);
    line += ':';
    append_value(line, field);
  }
}

void write_line(std::string line) {
  line += "}\n";
  // A log that cannot be written must not stop the server; there is nowhere left to say so.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < threshold().load(std::memory_order_relaxed)) return;
  std::string line = start_line(level, event);
  append_fields(line, fields);
  write_line(std::move(line));
}

void log_error(std::string_view event, const Error& error, std::initializer_list<LogField> fields) {
  std::string line = start_line(LogLevel::kError, event);
  append_fields(line, {{"token", error.token}, {"message", error.message}});
  append_fields(line, fields);
  write_line(std::move(line));
}

void set_log_level(LogLevel level) {
  threshold().store(level);
}

}  // namespace hansom
