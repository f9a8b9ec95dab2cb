// Inspects one file, as often as asked, the way the server does: in memory, by children of a warm
// parent, one after another. Prints one line of JSON.
//   inspect_load INSPECTOR FILE LEVEL CLIPS one|each
// `one`: one warm parent for all, already started when the clock begins; `each`: one for each clip,
// whose start counts.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/resource.h>

#include "ingest/inspect/inspector_process.h"
#include "ingest/inspect/sealed_memfd.h"
#include "ingest/inspect/warm_parent.h"
#include "proto/base/check.h"
#include "proto/evidence/level.h"

namespace hansom::bench {
namespace {

struct Job {
  Bytes clip;
  ingest::InspectorOptions options;
  int clips = 0;
  bool parent_each = false;
};

double processor_seconds(int who) {
  rusage used{};
  getrusage(who, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// Of inspectors, their parents, and what filling their memory takes here.
double used_seconds() {
  return processor_seconds(RUSAGE_SELF) + processor_seconds(RUSAGE_CHILDREN);
}

evidence::Report inspect_one(ingest::WarmParent& parent, const Job& job, ByteSpan clip) {
  const auto memfd = ingest::bytes_to_memfd(clip);
  HANSOM_CHECK(memfd.has_value());
  const ingest::StopSignal never;
  auto done = ingest::inspect(parent, *memfd, job.options, never);
  if (!done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    std::exit(1);
  }
  return std::move(done->report);
}

struct Figures {
  double cpu_seconds = 0;
  double seconds = 0;
  evidence::Report report;
};

// A parent is reaped with its children when it goes, so what it used is counted then.
Figures run(const Job& job, int clips) {
  Figures figures;
  const double before = used_seconds();
  {
    auto parent = ingest::make_parent(job.options);
    static_cast<void>(inspect_one(*parent, job, {}));  // starts it
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < clips; ++i) {
      if (job.parent_each) parent = ingest::make_parent(job.options);
      figures.report = inspect_one(*parent, job, job.clip);
    }
    figures.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  figures.cpu_seconds = used_seconds() - before;
  return figures;
}

int measure(const Job& job) {
  const Figures idle = run(job, 0);
  const Figures done = run(job, job.clips);
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  const bool decodable = done.report.outcome() == evidence::Report::DECODABLE;
  std::printf(
      "{\"cpu_seconds\": %.6f, \"seconds\": %.6f, \"peak_rss_bytes\": %lld, \"decodable\": %s, "
      "\"thumbnails\": %d, \"reason\": \"%s\"}\n",
      done.cpu_seconds - idle.cpu_seconds, done.seconds,
      static_cast<long long>(children.ru_maxrss) * 1024, decodable ? "true" : "false",
      done.report.thumbnails_size(), done.report.reason_token().c_str());
  return decodable ? 0 : 1;
}

}  // namespace
}  // namespace hansom::bench

int main(int argc, char** argv) {
  using namespace hansom;
  const auto level = argc == 6 ? evidence::level_of(argv[3]) : std::nullopt;
  if (!level) {
    std::fprintf(stderr, "inspect_load INSPECTOR FILE headers|keyframes|full CLIPS one|each\n");
    return 2;
  }
  bench::Job job;
  job.options.program = argv[1];
  job.options.level = *level;
  job.clips = std::atoi(argv[4]);
  job.parent_each = std::string(argv[5]) == "each";
  std::ifstream file(argv[2], std::ios::binary);
  job.clip.assign(std::istreambuf_iterator<char>(file), {});
  return bench::measure(job);
}
