// Any bytes as an inspector's answer: what is believed can be written and is believed again.
#include <algorithm>
#include <cstdint>
#include <string>

#include "ingest/inspect/inspector/answer.h"
#include "ingest/inspect/report_check.h"
#include "proto/base/check.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom::ingest;
  const hansom::ByteSpan answer(data, size);
  const auto header = decode_header(answer);
  if (header) {
    HANSOM_CHECK(header->report_bytes <= kAnswerBytesMax);
    const auto again = encode_header(*header);
    HANSOM_CHECK(std::equal(again.begin(), again.end(), answer.begin()));
  }
  const auto report = read_report(answer.subspan(header ? kAnswerHeaderBytes : 0));
  if (!report) return 0;
  const std::string wire = report->SerializeAsString();
  HANSOM_CHECK(read_report(hansom::as_bytes(wire)).has_value());
  return 0;
}
