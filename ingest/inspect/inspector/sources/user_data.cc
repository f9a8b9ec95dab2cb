// Times and positions in user data: see user_data.h.
#include "ingest/inspect/inspector/sources/user_data.h"

#include <algorithm>

#include "ingest/inspect/inspector/limits.h"
#include "ingest/inspect/inspector/raw_time.h"
#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/iso6709.h"

namespace hansom::ingest {
namespace {

constexpr std::uint32_t kDay = box_type("\251day");    // (c)day
constexpr std::uint32_t kPlace = box_type("\251xyz");  // (c)xyz
constexpr std::uint32_t kData = box_type("data");
constexpr std::size_t kFullBoxBytes = 4;
constexpr std::size_t kTextsMax = 64;  // of one box: one a language

// A text of the movie or of one track.
struct Text {
  std::string source;
  std::string_view value;
  std::uint64_t offset = 0;
  std::int32_t stream = -1;
};

void add_time(const Text& text, Found& found) {
  if (text.value.empty()) return;
  FoundTime time;
  time.source = text.source;
  time.value = text.value;
  time.unix_us = read_utc_us(text.value);
  time.stream = text.stream;
  time.offset = text.offset;
  found.add(std::move(time));
}

void add_place(const Text& text, Found& found) {
  const auto point = read_iso6709(text.value);
  if (!point) return;
  FoundPosition position;
  position.source = text.source;
  position.value = text.value;
  position.stream = text.stream;
  position.offset = text.offset;
  position.latitude_deg = point->latitude_deg;
  position.longitude_deg = point->longitude_deg;
  position.altitude_m = point->altitude_m;
  found.add(std::move(position));
}

// The texts of a (c) box in user data: size and language before each.
void read_texts(const Box& box, const char* source, std::int32_t stream,
                void (*add)(const Text&, Found&), Found& found) {
  ByteReader reader(box.payload);
  for (std::size_t texts = 0; reader.left() >= 4 && texts < kTextsMax; ++texts) {
    const std::size_t size = reader.u16be();
    reader.skip(2);
    const std::size_t at = reader.at();
    if (size == 0 || size > reader.left()) break;
    add({source, text_of(reader.bytes(size)), box.offset + at, stream}, found);
  }
}

// The value of an item of ilst: its first data box, after type and locale.
std::optional<Box> item_value(const Box& item, LookBudget& budget) {
  auto data = find_box(item, {kData}, budget);
  if (!data || data->payload.size() < 8) return std::nullopt;
  data->payload = data->payload.subspan(8);
  data->offset += 8;
  return data;
}

std::vector<std::string_view> read_keys(const Box& keys) {
  std::vector<std::string_view> names;
  ByteReader reader(keys.payload);
  reader.skip(kFullBoxBytes);
  const std::uint32_t told = reader.u32be();
  for (std::uint32_t i = 0; i < told && names.size() < kMovieKeysMax && reader.ok(); ++i) {
    const std::size_t size = reader.u32be();
    reader.skip(4);  // namespace: mdta
    if (size < 8) break;
    names.push_back(text_of(reader.bytes(size - 8)));
  }
  return names;
}

void read_meta(const Box& meta, std::int32_t stream, LookBudget& budget, Found& found) {
  std::vector<std::string_view> keys;
  BoxWalk walk = inside_meta(meta, budget);
  while (const auto box = walk.next()) {
    if (box->type == box_type("keys")) keys = read_keys(*box);
    if (box->type != box_type("ilst")) continue;
    BoxWalk items(*box, budget);
    while (const auto item = items.next()) {
      const bool is_key = item->type >= 1 && item->type <= keys.size();
      if (!is_key && item->type != kDay && item->type != kPlace) continue;
      const auto value = item_value(*item, budget);
      if (!value) continue;
      const char* plain = item->type == kDay ? "ilst:day" : "ilst:xyz";
      const std::string name(is_key ? keys[item->type - 1] : plain);
      const Text text{name, text_of(value->payload), value->offset, stream};
      if (item->type == kDay || (is_key && is_time_tag(name))) {
        add_time(text, found);
      } else {
        add_place(text, found);
      }
    }
  }
}

void read_loci(const Box& loci, std::int32_t stream, Found& found) {
  ByteReader reader(loci.payload);
  reader.skip(kFullBoxBytes + 2);  // and the language
  static_cast<void>(reader.text_to_nul());
  reader.skip(1);  // role
  const std::size_t at = reader.at();
  const std::int32_t longitude = reader.i32be();
  const std::int32_t latitude = reader.i32be();
  const std::int32_t altitude = reader.i32be();
  if (!reader.ok()) return;
  FoundPosition position;
  position.source = "loci";
  position.value =
      std::to_string(longitude) + " " + std::to_string(latitude) + " " + std::to_string(altitude);
  position.stream = stream;
  position.offset = loci.offset + at;
  position.longitude_deg = longitude / 65'536.0;
  position.latitude_deg = latitude / 65'536.0;
  position.altitude_m = altitude / 65'536.0;
  found.add(std::move(position));
}

void read_udta(const Box& udta, std::int32_t stream, LookBudget& budget, Found& found) {
  BoxWalk walk(udta, budget);
  while (const auto box = walk.next()) {
    if (box->type == kDay) read_texts(*box, "udta:day", stream, add_time, found);
    if (box->type == kPlace) read_texts(*box, "udta:xyz", stream, add_place, found);
    if (box->type == box_type("loci")) read_loci(*box, stream, found);
    if (box->type == box_type("meta")) read_meta(*box, stream, budget, found);
  }
}

void read_within(const Box& parent, std::int32_t stream, LookBudget& budget, Found& found) {
  BoxWalk walk(parent, budget);
  while (const auto box = walk.next()) {
    if (box->type == box_type("udta")) read_udta(*box, stream, budget, found);
    if (box->type == box_type("meta")) read_meta(*box, stream, budget, found);
  }
}

}  // namespace

void find_user_data(const Movie& movie, LookBudget& budget, Found& found) {
  if (!movie.moov) return;
  read_within(*movie.moov, -1, budget, found);
  for (const MovieTrack& track : movie.tracks) {
    read_within(track.trak, track.stream, budget, found);
  }
}

}  // namespace hansom::ingest
