// The whole inspector in its sandbox, on clips that were meddled with: every end is a report of its
// own or one of the deaths that ingest/inspect/README.md lists, none of them our fault, and soon.
//
//   inspector_mutations [--seconds N | --count N] [--seed S] [--keep FOLDER] FILE-OR-FOLDER ...
//
// The seed and a clip's number make the clip: a run can be repeated. Clips that break a rule stay
// in FOLDER as crash-*, and the status is 1.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "ingest/inspect/sealed_memfd.h"
#include "ingest/inspect/warm_parent.h"
#include "tests/ingest/inspect/inspect_support.h"

namespace hansom::test {
namespace {

constexpr std::size_t kSeedBytesMax = 2ULL << 20;
constexpr std::size_t kClipBytesMax = 8ULL << 20;
constexpr std::chrono::seconds kWall{20};
constexpr std::chrono::seconds kGrace{10};  // to be killed and reaped on a busy machine

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t limit) {
  return limit == 0 ? 0 : static_cast<std::size_t>(random() % limit);
}

// A number that parsers stumble over, big-endian, where boxes and packets have theirs.
void put_number(Bytes& clip, std::size_t at, Random& random) {
  constexpr std::array<std::uint32_t, 10> kNumbers{
      0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff7, 0x10000, 0x100};
  const std::uint32_t number =
      random() % 3 == 0 ? static_cast<std::uint32_t>(random()) : kNumbers[below(random, 10)];
  for (std::size_t i = 0; i < 4 && at + i < clip.size(); ++i) {
    clip[at + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
}

// Four letters in a row stand behind a box's size: mutations are best spent on what is before them.
std::size_t box_near(const Bytes& clip, std::size_t from) {
  const auto is_letter = [](std::uint8_t byte) { return byte >= 'a' && byte <= 'z'; };
  for (std::size_t at = from; at + 8 < clip.size() && at < from + 4096; ++at) {
    if (std::all_of(clip.begin() + static_cast<std::ptrdiff_t>(at + 4),
                    clip.begin() + static_cast<std::ptrdiff_t>(at + 8), is_letter)) {
      return at;
    }
  }
  return from;
}

void mutate(Bytes& clip, const Bytes& other, Random& random) {
  if (clip.empty()) clip.push_back(0);
  const std::size_t at = below(random, clip.size());
  const auto place = clip.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t size = std::min(clip.size() - at, 1 + below(random, 1ULL << below(random, 16)));
  const auto end = place + static_cast<std::ptrdiff_t>(size);
  switch (random() % 9) {
    case 0:
      clip[at] ^= static_cast<std::uint8_t>(1U << random() % 8);
      break;
    case 1:
      put_number(clip, at, random);
      break;
    case 2:
    case 3:
      put_number(clip, box_near(clip, at) + 4 * below(random, 6), random);
      break;
    case 4:
      clip.erase(place, end);
      break;
    case 5: {
      const Bytes again(place, end);
      clip.insert(place, again.begin(), again.end());
      break;
    }
    case 6:
      std::rotate(place, place + static_cast<std::ptrdiff_t>(size / 2), end);
      break;
    case 7: {
      const std::size_t from = below(random, other.size());
      const std::size_t taken = std::min(size, other.size() - from);
      std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), taken, place);
      break;
    }
    default:
      if (random() % 4 == 0) clip.resize(at);
  }
  if (clip.size() > kClipBytesMax) clip.resize(kClipBytesMax);
}

Bytes mutated(const std::vector<Bytes>& seeds, std::uint64_t seed, std::uint64_t number) {
  Random random(seed * 1'000'003 + number);
  Bytes clip = seeds[below(random, seeds.size())];
  const Bytes& other = seeds[below(random, seeds.size())];
  for (std::size_t left = 1 + below(random, 12); left > 0; --left) mutate(clip, other, random);
  return clip;
}

void add_seeds(const std::filesystem::path& path, std::vector<Bytes>& seeds) {
  const auto add = [&seeds](const std::filesystem::path& file) {
    if (std::filesystem::file_size(file) <= kSeedBytesMax) seeds.push_back(read_whole(file));
  };
  if (std::filesystem::is_regular_file(path)) return add(path);
  std::set<std::filesystem::path> files;  // in one order on every machine
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.insert(entry.path());
  }
  for (const auto& file : files) add(file);
}

struct Asked {
  std::chrono::seconds time{0};
  std::uint64_t count = 100;
  std::uint64_t seed = 1;
  std::filesystem::path keep = ".";
  std::vector<Bytes> seeds;
};

Asked read_arguments(int argc, char** argv) {
  Asked asked;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      add_seeds(word, asked.seeds);
      continue;
    }
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (word == "--seconds") {
      asked.time = std::chrono::seconds(std::strtoll(value.c_str(), nullptr, 10));
      asked.count = UINT64_MAX;
    } else if (word == "--count") {
      asked.count = std::strtoull(value.c_str(), nullptr, 10);
    } else if (word == "--seed") {
      asked.seed = std::strtoull(value.c_str(), nullptr, 10);
    } else if (word == "--keep") {
      asked.keep = value;
    } else {
      std::fprintf(stderr, "unknown: %s\n", word.c_str());
      std::exit(2);
    }
  }
  if (const auto made = make_small_clip()) asked.seeds.push_back(*made);
  if (asked.seeds.empty()) {
    std::fprintf(stderr, "no clips to meddle with\n");
    std::exit(2);
  }
  return asked;
}

// What ends are allowed beside reports of the inspector's own: the limits, which are the machine's.
bool is_allowed_death(const std::string& token) {
  return token == "killed_time" || token == "killed_memory" || token == "killed";
}

int run(const Asked& asked) {
  using Clock = std::chrono::steady_clock;
  ingest::InspectorOptions options = real_inspector();
  options.wall_time = kWall;
  options.cpu_time = kWall / 2;
  const ingest::StopSignal never;
  const std::unique_ptr<ingest::WarmParent> parent = ingest::make_parent(options);
  std::map<std::string, std::uint64_t> ends;
  std::uint64_t broken = 0;
  std::uint64_t number = 0;
  Clock::duration slowest{};
  const auto until = Clock::now() + asked.time;
  for (; number < asked.count && (asked.time.count() == 0 || Clock::now() < until); ++number) {
    const Bytes clip = mutated(asked.seeds, asked.seed, number);
    const auto memfd = ingest::bytes_to_memfd(clip);
    if (!memfd) return 2;
    const auto start = Clock::now();
    const auto inspection = ingest::inspect(*parent, *memfd, options, never);
    const auto took = Clock::now() - start;
    slowest = std::max(slowest, took);
    if (!inspection) {
      std::fprintf(stderr, "this machine: %s\n", inspection.error().message.c_str());
      return 2;
    }
    const evidence::Report& report = inspection->report;
    const bool is_own = !report.inspector_version().empty();
    const std::string end = is_own ? "answered" : report.reason_token();
    ++ends[end];
    if ((is_own || is_allowed_death(end)) && took <= kWall + kGrace) continue;
    ++broken;
    const auto path =
        asked.keep / ("crash-" + std::to_string(asked.seed) + "-" + std::to_string(number));
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(clip.data()),
               static_cast<std::streamsize>(clip.size()));
    std::fprintf(stderr, "clip %llu: %s %s: %s\n", static_cast<unsigned long long>(number),
                 end.c_str(), report.reason().c_str(), path.c_str());
  }
  std::string told;
  for (const auto& [end, count] : ends) told += " " + end + ":" + std::to_string(count);
  std::fprintf(stderr,
               "stat::number_of_executed_units: %llu\nstat::slowest_unit_ms: %lld\nends:%s\n",
               static_cast<unsigned long long>(number),
               static_cast<long long>(
                   std::chrono::duration_cast<std::chrono::milliseconds>(slowest).count()),
               told.c_str());
  return broken == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hansom::test

int main(int argc, char** argv) {
  return hansom::test::run(hansom::test::read_arguments(argc, argv));
}
