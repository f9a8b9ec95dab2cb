// Fetches and compares.
#include "ingest/unit/fleet/server_watch.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace hansom::ingest {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr long kPatienceMs = 5'000;
constexpr std::size_t kMetricsBytesMax = 4 * 1024UL * 1024;

std::size_t take(char* data, std::size_t size, std::size_t count, void* user) {
  auto& text = *static_cast<std::string*>(user);
  if (text.size() + size * count > kMetricsBytesMax) return 0;
  text.append(data, size * count);
  return size * count;
}

std::optional<std::string> fetch(const std::string& url) {
  const auto free = [](CURL* handle) { curl_easy_cleanup(handle); };
  const std::unique_ptr<CURL, decltype(free)> curl(curl_easy_init(), free);
  std::string text;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kPatienceMs);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &text);
  if (curl_easy_perform(curl.get()) != CURLE_OK) return std::nullopt;
  return text;
}

double value_of(const std::map<std::string, double>& metrics, const char* name) {
  const auto found = metrics.find(name);
  return found == metrics.end() ? 0 : found->second;
}

}  // namespace

std::map<std::string, double> parse_metrics(std::string_view text) {
  std::map<std::string, double> metrics;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto space = line.find(' ');
    if (line.starts_with('#') || space == std::string_view::npos ||
        line.find('{') != std::string_view::npos) {
      continue;
    }
    double value = 0;
    const char* end = line.data() + line.size();
    if (std::from_chars(line.data() + space + 1, end, value).ec == std::errc()) {
      metrics[std::string(line.substr(0, space))] = value;
    }
  }
  return metrics;
}

ServerWatch::ServerWatch(std::string url) : url_(std::move(url)), thread_([this] { work(); }) {}

ServerWatch::~ServerWatch() {
  stop();
}

void ServerWatch::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look();
    lock.lock();
    wake_.wait_for(lock, kLookEvery, [this] { return stopping_; });
  }
}

void ServerWatch::look() {
  const auto text = fetch(url_);
  if (!text) return;
  const auto now = parse_metrics(*text);
  const std::scoped_lock lock(mutex_);
  if (!first_) first_ = now;
  const auto since = [&](const char* name) {
    return value_of(now, name) - value_of(*first_, name);
  };
  figures_.known = true;
  if (since("process_start_time_seconds") != 0) figures_.restarted = true;
  figures_.clips_accepted =
      static_cast<std::uint64_t>(std::max(0.0, since("hansom_clips_accepted_total")));
  figures_.processor_seconds = since("process_cpu_seconds_total");
  figures_.memory_bytes_peak =
      std::max(figures_.memory_bytes_peak,
               static_cast<std::uint64_t>(value_of(now, "process_resident_memory_bytes")));
}

ServerFigures ServerWatch::figures() const {
  const std::scoped_lock lock(mutex_);
  return figures_;
}

ServerFigures ServerWatch::stop() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(stopping_, true)) return figures_;
  }
  wake_.notify_all();
  thread_.join();
  look();
  return figures();
}

}  // namespace hansom::ingest
