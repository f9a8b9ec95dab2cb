// A reader of CSV in one pass.
#include "index/register/csv.h"

namespace hansom::registry {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  Result<std::vector<CsvRecord>> run() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      CsvRecord record{line_, {}};
      bool more = true;
      while (more) {
        HANSOM_TRY_ASSIGN(std::string field, peek() == '"' ? quoted() : plain());
        record.fields.push_back(std::move(field));
        more = peek() == ',';
        if (more) ++at_;
      }
      HANSOM_TRY(end_of_line());
      if (record.fields.size() > 1 || !record.fields[0].empty()) {
        records.push_back(std::move(record));
      }
    }
    return records;
  }

 private:
  // The byte at hand; a NUL at the end of the text (and a NUL in the text is a plain byte).
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorKind::kInvalid, "bad_register",
                "line " + std::to_string(line_) + ", column " +
                    std::to_string(at_ - line_start_ + 1) + ": " + std::string(what));
  }

  void next_line() {
    ++line_;
    line_start_ = at_;
  }

  Result<std::string> plain() {
    const std::size_t start = at_;
    while (at_ < text_.size() && std::string_view(",\r\n").find(text_[at_]) == std::string::npos) {
      if (text_[at_] == '"') return wrong("a quote inside a field that does not begin with one");
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  Result<std::string> quoted() {
    std::string field;
    const std::size_t opened = line_;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != '"') {
        field.push_back(c);
        if (c == '\n') next_line();
      } else if (peek() == '"') {
        field.push_back('"');
        ++at_;
      } else {
        return field;
      }
    }
    return wrong("the quote opened in line " + std::to_string(opened) + " is never closed");
  }

  Status end_of_line() {
    if (at_ == text_.size()) return {};
    if (peek() == '\r') ++at_;
    if (peek() != '\n') return wrong("a comma or the end of the line is missing");
    ++at_;
    next_line();
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
};

}  // namespace

Result<std::vector<CsvRecord>> parse_csv(std::string_view text) {
  return CsvReader(text).run();
}

}  // namespace hansom::registry
