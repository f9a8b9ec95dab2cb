// Files of events cut into batches: in order, within both bounds, unknown members kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/unit/event_batches.h"

namespace hansom::ingest {
namespace {

using ::testing::HasSubstr;

std::string file_of(std::size_t events) {
  std::string json = "{\"events\": [";
  for (std::size_t i = 0; i < events; ++i) {
    json += std::string(i == 0 ? "" : ",") + "{\"sequence\":" + std::to_string(i) +
            R"(,"type":"impact","time":"2026-03-01T10:00:00Z","clock_state":"ntp","vendor":"x"})";
  }
  return json + "]}";
}

TEST(EventBatches, AreInOrderAndWithinTheirNumber) {
  const auto batches = event_batches(file_of(25), {.events_max = 10});
  ASSERT_TRUE(batches) << batches.error().message;
  ASSERT_EQ(batches->size(), 3U);
  std::uint64_t sequence = 0;
  for (const std::string& batch : *batches) {
    EXPECT_THAT(batch, HasSubstr("vendor"));
    const auto events = evidence::parse_events(batch);
    ASSERT_TRUE(events);
    EXPECT_LE(events->size(), 10U);
    for (const auto& event : *events) EXPECT_EQ(event.sequence(), sequence++);
  }
  EXPECT_EQ(sequence, 25U);
}

TEST(EventBatches, AreWithinTheirBytes) {
  const auto batches = event_batches(file_of(100), {.bytes_max = 1000});
  ASSERT_TRUE(batches);
  EXPECT_GT(batches->size(), 5U);
  for (const std::string& batch : *batches) EXPECT_LE(batch.size(), 1000U);
}

TEST(EventBatches, NoneAreNoBatch) {
  EXPECT_TRUE(event_batches("{\"events\":[]}").value().empty());
}

TEST(EventBatches, AWrongEventIsToldBeforeAnythingIsSent) {
  std::string file = file_of(25);
  file.replace(file.find("\"sequence\":17"), 13, "\"sequence\":\"\"");
  const auto batches = event_batches(file, {.events_max = 10});
  ASSERT_FALSE(batches);
  EXPECT_THAT(batches.error().message, HasSubstr("from event 10: member events[7].sequence"));
  for (const auto* text : {"", "[]", "{}", "{\"events\":1}", "{\"events\":[1]}"}) {
    EXPECT_EQ(event_batches(text).error().token, "events_unparsable") << text;
  }
}

}  // namespace
}  // namespace hansom::ingest
