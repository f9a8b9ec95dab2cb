// Any text as a batch of events: what is read is written and read again the same.
#include <cstdint>

#include <google/protobuf/util/message_differencer.h>

#include "proto/base/bytes.h"
#include "proto/base/check.h"
#include "proto/evidence/events_json.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  const auto events = evidence::parse_events(as_text(ByteSpan(data, size)));
  if (!events) return 0;
  const auto again = evidence::parse_events(evidence::events_json(*events));
  HANSOM_CHECK(again && again->size() == events->size());
  for (std::size_t i = 0; i < events->size(); ++i) {
    HANSOM_CHECK(google::protobuf::util::MessageDifferencer::Equals((*events)[i], (*again)[i]));
  }
  return 0;
}
