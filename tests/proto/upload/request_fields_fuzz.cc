// Fuzz target: the header fields of a request, in whichever dialect they choose. A request that is
// read is decided, and the decision keeps its bounds.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "proto/base/bytes.h"
#include "proto/base/check.h"
#include "proto/upload/dialect.h"

namespace {

using hansom::upload::Append;
using hansom::upload::Dialect;
using hansom::upload::Facts;
using hansom::upload::FieldList;

// Lines of "name: value"; the first is the method.
FieldList fields_of(std::string_view text) {
  FieldList fields;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return fields;
}

void append(const Dialect& dialect, const hansom::upload::RequestHead& head) {
  const auto request = dialect.read_append(head);
  if (!request) return;
  Facts facts;
  facts.bytes_max = 1000;
  for (const std::uint64_t offset : {0U, 40U, 100U}) {
    facts.offset = offset;
    for (const bool known : {true, false}) {
      facts.length = known ? std::optional<std::uint64_t>(100) : std::nullopt;
      const auto decision = hansom::upload::decide_append(*request, facts);
      if (const auto* bytes = std::get_if<Append>(&decision)) {
        HANSOM_CHECK(bytes->offset == offset && offset + bytes->bytes_max <= 1000);
        HANSOM_CHECK(!known || offset + bytes->bytes_max <= 100);
      }
    }
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = hansom::as_text({data, size});
  const FieldList fields = fields_of(text);
  const std::string_view method = text.substr(0, text.find('\n'));
  for (const auto content_length :
       {std::optional<std::uint64_t>(60), std::optional<std::uint64_t>()}) {
    const hansom::upload::RequestHead head{method, fields, true, content_length};
    const Dialect& dialect = hansom::upload::choose_dialect(head);
    append(dialect, head);
    if (const auto request = dialect.read_create(head)) {
      const auto refusal = hansom::upload::refuse_create(*request, {1000});
      HANSOM_CHECK(refusal || request->length.value_or(0) <= 1000);
    }
    const auto trailers = dialect.read_trailers(fields);
    HANSOM_CHECK(!trailers || trailers->size() <= 2);
    const auto plain = dialect.read_plain(head);
    HANSOM_CHECK(plain || plain.error().kind != hansom::ErrorKind::kInternal);
  }
  return 0;
}
