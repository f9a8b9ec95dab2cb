// Batches of events, bounded in number and bytes.
#include "ingest/unit/event_batches.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace hansom::ingest {
namespace {

constexpr std::string_view kOpening = "{\"events\":[";
constexpr std::string_view kClosing = "]}";

// Every event is checked as the server will; a message counts events from the start of the file.
Status check_batch(const std::string& batch, std::size_t first) {
  auto checked = evidence::parse_events(batch);
  if (checked) return {};
  const std::string place = first == 0 ? "" : "in the batch from event " + std::to_string(first);
  return fail(place.empty() ? std::move(checked).error() : std::move(checked).error().in(place));
}

}  // namespace

Result<std::vector<std::string>> event_batches(std::string_view json, BatchBounds bounds) {
  boost::system::error_code error;
  const auto value = boost::json::parse(json, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains("events");
  const auto* events = member == nullptr ? nullptr : member->if_array();
  if (events == nullptr) {
    return fail(ErrorKind::kInvalid, "events_unparsable",
                error ? "not JSON: " + error.message() : "not an object with an array \"events\"");
  }
  std::vector<std::string> batches;
  std::string batch(kOpening);
  std::size_t in_batch = 0;
  std::size_t first = 0;
  const auto close = [&]() -> Status {
    batch += kClosing;
    HANSOM_TRY(check_batch(batch, first));
    batches.push_back(std::move(batch));
    batch = kOpening;
    first += in_batch;
    in_batch = 0;
    return {};
  };
  for (const auto& event : *events) {
    const std::string text = boost::json::serialize(event);
    const bool full = in_batch == bounds.events_max ||
                      batch.size() + 1 + text.size() + kClosing.size() > bounds.bytes_max;
    if (full && in_batch > 0) HANSOM_TRY(close());
    if (in_batch > 0) batch += ',';
    batch += text;
    ++in_batch;
  }
  if (in_batch > 0) HANSOM_TRY(close());
  return batches;
}

}  // namespace hansom::ingest
