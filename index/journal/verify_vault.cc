// The verifier's second half: every object the journal names is in the vault and hashes to its
// name; nothing else is.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "index/journal/verify_facts.h"
#include "index/vault/vault.h"

namespace hansom::journal {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1024} * 1024;

void add_object(VerifyReport& report, std::string what, const Digest& name, std::string detail) {
  add_problem(report, {std::move(what), "vault " + name.hex(), std::move(detail), name});
}

// A number that follows from seed and name as if by chance (the finalizer of splitmix64); names are
// digests and so already spread.
std::uint64_t lot_of(const Digest& name, std::uint64_t seed) {
  std::uint64_t lot = read_u64be(name.span().first(8)) ^ (seed * 0x9e3779b97f4a7c15ULL);
  lot = (lot ^ (lot >> 30)) * 0xbf58476d1ce4e5b9ULL;
  lot = (lot ^ (lot >> 27)) * 0x94d049bb133111ebULL;
  return lot ^ (lot >> 31);
}

// The objects with the smallest lots: the same for the same seed and names.
std::unordered_set<Digest> choose(const VaultFacts& facts, const VaultSample& sample) {
  std::vector<std::pair<std::uint64_t, Digest>> lots;
  for (const auto& [name, expected] : facts.expected()) {
    lots.emplace_back(lot_of(name, sample.seed), name);
  }
  const double share = std::ceil(sample.share * static_cast<double>(lots.size()));
  const std::uint64_t wanted = sample.objects.value_or(static_cast<std::uint64_t>(share));
  const auto count = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(wanted, lots.size()));
  std::ranges::nth_element(lots, lots.begin() + count);
  std::unordered_set<Digest> chosen;
  for (auto lot = lots.begin(); lot != lots.begin() + count; ++lot) chosen.insert(lot->second);
  return chosen;
}

Result<Digest> hash_object(const vault::SealedObject& object, VerifyReport& report) {
  Sha256 hash;
  Bytes buffer(kReadBytes);
  for (std::uint64_t offset = 0; offset < object.size();) {
    const std::size_t size = std::min<std::uint64_t>(buffer.size(), object.size() - offset);
    const MutableByteSpan part = MutableByteSpan(buffer).first(size);
    HANSOM_TRY(object.read(offset, part));
    hash.update(part);
    offset += size;
    report.vault_bytes_read += size;
  }
  return hash.finish();
}

void check_object(const vault::SealedObject& object, const Digest& name,
                  const ExpectedObject& expected, bool read_it, VerifyReport& report) {
  const std::string named_by = "named by leaf " + std::to_string(expected.leaf);
  ++report.vault_objects;
  const std::uint64_t size = object.size();
  if (expected.bytes != 0 && size != expected.bytes) {
    add_object(report, "object_damaged", name,
               "it is " + std::to_string(size) + " bytes long, recorded were " +
                   std::to_string(expected.bytes) + "; " + named_by);
    return;
  }
  if (!read_it) return;
  ++report.vault_objects_read;
  const auto digest = hash_object(object, report);
  if (!digest) {
    add_object(report, "object_unreadable", name, digest.error().message);
  } else if (*digest != name) {
    add_object(report, "object_damaged", name,
               "its bytes hash to " + digest->hex() + "; " + named_by);
  }
}

}  // namespace

void add_problem(VerifyReport& report, Problem problem) {
  ++report.problems_found;
  if (report.problems.size() < kProblemsMax) report.problems.push_back(std::move(problem));
}

void VaultFacts::expect(std::string_view name, ExpectedObject object) {
  const auto digest = Digest::from_span(as_bytes(name));
  if (!digest) return;  // what was never stored has no name
  destroyed_.erase(*digest);
  expected_.try_emplace(*digest, object);
}

void VaultFacts::destroy(std::string_view name) {
  const auto digest = Digest::from_span(as_bytes(name));
  if (!digest) return;
  expected_.erase(*digest);
  destroyed_.insert(*digest);
}

void VaultFacts::add(std::uint64_t leaf, const evidence::Record& record) {
  if (record.has_clip_accepted()) {
    expect(record.clip_accepted().sealed_sha256(), {leaf, record.clip_accepted().sealed_bytes()});
  } else if (record.has_clip_inspected()) {
    for (const evidence::Thumbnail& thumbnail : record.clip_inspected().report().thumbnails()) {
      expect(thumbnail.sealed_sha256(), {leaf, 0});
    }
    expect(record.clip_inspected().report().repair().sealed_sha256(), {leaf, 0});
  } else if (record.has_clip_destroyed()) {
    destroy(record.clip_destroyed().clip());
    for (const std::string& name : record.clip_destroyed().derived()) destroy(name);
    for (const std::uint64_t erased : record.clip_destroyed().erased_leaves()) {
      erased_.insert(erased);
    }
  }
}

namespace {

// Beside a running server: how often the journal is read again for an object whose record may just
// be on its way.
constexpr int kLooksMax = 5;

class VaultCheck {
 public:
  VaultCheck(const VerifyOptions& options, const vault::Vault& vault, VaultFacts& facts,
             VerifyReport& report)
      : options_(options), vault_(vault), facts_(facts), report_(report) {}

  void list() {
    const Status listed = vault_.for_each([&](const Digest& name, std::uint64_t) {
      present_.insert(name);
      return true;
    });
    if (listed) return;
    add_problem(report_,
                {"vault_unreadable", options_.vault->string(), listed.error().message, {}});
  }

  // Every object the journal names; what is not there is kept for report_missing().
  void check_expected() {
    std::unordered_set<Digest> chosen;
    if (options_.vault_sample) chosen = choose(facts_, *options_.vault_sample);
    std::uint64_t done = 0;
    for (const auto& [name, expected] : facts_.expected()) {
      if (options_.progress && done % 16 == 0) {
        options_.progress("vault", done, facts_.expected().size());
      }
      const std::uint64_t number = done++;
      const bool in_turn = options_.vault_every != 0 && number % options_.vault_every == 0;
      const bool read_it = options_.vault_sample ? chosen.contains(name) : in_turn;
      // Listed before the facts were caught up: a clip of a moment ago is opened, whatever the list
      // says.
      const auto object = vault_.open(name);
      if (object) {
        check_object(**object, name, expected, read_it, report_);
      } else if (object.error().kind == ErrorKind::kNotFound) {
        missing_.emplace_back(name, expected.leaf);
      } else {
        add_object(report_, "object_unreadable", name, object.error().message);
      }
    }
    if (options_.progress) options_.progress("vault", done, facts_.expected().size());
  }

  // Requires: the facts were caught up since. A clip may have been destroyed meanwhile.
  void report_missing() {
    for (const auto& [name, leaf] : missing_) {
      if (!facts_.expected().contains(name)) continue;
      add_object(report_, "object_missing", name, "named by leaf " + std::to_string(leaf));
    }
  }

  [[nodiscard]] bool any_unknown() const {
    return std::ranges::any_of(present_, [&](const Digest& name) {
      return !facts_.expected().contains(name) && !facts_.is_destroyed(name);
    });
  }

  void report_unknown() {
    for (const Digest& name : present_) {
      if (facts_.expected().contains(name) || !vault_.open(name)) continue;
      if (facts_.is_destroyed(name)) {
        add_object(report_, "destroyed_object_survives", name,
                   "its destruction is recorded; the next start of hansomd removes it where its "
                   "sweep has not finished");
      } else {
        add_object(report_, "object_unknown", name,
                   "no record names it: a clip or an inspection that is just completing looks the "
                   "same, so look again; else its commit failed");
      }
    }
  }

 private:
  const VerifyOptions& options_;
  const vault::Vault& vault_;
  VaultFacts& facts_;
  VerifyReport& report_;
  std::unordered_set<Digest> present_;
  std::vector<std::pair<Digest, std::uint64_t>> missing_;  // and the leaf that names it
};

}  // namespace

void verify_vault(const VerifyOptions& options, VaultFacts& facts,
                  const std::function<void()>& catch_up, VerifyReport& report) {
  const auto vault = vault::open_file_vault(*options.vault, vault::VaultMode::kReadOnly);
  if (!vault) {
    add_problem(report, {"vault_unreadable", options.vault->string(), vault.error().message, {}});
    return;
  }
  VaultCheck check(options, **vault, facts, report);
  check.list();
  catch_up();
  check.check_expected();
  catch_up();
  for (int looks = 1; looks < kLooksMax && check.any_unknown(); ++looks) catch_up();
  check.report_missing();
  check.report_unknown();
}

}  // namespace hansom::journal
