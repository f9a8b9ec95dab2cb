// Signatures and the pictures they speak of: see match_signatures.h.
#include "ingest/inspect/inspector/signing/match_signatures.h"

#include <algorithm>

#include "ingest/inspect/inspector/signing/hash_index.h"

namespace hansom::ingest {
namespace {

constexpr std::size_t kLegacyGopsTried = 3;  // signatures are slow, and those are near
constexpr std::size_t kGopsTried = 16;
constexpr std::size_t kChainedHashesMax = 10'000'000;  // of groups without lists, tries and all

class Matcher {
 public:
  explicit Matcher(const SignedPictures& pictures)
      : pictures_(pictures),
        units_(pictures.units),
        messages_(pictures.messages),
        index_(pictures.units),
        range_of_(messages_.size()),
        taken_(units_.size()) {
    matched_.states.resize(units_.size(), UnitState::kUnsigned);
  }

  Matched run() {
    // 1. From the end, because a message without a signature is answered for by a later one.
    for (std::size_t i = messages_.size(); i-- > 0;) match_by_hash(i);
    // 2. What no hash led to is told by its neighbours: its first picture was changed, or lost.
    match_by_place();
    // 3. Whether every range follows the one it was signed behind.
    std::sort(matched_.ranges.begin(), matched_.ranges.end(),
              [](const SignedRange& a, const SignedRange& b) { return a.start < b.start; });
    for (std::size_t i = 0; i < matched_.ranges.size(); ++i) check_link(i);
    count_missing_signatures();
    return std::move(matched_);
  }

 private:
  using Place = std::optional<std::size_t>;
  enum class Trust { kGood, kWrong, kUnread };

  const SigningMessage& at(std::size_t message) const { return messages_[message].message; }

  bool signature_fits(std::size_t i, const Hash& hash) const {
    return pictures_.keys.front().verifies(hash, at(i).signature);
  }

  Trust trust_of(std::size_t i) const {
    const SigningMessage& message = at(i);
    if (!message.legible || !message.is_sha256) return Trust::kUnread;
    if (message.signature.empty()) {
      return matched_.states[*messages_[i].unit] == UnitState::kValid ? Trust::kGood
                                                                      : Trust::kUnread;
    }
    if (pictures_.keys.empty()) return Trust::kUnread;
    // A second key in a clip would make what it signs somebody else's.
    if (messages_[i].key != 0) return Trust::kWrong;
    if (message.signs_gop) return Trust::kGood;  // told by the pictures only
    return signature_fits(i, message.document) ? Trust::kGood : Trust::kWrong;
  }

  void match_by_hash(std::size_t i) {
    const SigningMessage& message = at(i);
    if (!message.signature.empty()) ++matched_.signatures;
    const Trust trust = trust_of(i);
    if (trust == Trust::kUnread && !message.signature.empty()) ++matched_.signatures_unread;
    const Place unit = messages_[i].unit;
    if (unit && matched_.states[*unit] == UnitState::kBroken) ++matched_.signatures_wrong;
    if (trust == Trust::kWrong) {
      ++matched_.signatures_wrong;
      wrong_.push_back(i);
    }
    if (trust != Trust::kGood || !message.covers) return;
    // The first one of old signers covers one picture, which the next one covers, too.
    if (message.scheme == SigningScheme::kAxisLegacy && message.list.size() == 1) return;
    if (message.signs_gop) {
      match_legacy_gop(i);
    } else if (const Place start = find_start(i)) {
      claim(i, *start);
    } else {
      unplaced_.push_back(i);
    }
  }

  // False once a stream has asked for too much of the kind that grows with tries.
  bool count_hashes(std::size_t count) {
    chained_hashes_ += count;
    return chained_hashes_ <= kChainedHashesMax;
  }

  // Where the units begin that a message covers, by their hashes.
  Place find_start(std::size_t i) {
    const SigningMessage& message = at(i);
    const auto is_free = [this](std::size_t unit) { return !taken_[unit]; };
    if (!message.list.empty()) {
      const Place before = index_.last_before(message.list.front(), limit_, is_free);
      return before ? before : index_.last_before(message.list.front(), units_.size(), is_free);
    }
    const auto fits = [&](std::size_t start) {
      return start < units_.size() && !taken_[start] && message.units > 0 &&
             message.units <= units_.size() - start &&
             gop_hash(start, message.units) == message.gop;
    };
    if (message.units <= limit_ && fits(limit_ - message.units)) return limit_ - message.units;
    auto gop = first_gop_from(limit_);
    for (std::size_t tried = 0; tried < kGopsTried && gop != pictures_.gops.begin(); ++tried) {
      if (fits((--gop)->unit)) return gop->unit;
    }
    return std::nullopt;
  }

  Hash gop_hash(std::size_t start, std::size_t count) {
    if (!count_hashes(count)) return {};
    for (std::size_t i = 0; i < count; ++i) hasher_.update(units_[start + i].hash);
    return hasher_.finish();
  }

  // Of old signers whose signature is of a chain of hashes: 01, then each unit's, then the
  // document's.
  void match_legacy_gop(std::size_t i) {
    const SigningMessage& message = at(i);
    auto gop = first_gop_from(messages_[i].at);
    if (gop == pictures_.gops.begin()) {  // of pictures before the clip
      ++matched_.signatures_elsewhere;
      return;
    }
    for (std::size_t tried = 0; tried < kLegacyGopsTried && gop != pictures_.gops.begin();
         ++tried) {
      const std::size_t start = (--gop)->unit;
      if (taken_[start]) continue;
      constexpr std::uint8_t kSalt = 1;
      Hash chain = hasher_.of({&kSalt, 1});
      std::size_t unit = start;
      for (std::size_t n = 0; n < message.units && unit < units_.size(); ++n, ++unit) {
        const GopStart* next = n > 0 ? gop_at(unit) : nullptr;
        if (!count_hashes(1) || (next == nullptr && taken_[unit])) break;
        chain = hasher_.of(chain, next != nullptr ? next->linked : units_[unit].hash);
        if (next != nullptr) break;
      }
      if (!signature_fits(i, hasher_.of(chain, message.document))) continue;
      take(i, start, unit, UnitState::kValid);
      return;
    }
    ++matched_.signatures_wrong;
    wrong_.push_back(i);
  }

  std::vector<GopStart>::const_iterator first_gop_from(std::size_t unit) const {
    return std::lower_bound(
        pictures_.gops.begin(), pictures_.gops.end(), unit,
        [](const GopStart& gop, std::size_t value) { return gop.unit < value; });
  }
  const GopStart* gop_at(std::size_t unit) const {
    const auto gop = first_gop_from(unit);
    return gop != pictures_.gops.end() && gop->unit == unit ? &*gop : nullptr;
  }

  void take(std::size_t i, std::size_t start, std::size_t end, UnitState state) {
    for (std::size_t unit = start; unit < end; ++unit) {
      taken_[unit] = true;
      matched_.states[unit] = state;
    }
    range_of_[i] = SignedRange{i, start, end};
    matched_.ranges.push_back(*range_of_[i]);
    limit_ = std::min(limit_, start);
  }

  // Compares the units from `start` on, up to the next GOP, with what a message says of them.
  void claim(std::size_t i, std::size_t start) {
    const SigningMessage& message = at(i);
    const auto next_gop = first_gop_from(start + 1);
    const std::size_t gop_end = next_gop == pictures_.gops.end() ? units_.size() : next_gop->unit;
    if (message.list.empty()) {
      std::size_t end = start;
      while (end < gop_end && end - start < message.units && !taken_[end]) ++end;
      const bool fits =
          end - start == message.units && gop_hash(start, message.units) == message.gop;
      matched_.units_missing += message.units - (end - start);
      return take(i, start, end, fits ? UnitState::kValid : UnitState::kBroken);
    }
    std::size_t hashes = message.list.size();
    if (message.scheme == SigningScheme::kAxisLegacy && gop_end < units_.size()) {
      --hashes;  // the last is of the next GOP's first unit
      const bool is_first_good = units_[start].hash == message.list.front();
      if (is_first_good && message.list.back() != next_gop->linked) {
        ++matched_.out_of_place;
        matched_.states[gop_end] = UnitState::kBroken;
      }
    }
    const ListIndex list(message.list, hashes);
    std::size_t next = 0;     // of the list
    std::size_t strange = 0;  // units since the last that fits
    std::size_t end = start;
    std::vector<UnitState> states;
    for (; end < gop_end && next + strange < hashes && !taken_[end]; ++end) {
      const Place place = list.first_from(units_[end].hash, next);
      states.push_back(place ? UnitState::kValid : UnitState::kBroken);
      if (!place) {
        ++strange;
        continue;
      }
      const std::size_t passed = *place - next;
      matched_.units_missing += passed - std::min(passed, strange);
      next = *place + 1;
      strange = 0;
    }
    matched_.units_missing += hashes - std::min(hashes, next + strange);
    take(i, start, end, UnitState::kValid);
    std::copy(states.begin(), states.end(),
              matched_.states.begin() + static_cast<std::ptrdiff_t>(start));
  }

  void match_by_place() {
    std::vector<std::size_t> behind(messages_.size());  // the next message that has a range
    std::size_t next = messages_.size();
    for (std::size_t i = messages_.size(); i-- > 0;) {
      behind[i] = next;
      if (range_of_[i]) next = i;
    }
    const SignedRange* before = nullptr;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      const auto range_behind = behind[i] < messages_.size() ? range_of_[behind[i]] : std::nullopt;
      const SignedRange* after = range_behind ? &*range_behind : nullptr;
      if (is_in(wrong_, i)) mark_broken(i, before, after);
      if (is_in(unplaced_, i)) place_between(i, before, after);
      if (range_of_[i]) before = &*range_of_[i];
    }
  }
  static bool is_in(const std::vector<std::size_t>& falling, std::size_t i) {
    return std::binary_search(falling.rbegin(), falling.rend(), i);
  }

  void place_between(std::size_t i, const SignedRange* before, const SignedRange* behind) {
    const std::uint32_t counter = at(i).counter;
    Place start;
    if (before != nullptr && at(before->message).counter + 1 == counter) {
      start = before->end;
    } else if (behind != nullptr && at(behind->message).counter == counter + 1) {
      const auto gop = first_gop_from(behind->start);
      // Without a group before, these were pictures before the clip.
      if (gop != pictures_.gops.begin()) start = std::prev(gop)->unit;
    } else {
      auto gop = first_gop_from(messages_[i].at);  // the GOP before the one it stands in
      if (gop - pictures_.gops.begin() >= 2) start = std::prev(gop, 2)->unit;
    }
    if (!start || *start >= units_.size() ||
        (taken_[*start] && !(behind != nullptr && behind->start == *start))) {
      ++matched_.signatures_elsewhere;
      return;
    }
    if (taken_[*start]) {  // nothing lies where they were
      matched_.units_missing += std::max<std::size_t>(at(i).list.size(), at(i).units);
      return;
    }
    claim(i, *start);
  }

  // A wrong signature says nothing that could be trusted, but where it stands: what lies between
  // its neighbours' pictures is not as it was signed, or never was signed.
  void mark_broken(std::size_t i, const SignedRange* before, const SignedRange* behind) {
    const std::size_t start = std::max(marked_, before == nullptr ? 0 : before->end);
    std::size_t end = behind == nullptr ? messages_[i].at : behind->start;
    if (behind == nullptr) {  // it speaks of the group before its own, unless it is the last
      const auto gop = first_gop_from(end);
      const std::size_t own = gop == pictures_.gops.begin() ? 0 : std::prev(gop)->unit;
      if (own > start) end = own;
    }
    for (std::size_t unit = start; unit < end; ++unit) {
      if (!taken_[unit]) matched_.states[unit] = UnitState::kBroken;
      taken_[unit] = true;
    }
    marked_ = std::max(marked_, end);
  }

  void check_link(std::size_t number) {
    const SignedRange& range = matched_.ranges[number];
    const SigningMessage& message = at(range.message);
    if (range.start == 0 || message.scheme == SigningScheme::kAxisLegacy) return;
    const SignedRange* before = number > 0 ? &matched_.ranges[number - 1] : nullptr;
    if (before != nullptr && before->end != range.start) before = nullptr;
    std::size_t first_before = 0;
    if (before != nullptr) {
      first_before = before->start;
      const std::vector<Hash>& list = at(before->message).list;
      if (!list.empty() && list.front() == message.linked) return;
      if (list.empty() && matched_.states[first_before] == UnitState::kBroken) return;
    } else {
      if (message.linked == Hash{}) return;  // the signer began here
      const auto gop = first_gop_from(range.start);
      if (gop == pictures_.gops.begin()) return;  // the clip begins within that GOP
      first_before = std::prev(gop)->unit;
    }
    if (units_[first_before].hash == message.linked) return;
    ++matched_.out_of_place;
    std::fill(matched_.states.begin() + static_cast<std::ptrdiff_t>(range.start),
              matched_.states.begin() + static_cast<std::ptrdiff_t>(range.end), UnitState::kBroken);
  }

  // Signatures come late: those of the last two GOPs may lie behind the clip's end.
  void count_missing_signatures() {
    constexpr std::size_t kLate = 2;
    std::size_t unit = 0;
    while (unit < units_.size()) {
      const std::size_t start = unit;
      while (unit < units_.size() && !taken_[unit]) ++unit;
      if (unit > start && unit > 0) {
        const auto gops = static_cast<std::size_t>(first_gop_from(unit) - first_gop_from(start));
        const bool is_first = start == 0;
        const bool is_last = unit == units_.size();
        std::size_t missing = is_first || is_last ? gops : std::max<std::size_t>(gops, 1);
        if (is_last) missing -= std::min(missing, kLate);
        if (is_first && begins_unsigned()) missing = 0;
        matched_.signatures_missing += missing;
      }
      while (unit < units_.size() && taken_[unit]) ++unit;
    }
  }
  bool begins_unsigned() const {
    return matched_.ranges.empty() || pictures_.pictures_passed > 0 ||
           at(matched_.ranges.front().message).linked == Hash{};
  }

  const SignedPictures& pictures_;
  const std::vector<SignedUnit>& units_;
  const std::vector<PlacedMessage>& messages_;
  HashIndex index_;
  Hasher hasher_;
  Matched matched_;
  std::vector<std::optional<SignedRange>> range_of_;  // by message
  std::vector<bool> taken_;                           // units that a range holds
  std::vector<std::size_t> unplaced_;                 // good messages without a range
  std::vector<std::size_t> wrong_;
  std::size_t limit_ = units_.size();  // start of the earliest range so far
  std::size_t marked_ = 0;             // units below need no marking as broken
  std::size_t chained_hashes_ = 0;
};

}  // namespace

Matched match_signatures(const SignedPictures& pictures) {
  return Matcher(pictures).run();
}

}  // namespace hansom::ingest
