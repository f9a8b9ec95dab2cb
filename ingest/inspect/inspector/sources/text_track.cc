// Times and positions in texts: see text_track.h.
#include "ingest/inspect/inspector/sources/text_track.h"

#include "ingest/inspect/inspector/sources/byte_reader.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kDatesMax = 8;  // of one text
constexpr std::size_t kCivilBytes = 19;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "2026-03-29 00:59:59" at the front, with '-', '/', ':' or '.' in the date.
bool is_civil(std::string_view text) {
  if (text.size() < kCivilBytes) return false;
  constexpr std::string_view kShape = "dddd-dd-dd dd:dd:dd";
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = text[i];
    bool fits = false;
    switch (kShape[i]) {
      case 'd':
        fits = is_digit(c);
        break;
      case '-':
        fits = std::string_view("-/:.").find(c) != std::string_view::npos;
        break;
      case ' ':
        fits = c == ' ' || c == 'T' || c == '_';
        break;
      default:
        fits = c == ':';
        break;
    }
    if (!fits) return false;
  }
  const bool ends = text.size() == kCivilBytes || !is_digit(text[kCivilBytes]);
  return ends && text[4] == text[7] && (text.starts_with("19") || text.starts_with("20"));
}

bool read_garmin(const Sample& sample, std::int32_t stream, Found& found) {
  const std::string_view text = text_of(sample.bytes);
  // The bare record, or after a size of two bytes as in other text samples.
  const std::size_t at = text.substr(0, 8).find("PNDM");
  constexpr std::size_t kRecordBytes = 20;
  if (at == std::string_view::npos || text.size() < at + kRecordBytes) return false;
  ByteReader reader(sample.bytes.subspan(at + 8));
  const std::uint32_t speed = reader.u32le();
  const std::int32_t latitude = reader.i32le();
  const std::int32_t longitude = reader.i32le();
  constexpr double kUnit = 180.0 / (1ULL << 31U);
  FoundPosition position{
      {sample.offset + at, sample.media_us, stream},
      "PNDM",
      std::to_string(latitude) + " " + std::to_string(longitude) + " " + std::to_string(speed)};
  position.latitude_deg = latitude * kUnit;
  position.longitude_deg = longitude * kUnit;
  found.add(std::move(position));
  return true;
}

// The numbers in brackets before BlackVue's sentences.
void read_brackets(std::string_view text, const FoundPlace& place, Found& found) {
  for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    const std::string_view rest = text.substr(at + 1, 20);
    const std::size_t size = rest.find(']');
    if (size == std::string_view::npos || size < 10) continue;
    const std::string_view number = rest.substr(0, size);
    if (number.find_first_not_of("0123456789") != std::string_view::npos) continue;
    found.add(FoundTime{place.behind(at + 1), "blackvue:ms", std::string(number)});
  }
}

}  // namespace

void read_text(std::string_view text, const FoundPlace& place, const char* source, Found& found) {
  find_nmea(text, place, found);
  std::size_t dates = 0;
  for (std::size_t at = 0; at + kCivilBytes <= text.size() && dates < kDatesMax; ++at) {
    if ((at > 0 && is_digit(text[at - 1])) || !is_civil(text.substr(at))) continue;
    found.add(FoundTime{place.behind(at), source, std::string(text.substr(at, kCivilBytes))});
    ++dates;
    at += kCivilBytes - 1;
  }
}

void read_text_sample(const Sample& sample, std::int32_t stream, Found& found) {
  if (read_garmin(sample, stream, found)) return;
  if (sample.bytes.size() <= 2) return;
  ByteReader reader(sample.bytes);
  const std::size_t told = reader.u16be();
  // Some writers leave the size out.
  const bool sized = told <= reader.left() && (sample.bytes[0] < 0x20 || told == reader.left());
  const std::size_t from = sized ? 2 : 0;
  const ByteSpan text = sized ? sample.bytes.subspan(2, told) : sample.bytes;
  read_text(text_of(text), {sample.offset + from, sample.media_us, stream}, "text", found);
}

void find_blackvue(ByteSpan clip, LookBudget& budget, Found& found) {
  BoxWalk top(clip, 0, budget);
  while (const auto box = top.next()) {
    if (box->type != box_type("free") && box->type != box_type("skip")) continue;
    const auto gps = find_box(*box, {box_type("gps ")}, budget);
    if (!gps) continue;
    const FoundPlace place{gps->offset};
    const std::string_view text = text_of(budget.take(gps->payload));
    read_brackets(text, place, found);
    find_nmea(text, place, found);
  }
}

}  // namespace hansom::ingest
