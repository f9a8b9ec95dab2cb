// LigoGPS records whose characters are replaced, each by one other throughout a clip.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hansom::ingest {

// Of the characters '0' to '_', which are all that is replaced: dates, digits, colons and the
// letters of hemispheres, not "/", ".", "-", spaces and small letters. Each camera has an order of
// its own, but a receiver tells one second after another: the character that stands last in the
// clock goes through the ten digits in their order, and the first of the year is a 2 (described by
// ExifTool, lib/Image/ExifTool/LigoGPS.pm).
class LigoCipher {
 public:
  // Learns from the texts of records, "2026/08/03 11:34:53 N:48.100000 W:002.100000 19.0 km/h ..."
  // as they are replaced. Nothing where the seconds do not go round: fewer than eleven records, or
  // another kind of scrambling.
  [[nodiscard]] static std::optional<LigoCipher> learn(const std::vector<std::string_view>& texts);

  // True when a text can be one of such a record.
  [[nodiscard]] static bool looks_like_it(std::string_view text);

  // The text in plain; '?' stands for what nothing tells: letters, but for the hemispheres where
  // one of the coordinates has a sign.
  [[nodiscard]] std::string plain(std::string_view text) const;

 private:
  std::array<char, 0x30> plain_{};  // by replaced character, from '0' on
};

}  // namespace hansom::ingest
