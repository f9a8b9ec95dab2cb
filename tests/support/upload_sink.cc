// upload-sink: the upload resource alone, on plain HTTP and for anybody: the same protocol, session
// and spool code as the server's, without certificates, manifests and sealing. For other people's
// conformance suites and clients.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <mutex>
#include <system_error>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "ingest/upload/housekeeping.h"
#include "ingest/upload/upload_routes.h"
#include "proto/base/log.h"
#include "proto/http/server.h"
#include "proto/upload/tus.h"
#include "tests/support/temp_dir.h"

namespace hansom::test {
namespace {

namespace fs = std::filesystem;
using ingest::KnownUnit;

// Takes everything from everybody, and keeps a full upload as a file named after it.
class SinkHost final : public ingest::UploadHost {
 public:
  explicit SinkHost(fs::path complete) : complete_(std::move(complete)) {}

  Result<KnownUnit> identify(const http::Peer& /*peer*/) const override {
    HANSOM_TRY_ASSIGN(UnitId anybody, UnitId::parse("anybody"));
    return KnownUnit{std::move(anybody), "nobody", {}};
  }
  Status check_open() const override { return {}; }
  Status check_still_known(const KnownUnit& /*unit*/) const override { return {}; }

  Result<upload::UploadFacts> check_creation(const upload::CreateRequest& request,
                                             const http::Peer& /*peer*/,
                                             const KnownUnit& unit) const override {
    upload::UploadFacts facts;
    facts.unit = unit.id;
    facts.controller = unit.controller;
    facts.length = request.length;
    facts.metadata = request.metadata.text();
    return facts;
  }

  http::Awaitable<Result<upload::Facts>> finish(ingest::SpoolUpload& upload,
                                                ingest::UploadContext& context) override {
    if (!upload.moved()) {
      if (Status synced = co_await upload.sync(context.syncs); !synced) {
        co_return fail(std::move(synced).error());
      }
      const std::function<Status()> keep = [this, &upload]() -> Status {
        HANSOM_TRY(durable::publish_by_rename(upload.clip_file(), file_of(upload.facts().id)));
        upload.set_moved();
        return {};
      };
      if (Status kept = co_await context.disk.await<void>(keep); !kept) {
        co_return fail(std::move(kept).error());
      }
    }
    remember(upload.facts());
    context.spool->hand_over(upload);
    auto found = find_complete(upload.facts().id, {});
    if (!found) co_return fail(found.error());
    co_return **std::move(found);
  }

  Result<std::optional<upload::Facts>> find_complete(const UploadId& id,
                                                     const KnownUnit& /*unit*/) const override {
    std::error_code missing;
    const std::uint64_t bytes = fs::file_size(file_of(id), missing);
    if (missing) return std::nullopt;
    upload::Facts facts;
    facts.state = upload::Facts::State::kComplete;
    facts.offset = bytes;
    facts.length = bytes;
    const std::scoped_lock lock(mutex_);
    if (const auto known = finished_.find(id); known != finished_.end()) {
      facts.metadata = known->second.metadata;
      facts.concat_text = upload::concat_text(known->second, ingest::kUploadsPath);
    }
    return facts;
  }

  Result<std::optional<UploadId>> find_concatenated(
      const upload::UploadFacts& wanted) const override {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, facts] : finished_) {
      if (facts.parts == wanted.parts) return id;
    }
    return std::nullopt;
  }

 private:
  fs::path file_of(const UploadId& id) const { return complete_ / id.text(); }
  void remember(const upload::UploadFacts& facts) {
    const std::scoped_lock lock(mutex_);
    finished_.insert_or_assign(facts.id, facts);
  }

  const fs::path complete_;
  mutable std::mutex mutex_;
  std::map<UploadId, upload::UploadFacts> finished_;  // by mutex_; of this run
};

struct SinkOptions {
  std::uint16_t port = 0;
  std::uint64_t bytes_max = 0;
  std::chrono::seconds expiry{0};
  fs::path directory;
};

Status run(const SinkOptions& options) {
  const fs::path complete = options.directory / "complete";
  const fs::path spool = options.directory / "spool";
  HANSOM_TRY(durable::make_directories(complete));
  HANSOM_TRY(durable::make_directories(spool));
  SinkHost host(complete);
  ingest::UploadOptions uploading{options.bytes_max, {0, 0}, options.expiry, {}};
  // Everybody is one unit here.
  uploading.limits.unit_uploads_max = uploading.limits.unit_bodies_max = 1'000'000;
  uploading.limits.unit_spool_bytes_max = uploading.limits.spool_bytes_max;
  ingest::UploadContext context(host, system_clock(), system_random(), uploading, spool);
  HANSOM_TRY_ASSIGN(context.spool,
                    ingest::Spool::open(spool, context.admission, context.room, context.fault,
                                        [](const ClipId&) { return Status{}; }));
  ingest::UploadRoutes uploads(context);
  http::Router router;
  for (http::Route& route : uploads.routes()) {
    router.add(std::move(route.method), std::move(route.pattern), std::move(route.handler));
  }
  router.add_common_field("Tus-Resumable", std::string(upload::Tus::kVersion));

  boost::asio::io_context io(1);
  http::ServerOptions listener;
  listener.name = "sink";
  listener.address = "127.0.0.1";
  listener.port = options.port;
  listener.method_override = true;
  HANSOM_TRY_ASSIGN(const auto server, http::Server::listen({&io}, router, std::move(listener)));
  ingest::Housekeeping housekeeping(context);
  std::cout << "http://127.0.0.1:" << server->port() << ingest::kUploadsPath << std::endl;

  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) {
    context.draining = true;
    context.leases.stop_all();
    server->stop(std::chrono::seconds(2), [] {});
  });
  io.run();
  housekeeping.stop();
  context.stop();
  return {};
}

}  // namespace
}  // namespace hansom::test

int main(int argc, char** argv) {
  CLI::App app(
      "upload-sink serves resumable uploads (tus 1.0.0, IETF resumable uploads) on plain HTTP at "
      "/uploads and keeps what is complete in DIR/complete.\nIt prints its address when it is "
      "ready, and ends at SIGTERM.",
      "upload-sink");
  hansom::test::SinkOptions options;
  options.bytes_max = std::uint64_t{1} << 30;
  std::uint64_t expiry_s = std::uint64_t{24} * 60 * 60;
  app.add_option("--port", options.port, "On 127.0.0.1; any free one unless given");
  app.add_option("--max-size", options.bytes_max, "Bytes of one upload, 1 GiB unless given");
  app.add_option("--expiry", expiry_s, "Seconds an upload may stay unfinished, a day unless given");
  app.add_option("--dir", options.directory,
                 "Where uploads lie; unless given, a folder that goes away at the end");
  CLI11_PARSE(app, argc, argv);
  options.expiry = std::chrono::seconds(expiry_s);
  std::optional<hansom::test::TempDir> folder;
  if (options.directory.empty()) options.directory = folder.emplace().path();
  std::signal(SIGPIPE, SIG_IGN);
  const hansom::Status ended = hansom::test::run(options);
  if (ended) return 0;
  std::cerr << ended.error().message << '\n';
  return 1;
}
