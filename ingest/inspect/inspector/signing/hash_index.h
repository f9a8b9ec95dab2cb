// Where hashes stand among the units of a stream and in a message's list. Pure.
#pragma once

#include <algorithm>
#include <compare>
#include <optional>
#include <vector>

#include "ingest/inspect/inspector/signing/signed_stream.h"

namespace hansom::ingest {

// The first eight bytes of a hash and where it stands; the whole is compared where these are equal.
struct HashPlace {
  std::uint64_t prefix = 0;
  std::size_t place = 0;
  auto operator<=>(const HashPlace&) const = default;
  static std::uint64_t prefix_of(const Hash& hash) { return read_u64(hash); }

 private:
  static std::uint64_t read_u64(const Hash& hash) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8U | hash[i];
    return value;
  }
};

// Of all units. Views them.
class HashIndex {
 public:
  explicit HashIndex(const std::vector<SignedUnit>& units) : units_(units) {
    places_.reserve(units.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
      places_.push_back({HashPlace::prefix_of(units[i].hash), i});
    }
    std::sort(places_.begin(), places_.end());
  }

  // The last unit below `limit` with this hash that `is_good`; of very many equal ones only some
  // are looked at.
  template <typename Good>
  [[nodiscard]] std::optional<std::size_t> last_before(const Hash& hash, std::size_t limit,
                                                       const Good& is_good) const {
    constexpr int kTriesMax = 64;
    const std::uint64_t prefix = HashPlace::prefix_of(hash);
    auto place = std::lower_bound(places_.begin(), places_.end(), HashPlace{prefix, limit});
    for (int i = 0; i < kTriesMax && place != places_.begin(); ++i) {
      --place;
      if (place->prefix != prefix) break;
      if (units_[place->place].hash == hash && is_good(place->place)) return place->place;
    }
    return std::nullopt;
  }

 private:
  const std::vector<SignedUnit>& units_;
  std::vector<HashPlace> places_;
};

// Of the first `count` hashes of a list. Views it.
class ListIndex {
 public:
  ListIndex(const std::vector<Hash>& list, std::size_t count) : list_(list) {
    places_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) places_.push_back({HashPlace::prefix_of(list[i]), i});
    std::sort(places_.begin(), places_.end());
  }

  // The first place from `from` on with this hash.
  [[nodiscard]] std::optional<std::size_t> first_from(const Hash& hash, std::size_t from) const {
    const std::uint64_t prefix = HashPlace::prefix_of(hash);
    auto place = std::lower_bound(places_.begin(), places_.end(), HashPlace{prefix, from});
    for (; place != places_.end() && place->prefix == prefix; ++place) {
      if (list_[place->place] == hash) return place->place;
    }
    return std::nullopt;
  }

 private:
  const std::vector<Hash>& list_;
  std::vector<HashPlace> places_;
};

}  // namespace hansom::ingest
