// The operator's log: one JSON line an event on stderr. Never secrets, never content of clips.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace hansom {

struct Error;

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// One field of a log line; a name ends with its unit (`sync_us`, `body_bytes`).
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  LogField(std::string_view n, int v) : name(n), value(std::int64_t{v}) {}
  LogField(std::string_view n, std::int64_t v) : name(n), value(v) {}
  LogField(std::string_view n, std::uint64_t v) : name(n), value(v) {}
};

// Writes one line `{"time":..., "level":..., "event":..., fields...}` in one write(2). Any thread.
// `event` is a stable snake_case word an operator can search for.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
// The same, with the error's token and message as fields.
void log_error(std::string_view event, const Error& error,
               std::initializer_list<LogField> fields = {});
// Lines below `level` are dropped; kInfo at start.
void set_log_level(LogLevel level);

}  // namespace hansom
