// GPMF: see gpmf.h.
#include "ingest/inspect/inspector/sources/gpmf.h"

#include <array>
#include <bit>

#include "ingest/inspect/inspector/sources/byte_reader.h"
#include "ingest/inspect/inspector/sources/epochs.h"
#include "ingest/inspect/inspector/sources/number_text.h"
#include "ingest/inspect/inspector/sources/speeds.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kFieldsMax = 16;  // of one element; GPRI has ten
constexpr char kNested = '\0';

struct Item {
  std::uint32_t key = 0;
  char type = kNested;
  std::size_t size = 0;  // of one element
  std::size_t count = 0;
  ByteSpan data;
  std::uint64_t offset = 0;
};

// The items that lie one after another in `bytes`.
class ItemWalk {
 public:
  ItemWalk(ByteSpan bytes, std::uint64_t offset) : reader_(bytes), offset_(offset) {}
  std::optional<Item> next() {
    if (reader_.left() < 8) return std::nullopt;
    Item item;
    item.key = reader_.u32be();
    item.type = static_cast<char>(reader_.u8());
    item.size = reader_.u8();
    item.count = reader_.u16be();
    item.offset = offset_ + reader_.at();
    const std::size_t bytes = item.size * item.count;
    item.data = reader_.bytes(bytes);
    reader_.skip((4 - bytes % 4) % 4);
    if (item.data.size() != bytes) return std::nullopt;  // cut off, or no GPMF
    return item;
  }

 private:
  ByteReader reader_;
  std::uint64_t offset_;
};

struct Number {
  double value = 0;
  std::string text;
};

template <typename Integer>
Number number_of(Integer integer) {
  return {static_cast<double>(integer), std::to_string(integer)};
}

// One number of a type of GPMF; nothing for types that are no number.
std::optional<Number> read_number(char type, ByteReader& reader) {
  switch (type) {
    case 'b':
      return number_of(static_cast<std::int8_t>(reader.u8()));
    case 'B':
      return number_of(reader.u8());
    case 's':
      return number_of(reader.i16be());
    case 'S':
      return number_of(reader.u16be());
    case 'l':
      return number_of(reader.i32be());
    case 'L':
      return number_of(reader.u32be());
    case 'j':
      return number_of(static_cast<std::int64_t>(reader.u64be()));
    case 'J':
      return number_of(reader.u64be());
    case 'f': {
      const double value = std::bit_cast<float>(reader.u32be());
      return Number{value, number_text(value)};
    }
    case 'd': {
      const double value = std::bit_cast<double>(reader.u64be());
      return Number{value, number_text(value)};
    }
    default:
      return std::nullopt;
  }
}

struct Fields {
  std::array<Number, kFieldsMax> raw;
  std::size_t count = 0;
  std::string text;  // all of them
};

// The fields of one element. `types`: one letter a field; or a single one for all of them.
Fields read_fields(std::string_view types, ByteSpan element) {
  Fields out;
  ByteReader reader(element);
  while (reader.left() > 0 && out.count < kFieldsMax) {
    const std::size_t at = types.size() == 1 ? 0 : out.count;
    if (at >= types.size()) break;
    auto number = read_number(types[at], reader);
    if (!number || !reader.ok()) break;
    out.text += (out.count == 0 ? "" : " ") + number->text;
    out.raw[out.count++] = *std::move(number);
  }
  return out;
}

// What a stream says of the elements that follow.
struct StreamState {
  std::string_view types;              // TYPE
  Fields scale;                        // SCAL
  std::optional<std::uint32_t> fix;    // GPSF
  std::optional<std::uint16_t> dop;    // GPSP
  std::optional<std::int64_t> utc_us;  // GPSU
};

// "170417173103.000" as UTC.
std::optional<std::int64_t> read_gpsu(std::string_view text) {
  const auto digits = [&text](std::size_t at, std::size_t count) -> std::optional<unsigned> {
    unsigned value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(text[i] - '0');
    }
    return value;
  };
  std::array<unsigned, 6> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = digits(2 * i, 2);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  const auto thousandths = digits(13, 3);
  return from_civil(2000 + static_cast<int>(parts[0]), parts[1], parts[2], parts[3], parts[4],
                    parts[5], std::int64_t{thousandths.value_or(0)} * 1000);
}

// What reads one sample.
class GpmfReader {
 public:
  GpmfReader(const Sample& sample, std::int32_t stream, Found& found)
      : sample_(sample), stream_(stream), found_(found) {}

  void read_stream(const Item& strm) {
    state_ = {};
    ItemWalk walk(strm.data, strm.offset);
    while (const auto item = walk.next()) read_item(*item);
  }

 private:
  void read_item(const Item& item) {
    ByteReader reader(item.data);
    switch (item.key) {
      case box_type("TYPE"):
        state_.types = text_of(item.data);
        break;
      case box_type("SCAL"):
        state_.scale = read_fields({&item.type, 1}, item.data);
        break;
      case box_type("GPSF"):
        state_.fix = reader.u32be();
        break;
      case box_type("GPSP"):
        state_.dop = reader.u16be();
        break;
      case box_type("GPSU"):
        read_time(item);
        break;
      case box_type("STMP"):
        add_time("gpmf:STMP", item, std::to_string(reader.u64be()), {});
        break;
      case box_type("SYST"):
        read_system_time(item);
        break;
      case box_type("GPS5"):
        read_elements(item, "gpmf:GPS5", &GpmfReader::read_gps5);
        break;
      case box_type("GPS9"):
        read_elements(item, "gpmf:GPS9", &GpmfReader::read_gps9);
        break;
      case box_type("GPRI"):
        read_elements(item, "gpmf:GPRI", &GpmfReader::read_karma);
        break;
      case box_type("GLPI"):
        read_elements(item, "gpmf:GLPI", &GpmfReader::read_karma);
        break;
      default:
        break;
    }
  }

  [[nodiscard]] FoundPlace place_of(const Item& item) const {
    return {item.offset, sample_.media_us, stream_};
  }

  void add_time(const char* source, const Item& item, std::string value,
                std::optional<std::int64_t> unix_us) {
    found_.add(FoundTime{place_of(item), source, std::move(value), unix_us});
  }

  void read_time(const Item& item) {
    const std::string_view text = text_of(item.data);
    state_.utc_us = read_gpsu(text);
    const bool is_void = state_.fix == 0U;
    add_time(is_void ? "void:gpmf:GPSU" : "gpmf:GPSU", item, std::string(text), state_.utc_us);
  }

  void read_system_time(const Item& item) {
    const Fields fields = read_fields(types_of(item), item.data);
    if (fields.count < 2) return;
    const double seconds = scaled(fields, 1);
    std::optional<std::int64_t> unix_us;
    if (seconds > 0 && seconds < 1e11) unix_us = static_cast<std::int64_t>(seconds * 1e6);
    add_time("gpmf:SYST", item, fields.text + scale_text(), unix_us);
  }

  using ReadElement = void (GpmfReader::*)(const Fields&, std::size_t, FoundPosition&);
  void read_elements(const Item& item, const char* source, ReadElement read) {
    for (std::size_t i = 0; i < item.count; ++i) {
      const Fields fields =
          read_fields(types_of(item), item.data.subspan(i * item.size, item.size));
      if (fields.count < 4) return;
      FoundPosition position{place_of(item).behind(i * item.size), source,
                             fields.text + scale_text()};
      if (sample_.media_us && sample_.duration_us) {
        *position.media_us += *sample_.duration_us / static_cast<std::int64_t>(item.count) *
                              static_cast<std::int64_t>(i);
      }
      (this->*read)(fields, i, position);
    }
  }

  void read_gps5(const Fields& fields, std::size_t index, FoundPosition& position) {
    if (state_.fix) position.value += " fix " + std::to_string(*state_.fix);
    if (state_.dop) position.value += " dop " + std::to_string(*state_.dop);
    if (state_.fix == 0U) return;
    put_place(fields, 0, position);
    position.speed_kmh = scaled(fields, 3) * kKmhPerMetrePerSecond;
    if (index == 0) position.unix_us = state_.utc_us;
    found_.add(std::move(position));
  }

  void read_gps9(const Fields& fields, std::size_t /*index*/, FoundPosition& position) {
    constexpr std::size_t kCount = 9;
    constexpr double kDaysMax = 1e6;
    if (fields.count < kCount || fields.raw[8].value == 0) return;
    put_place(fields, 0, position);
    position.speed_kmh = scaled(fields, 3) * kKmhPerMetrePerSecond;
    const double days = scaled(fields, 5);
    const double seconds = scaled(fields, 6);
    if (days >= 0 && days < kDaysMax && seconds >= 0 && seconds < 86'401) {
      position.unix_us =
          (epoch_s(2000, 1, 1) + static_cast<std::int64_t>(days) * 86'400) * kMicrosPerSecond +
          static_cast<std::int64_t>(seconds * 1e6);
    }
    found_.add(std::move(position));
  }

  void read_karma(const Fields& fields, std::size_t /*index*/, FoundPosition& position) {
    position.time = number_text(scaled(fields, 0)) + " s";
    put_place(fields, 1, position);
    found_.add(std::move(position));
  }

  void put_place(const Fields& fields, std::size_t first, FoundPosition& position) const {
    position.latitude_deg = scaled(fields, first);
    position.longitude_deg = scaled(fields, first + 1);
    position.altitude_m = scaled(fields, first + 2);
  }

  [[nodiscard]] double scaled(const Fields& fields, std::size_t index) const {
    const Fields& scale = state_.scale;
    if (scale.count == 0) return fields.raw[index].value;
    const double divisor = scale.raw[scale.count == 1 ? 0 : index].value;
    return divisor == 0 ? 0 : fields.raw[index].value / divisor;
  }
  [[nodiscard]] std::string scale_text() const {
    return state_.scale.count == 0 ? "" : " scale " + state_.scale.text;
  }
  [[nodiscard]] std::string_view types_of(const Item& item) const {
    return item.type == '?' ? state_.types : std::string_view(&item.type, 1);
  }

  const Sample& sample_;
  std::int32_t stream_;
  Found& found_;
  StreamState state_;
};

}  // namespace

void read_gpmf(const Sample& sample, std::int32_t stream, Found& found) {
  GpmfReader reader(sample, stream, found);
  ItemWalk devices(sample.bytes, sample.offset);
  while (const auto device = devices.next()) {
    if (device->key != box_type("DEVC") || device->type != kNested) continue;
    ItemWalk streams(device->data, device->offset);
    while (const auto strm = streams.next()) {
      if (strm->key == box_type("STRM") && strm->type == kNested) reader.read_stream(*strm);
    }
  }
}

}  // namespace hansom::ingest
