// Edits one line of a TOML file.
#include "index/site/edit_config.h"

#include <vector>

#include <sys/stat.h>

#include "index/site/site_config.h"
#include "proto/base/durable_file.h"

namespace hansom::site {
namespace {

constexpr std::size_t kConfigBytesMax = 1 << 20;

std::string_view trimmed(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : line.substr(first);
}

// The section a header line opens; false for any other line.
bool opens_section(std::string_view line, std::string& section) {
  line = trimmed(line);
  const std::size_t end = line.find(']');
  if (!line.starts_with('[') || end == std::string_view::npos) return false;
  section = line.substr(1, end - 1);
  return true;
}

bool sets(std::string_view line, std::string_view key) {
  line = trimmed(line);
  if (!line.starts_with(key)) return false;
  return trimmed(line.substr(key.size())).starts_with('=');
}

bool spans_lines(std::string_view line) {
  return line.find('[') != std::string_view::npos && line.find(']') == std::string_view::npos;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace

Status edit_setting(const std::filesystem::path& file, std::string_view name,
                    std::string_view value) {
  HANSOM_TRY_ASSIGN(const Bytes before, durable::read_file(file, kConfigBytesMax));
  const std::size_t dot = name.find('.');
  const std::string_view section = dot == std::string_view::npos ? "" : name.substr(0, dot);
  const std::string_view key = dot == std::string_view::npos ? name : name.substr(dot + 1);
  const std::string line = std::string(key) + " = " + std::string(value);

  std::vector<std::string> lines = lines_of(as_text(before));
  std::string at;  // the section of the present line
  std::size_t head = 0;
  bool done = false;
  for (std::size_t i = 0; i < lines.size() && !done; ++i) {
    if (opens_section(lines[i], at)) {
      if (at == section) head = i + 1;
    } else if (at == section && sets(lines[i], key)) {
      if (spans_lines(lines[i])) {
        return fail(ErrorKind::kInvalid, "bad_config",
                    file.string() + ": " + std::string(name) + " spans lines; set it by hand to " +
                        std::string(value));
      }
      lines[i] = line;
      done = true;
    }
  }
  if (!done && !section.empty() && head == 0) {
    return fail(ErrorKind::kInvalid, "bad_config",
                file.string() + ": there is no section " + std::string(section));
  }
  if (!done) lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(head), line);

  std::string text;
  for (const std::string& one : lines) text += one + "\n";
  // What was written must be what hansomd accepts: else the old text comes back.
  struct stat facts {};
  const unsigned mode = ::stat(file.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0640U;
  HANSOM_TRY(durable::replace(file, as_bytes(text), mode));
  if (const auto loaded = load_config(file); !loaded) {
    HANSOM_TRY(durable::replace(file, before, mode));
    return fail(loaded.error());
  }
  return {};
}

}  // namespace hansom::site
