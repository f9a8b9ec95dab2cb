// XMP: see xmp.h.
#include "ingest/inspect/inspector/sources/xmp.h"

#include <algorithm>
#include <array>

#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/iso6709.h"
#include "ingest/inspect/inspector/sources/search.h"

namespace hansom::ingest {
namespace {

constexpr std::string_view kBegin = "<x:xmpmeta";
constexpr std::string_view kEnd = "</x:xmpmeta>";
constexpr std::size_t kPacketBytesMax = 1ULL << 20;
constexpr std::size_t kValueBytesMax = 256;
constexpr std::string_view kSpaces = " \t\r\n";

// Times, by their names.
struct TimeName {
  std::string_view name;
  const char* source;
};
constexpr std::array<TimeName, 9> kTimeNames{{
    {"xmp:CreateDate", "xmp:CreateDate"},
    {"xmp:ModifyDate", "xmp:ModifyDate:modification"},
    {"xmp:MetadataDate", "xmp:MetadataDate:modification"},
    {"stEvt:when", "xmp:when:modification"},
    {"exif:DateTimeOriginal", "xmp:DateTimeOriginal"},
    {"exif:DateTimeDigitized", "xmp:DateTimeDigitized"},
    {"exif:GPSTimeStamp", "xmp:GPSTimeStamp"},
    {"photoshop:DateCreated", "xmp:DateCreated"},
    {"xmpDM:shotDate", "xmp:shotDate"},
}};

std::string unescaped(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string out;
  while (!text.empty()) {
    const auto entity = std::find_if(kEntities.begin(), kEntities.end(), [text](const auto& each) {
      return text.starts_with(each.first);
    });
    const bool known = entity != kEntities.end();
    out += known ? entity->second : text.front();
    text.remove_prefix(known ? entity->first.size() : 1);
  }
  return out;
}

// "53,25.8125N" and "53,25,48N" in degrees, negative in the south and west.
std::optional<double> read_coordinate(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const char letter = text.back();
  if (std::string_view("NSEW").find(letter) == std::string_view::npos) return std::nullopt;
  text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  double degrees = 0;
  double unit = 1;
  for (int i = 0; i < 3 && !text.empty(); ++i) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const auto number = read_decimal(part);
    if (!number || *number < 0) return std::nullopt;
    degrees += *number / unit;
    unit *= 60;
  }
  return letter == 'S' || letter == 'W' ? -degrees : degrees;
}

class PacketReader {
 public:
  PacketReader(std::string_view packet, std::uint64_t offset, Found& found)
      : packet_(packet), offset_(offset), found_(found) {}

  void read() {
    std::size_t at = 0;
    while ((at = packet_.find('<', at)) != std::string_view::npos) at = read_tag(at + 1);
    if (!latitude_ || !longitude_) return;
    FoundPosition position;
    position.source = "xmp:GPS";
    position.value = value_;
    position.offset = place_;
    position.latitude_deg = *latitude_;
    position.longitude_deg = *longitude_;
    found_.add(std::move(position));
  }

 private:
  // A tag from behind its '<'; where to go on.
  std::size_t read_tag(std::size_t at) {
    const std::size_t name_end = std::min(packet_.find_first_of(" \t\r\n/>", at), packet_.size());
    const std::string_view name = packet_.substr(at, name_end - at);
    at = name_end;
    while (at < packet_.size() && packet_[at] != '>') {
      if (packet_[at] == '<') return at;  // not closed
      at = read_attribute(at);
    }
    if (at >= packet_.size()) return at;
    const std::string_view text = packet_.substr(at + 1, packet_.find('<', at) - at - 1);
    if (!text.empty() && !name.empty() && name.front() != '/') take(name, text, at + 1);
    return at + 1;
  }

  std::size_t read_attribute(std::size_t at) {
    const std::size_t start = packet_.find_first_not_of(" \t\r\n/?", at);
    if (start == std::string_view::npos) return packet_.size();
    if (packet_[start] == '>' || packet_[start] == '<') return start;
    const std::size_t equals = packet_.find_first_of("=><", start);
    if (equals == std::string_view::npos) return packet_.size();
    if (packet_[equals] != '=') return equals;
    std::string_view name = packet_.substr(start, equals - start);
    name = name.substr(0, name.find_first_of(kSpaces));
    const std::size_t quote = packet_.find_first_not_of(kSpaces, equals + 1);
    if (quote == std::string_view::npos) return packet_.size();
    if (packet_[quote] != '"' && packet_[quote] != '\'') return quote;
    const std::size_t end = packet_.find(packet_[quote], quote + 1);
    if (end == std::string_view::npos) return packet_.size();
    take(name, packet_.substr(quote + 1, end - quote - 1), quote + 1);
    return end + 1;
  }

  void take(std::string_view name, std::string_view text, std::size_t at) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    if (text.empty() || text.size() > kValueBytesMax) return;
    if (name == "exif:GPSLatitude" || name == "exif:GPSLongitude") {
      auto& coordinate = name == "exif:GPSLatitude" ? latitude_ : longitude_;
      coordinate = read_coordinate(text);
      if (!place_) place_ = offset_ + at;
      value_ += (value_.empty() ? "" : " ") + std::string(text);
      return;
    }
    const auto known = std::find_if(kTimeNames.begin(), kTimeNames.end(),
                                    [name](const TimeName& each) { return each.name == name; });
    if (known == kTimeNames.end()) return;
    FoundTime time;
    time.source = known->source;
    time.value = unescaped(text);
    time.unix_us = read_utc_us(time.value);
    time.offset = offset_ + at;
    found_.add(std::move(time));
  }

  std::string_view packet_;
  std::uint64_t offset_;
  Found& found_;
  std::optional<double> latitude_;
  std::optional<double> longitude_;
  std::optional<std::uint64_t> place_;
  std::string value_;
};

}  // namespace

void find_xmp(ByteSpan clip, LookBudget& budget, Found& found) {
  Search search(clip, kBegin);
  while (const auto at = search.next()) {
    if (budget.samples == 0) return;
    --budget.samples;
    std::string_view packet = text_of(clip.subspan(*at)).substr(0, kPacketBytesMax);
    packet = packet.substr(0, packet.find(kEnd));
    const ByteSpan taken = budget.take(clip.subspan(*at, packet.size()));
    PacketReader(text_of(taken), *at, found).read();
  }
}

}  // namespace hansom::ingest
