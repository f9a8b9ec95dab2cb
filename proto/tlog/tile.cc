// Tile names, the place of a node in its tile, and the root over a tile's hashes.
#include "proto/tlog/tile.h"

#include <bit>
#include <cstdio>
#include <optional>

#include "proto/base/check.h"
#include "proto/tlog/note_text.h"

namespace hansom::tlog {
namespace {

constexpr std::string_view kPartial = ".p/";
constexpr std::uint64_t kLevelMax = 63;

// 1234067 -> "x001/x234/067": groups of three digits, all but the last marked.
std::string number_path(std::uint64_t number) {
  std::string path;
  bool last = true;
  do {
    std::array<char, 8> group{};
    std::snprintf(group.data(), group.size(), last ? "%03u" : "x%03u/",
                  static_cast<unsigned>(number % 1000));
    path.insert(0, group.data());
    number /= 1000;
    last = false;
  } while (number != 0);
  return path;
}

// The same read back; only the spelling that number_path() writes.
std::optional<std::uint64_t> parse_number_path(std::string_view path) {
  constexpr std::size_t kPathBytesMax = 40;  // of 2^64 - 1 there are seven groups
  if (path.size() > kPathBytesMax) return std::nullopt;
  std::string digits;
  for (const char c : path) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const std::size_t first = digits.find_first_not_of('0');
  const auto number =
      parse_decimal(first == std::string::npos ? "0" : std::string_view(digits).substr(first));
  if (!number || number_path(*number) != path) return std::nullopt;
  return number;
}

std::string width_path(std::uint64_t width) {
  return width < kTileWidth ? std::string(kPartial) + std::to_string(width) : "";
}

}  // namespace

std::string tile_path(TileId tile, std::uint64_t width) {
  HANSOM_CHECK(width >= 1 && width <= kTileWidth);
  return "tile/" + std::to_string(tile.level) + "/" + number_path(tile.number) + width_path(width);
}

std::string bundle_path(std::uint64_t number, std::uint64_t width) {
  HANSOM_CHECK(width >= 1 && width <= kTileWidth);
  return "tile/entries/" + number_path(number) + width_path(width);
}

Result<TilePath> parse_tile_path(std::string_view path) {
  const auto not_there = [] {
    return fail(ErrorKind::kNotFound, "tile_not_found", "that is not the path of a tile");
  };
  TilePath parsed;
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return not_there();
  parsed.entries = path.substr(0, slash) == "entries";
  if (!parsed.entries) {
    const auto level = parse_decimal(path.substr(0, slash));
    if (!level || *level > kLevelMax) return not_there();
    parsed.tile.level = static_cast<unsigned>(*level);
  }
  path.remove_prefix(slash + 1);
  if (const std::size_t dot = path.find(kPartial); dot != std::string_view::npos) {
    const auto width = parse_decimal(path.substr(dot + kPartial.size()));
    if (!width || *width == 0 || *width >= kTileWidth) return not_there();
    parsed.width = *width;
    path = path.substr(0, dot);
  }
  const auto number = parse_number_path(path);
  if (!number) return not_there();
  parsed.tile.number = *number;
  return parsed;
}

TileSlice slice_of_node(unsigned level, std::uint64_t index) {
  const unsigned height = level % kTileHeight;
  const std::uint64_t first = index << height;  // at the tile's own tree level
  return {{level / kTileHeight, first / kTileWidth}, first % kTileWidth, std::size_t{1} << height};
}

Digest subtree_hash(std::span<const Digest> hashes) {
  HANSOM_CHECK(std::has_single_bit(hashes.size()));
  std::vector<Digest> row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) {
      row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    }
    row.resize(row.size() / 2);
  }
  return row.front();
}

Bytes encode_tile(std::span<const Digest> hashes) {
  Bytes out;
  out.reserve(hashes.size() * 32);
  for (const Digest& hash : hashes) out.insert(out.end(), hash.bytes.begin(), hash.bytes.end());
  return out;
}

Result<std::vector<Digest>> decode_tile(ByteSpan bytes) {
  if (bytes.empty() || bytes.size() % 32 != 0 || bytes.size() > kTileBytes) {
    return fail(ErrorKind::kCorrupt, "bad_tile", "a tile is 1 to 256 hashes of 32 bytes");
  }
  std::vector<Digest> hashes;
  hashes.reserve(bytes.size() / 32);
  for (; !bytes.empty(); bytes = bytes.subspan(32)) {
    HANSOM_TRY_ASSIGN(const Digest hash, Digest::from_span(bytes.first(32)));
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace hansom::tlog
