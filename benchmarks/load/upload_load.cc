// One cell of benchmarks/upload_cost or benchmarks/small_clips: sends clips over so many
// connections and prints as one line of JSON what that took, here and in the server.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "benchmarks/load/https_client.h"
#include "benchmarks/load/load_clips.h"
#include "benchmarks/load/process_time.h"
#include "proto/base/durable_file.h"

namespace hansom::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Connections = std::vector<HttpsClient::Connection>;

// How an object is asked to be kept.
enum class Protocol { kPut, kTus };

struct Asked {
  Protocol protocol = Protocol::kTus;
  std::uint16_t port = 0;
  std::string path = "/uploads";
  ClientIdentity identity;
  std::string unit = "unit-1";
  std::string recipient;
  std::size_t plain_bytes_min = 0, plain_bytes_max = 0;  // of a clip's media
  std::filesystem::path media;                           // or this file
  std::uint64_t clips = 1;
  std::size_t connections = 1;
  pid_t server = 0;
};

struct Measured {
  std::uint64_t clips = 0, bytes = 0;
  double seconds = 0, own = 0;
  ProcessTime server;
  std::vector<double> latencies_ms;
};

std::string head_of(const Asked& asked, const LoadClip& clip) {
  const std::string length = std::to_string(clip.bytes());
  std::string head;
  if (asked.protocol == Protocol::kPut) {
    head = "PUT " + asked.path + "/" + clip.digest.hex() + " HTTP/1.1\r\n";
  } else {
    head = "POST " + asked.path + " HTTP/1.1\r\nTus-Resumable: 1.0.0\r\nUpload-Length: " + length +
           "\r\nContent-Type: application/offset+octet-stream\r\nUpload-Metadata: manifest " +
           to_base64(as_bytes(clip.manifest_jws)) + "\r\n";
  }
  return head + "Host: localhost\r\nContent-Length: " + length + "\r\n\r\n";
}

// What came back must be the last word: kept, and all of it.
void check(const HttpAnswer& answer, const LoadClip& clip, Protocol protocol) {
  const bool whole =
      protocol == Protocol::kPut || answer.field("upload-offset") == std::to_string(clip.bytes());
  if ((answer.status == 201 || answer.status == 204) && whole) return;
  std::fprintf(stderr, "the server did not keep a clip:\n%s\n", answer.head.c_str());
  std::exit(1);
}

// Takes clip after clip until none is left.
void send_clips(const Asked& asked, const std::vector<LoadClip>& clips,
                std::atomic<std::size_t>& next, HttpsClient::Connection& connection,
                std::vector<double>& latencies_ms) {
  for (std::size_t i = next++; i < clips.size(); i = next++) {
    const LoadClip& clip = clips[i];
    const std::string head = head_of(asked, clip);
    const auto sent = SteadyClock::now();
    const auto answer = connection.ask(head, clip.head, *clip.tail);
    if (!answer) {
      std::fprintf(stderr, "%s\n", answer.error().message.c_str());
      std::exit(1);
    }
    latencies_ms.push_back(
        std::chrono::duration<double, std::milli>(SteadyClock::now() - sent).count());
    check(*answer, clip, asked.protocol);
  }
}

void send_all(const Asked& asked, const std::vector<LoadClip>& clips, Connections& connections,
              Measured& measured) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::vector<double>> latencies(connections.size());
  const ProcessTime server_before = process_time(asked.server);
  const double own_before = own_seconds();
  const auto start = SteadyClock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < connections.size(); ++i) {
      threads.emplace_back(
          [&, i] { send_clips(asked, clips, next, connections[i], latencies[i]); });
    }
  }
  measured.seconds += std::chrono::duration<double>(SteadyClock::now() - start).count();
  measured.own += own_seconds() - own_before;
  const ProcessTime server = process_time(asked.server);
  measured.server.total += server.total - server_before.total;
  measured.server.user += server.user - server_before.user;
  measured.server.system += server.system - server_before.system;
  measured.server.children += server.children - server_before.children;
  measured.clips += clips.size();
  for (const LoadClip& clip : clips) measured.bytes += clip.bytes();
  for (const auto& some : latencies) {
    std::ranges::copy(some, std::back_inserter(measured.latencies_ms));
  }
}

Bytes read_or_end(const std::filesystem::path& file, std::size_t bytes_max) {
  auto bytes = durable::read_file(file, bytes_max);
  if (bytes) return *std::move(bytes);
  std::fprintf(stderr, "%s\n", bytes.error().message.c_str());
  std::exit(1);
}

class Clips {
 public:
  explicit Clips(const Asked& asked) : asked_(asked) {
    constexpr std::size_t kMediaBytesMax = std::size_t{1} << 30;
    if (!asked.media.empty()) media_ = read_or_end(asked.media, kMediaBytesMax);
  }

  // On two threads, which is what the machine has to spare before a measurement.
  std::vector<LoadClip> make(std::uint64_t count) {
    std::vector<LoadClip> clips(count);
    std::vector<std::jthread> threads;
    for (std::size_t half = 0; half < makers_.size(); ++half) {
      threads.emplace_back([this, half, &clips] {
        for (std::size_t i = half; i < clips.size(); i += makers_.size()) clips[i] = one(half, i);
      });
    }
    return clips;
  }

 private:
  // Lengths are spread evenly over a few dozen between the bounds.
  LoadClip one(std::size_t half, std::size_t number) {
    constexpr std::size_t kLengths = 64;
    if (!media_.empty()) return makers_[half]->make(media_);
    const std::size_t range = asked_.plain_bytes_max - asked_.plain_bytes_min;
    return makers_[half]->make(asked_.plain_bytes_min +
                               range * (number % kLengths) / (kLengths - 1));
  }
  [[nodiscard]] std::unique_ptr<ClipMaker> maker() const {
    constexpr std::size_t kKeyBytesMax = std::size_t{64} * 1024;
    const Bytes key = read_or_end(asked_.identity.key, kKeyBytesMax);
    return std::make_unique<ClipMaker>(asked_.unit, Secret(ByteSpan(key)), asked_.recipient);
  }

  const Asked& asked_;
  Bytes media_;
  std::array<std::unique_ptr<ClipMaker>, 2> makers_ = {maker(), maker()};
};

Measured run(const Asked& asked) {
  // First: a connection that says nothing for so long would be closed.
  const std::vector<LoadClip> clips = Clips(asked).make(asked.clips);
  const HttpsClient client(asked.identity);
  Connections connections;
  for (std::size_t i = 0; i < asked.connections; ++i) {
    auto connection = client.connect(asked.port);
    if (!connection) {
      std::fprintf(stderr, "%s\n", connection.error().message.c_str());
      std::exit(1);
    }
    connections.push_back(*std::move(connection));
  }
  Measured measured;
  send_all(asked, clips, connections, measured);
  std::ranges::sort(measured.latencies_ms);
  return measured;
}

void print(const Measured& measured) {
  const auto percentile = [&](double p) {
    const auto last = static_cast<double>(measured.latencies_ms.size() - 1);
    return measured.latencies_ms[static_cast<std::size_t>(last * p)];
  };
  const ProcessTime& server = measured.server;
  const double split =
      server.user + server.system > 0 ? server.user / (server.user + server.system) : 0;
  std::printf(
      "{\"clips\": %llu, \"bytes\": %llu, \"seconds\": %.4f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
      "\"own_cpu_seconds\": %.4f, \"server_cpu_seconds\": %.4f, \"server_user_seconds\": %.4f, "
      "\"server_system_seconds\": %.4f, \"server_children_seconds\": %.2f}\n",
      static_cast<unsigned long long>(measured.clips),
      static_cast<unsigned long long>(measured.bytes), measured.seconds, percentile(0.50),
      percentile(0.99), measured.own, server.total, server.total * split,
      server.total * (1 - split), server.children);
}

}  // namespace
}  // namespace hansom::bench

int main(int argc, char** argv) {
  using namespace hansom::bench;
  CLI::App app("Started by benchmarks/upload_cost and benchmarks/small_clips.");
  Asked asked;
  const std::map<std::string, Protocol> protocols = {{"put", Protocol::kPut},
                                                     {"tus", Protocol::kTus}};
  app.add_option("--protocol", asked.protocol, "put or tus")
      ->transform(CLI::CheckedTransformer(protocols));
  app.add_option("--port", asked.port, "Of the server, on localhost")->required();
  app.add_option("--path", asked.path, "Where objects go")->capture_default_str();
  app.add_option("--ca", asked.identity.authorities, "Of the server, PEM")->required();
  app.add_option("--certificate", asked.identity.certificate, "Of the unit, PEM")->required();
  app.add_option("--key", asked.identity.key, "Of the unit, PEM")->required();
  app.add_option("--unit", asked.unit, "Its name")->capture_default_str();
  app.add_option("--recipient", asked.recipient, "Of the vault")->required();
  app.add_option("--bytes-min", asked.plain_bytes_min, "Of a clip before it is sealed");
  app.add_option("--bytes", asked.plain_bytes_max, "The same: the most");
  app.add_option("--media", asked.media, "A recording to seal in place of random bytes");
  app.add_option("--clips", asked.clips, "How many in all")->capture_default_str();
  app.add_option("--connections", asked.connections, "How many")->capture_default_str();
  app.add_option("--server", asked.server, "Process whose time is measured")->required();
  CLI11_PARSE(app, argc, argv);
  print(run(asked));
  return 0;
}
