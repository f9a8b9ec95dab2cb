// Clip commits into PostgreSQL, as somebody would write them who knows it: prepared, one statement
// and one transaction a clip, nothing but the rows and indexes that our views have.
#include <memory>

#include <libpq-fe.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "benchmarks/load/journal_load.h"
#include "proto/base/check.h"

namespace hansom::bench {
namespace {

namespace asio = boost::asio;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, Finish>;

// A journal row, the upload's and the clip's row, as one statement. The leaf's 43 bytes and the
// salted record are made by the client in both; a tree and a signed head PostgreSQL does not have.
constexpr const char* kCommit =
    "WITH leaf AS (INSERT INTO journal (leaf, record) VALUES ($1, $2) RETURNING leaf_index), "
    "upload AS (INSERT INTO upload (upload, leaf_index) SELECT $3, leaf_index FROM leaf) "
    "INSERT INTO clip (clip, leaf_index, unit, registration, vehicle_licence, driver_licence, "
    "start_us, end_us, "
    "facts, pending) SELECT $4, leaf_index, $5, $6, $7, $8, $9, $10, $11, true FROM leaf";
constexpr int kParameters = 11;

class Connection {
 public:
  Connection(asio::io_context& context, const std::string& to)
      : connection_(PQconnectdb(to.c_str())), socket_(context) {
    HANSOM_CHECK(PQstatus(connection_.get()) == CONNECTION_OK);
    const PgResult prepared(PQprepare(connection_.get(), "commit", kCommit, kParameters, nullptr));
    HANSOM_CHECK(PQresultStatus(prepared.get()) == PGRES_COMMAND_OK);
    HANSOM_CHECK(PQsetnonblocking(connection_.get(), 1) == 0);
    socket_.assign(PQsocket(connection_.get()));
  }
  ~Connection() { socket_.release(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  http::Awaitable<void> commit(Clip clip) {
    send(clip);
    while (PQflush(connection_.get()) == 1) {
      co_await socket_.async_wait(asio::posix::stream_descriptor::wait_write, asio::use_awaitable);
    }
    while (PQisBusy(connection_.get()) == 1) {
      co_await socket_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
      HANSOM_CHECK(PQconsumeInput(connection_.get()) == 1);
    }
    const PgResult result(PQgetResult(connection_.get()));
    HANSOM_CHECK(PQresultStatus(result.get()) == PGRES_COMMAND_OK);
    HANSOM_CHECK(PQgetResult(connection_.get()) == nullptr);
  }

 private:
  void send(const Clip& clip) {
    // Salt, and a record as large as ours.
    const std::string record = clip.upload + clip.manifest_jws + std::string(230, 'r');
    const std::string facts(150, 'f');  // the rest of the clip's row
    const std::string start = std::to_string(clip.start_us);
    const std::string end = std::to_string(clip.start_us + 60'000'000);
    const auto bytes = reinterpret_cast<const char*>(clip.digest.bytes.data());
    const std::array<const char*, kParameters> values{bytes,
                                                      record.data(),
                                                      clip.upload.data(),
                                                      bytes,
                                                      clip.unit.c_str(),
                                                      clip.registration.c_str(),
                                                      clip.vehicle_licence.c_str(),
                                                      clip.driver_licence.c_str(),
                                                      start.c_str(),
                                                      end.c_str(),
                                                      facts.data()};
    const std::array<int, kParameters> sizes{32,
                                             static_cast<int>(record.size()),
                                             static_cast<int>(clip.upload.size()),
                                             32,
                                             0,
                                             0,
                                             0,
                                             0,
                                             0,
                                             0,
                                             static_cast<int>(facts.size())};
    const std::array<int, kParameters> binary{1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1};
    HANSOM_CHECK(PQsendQueryPrepared(connection_.get(), "commit", kParameters, values.data(),
                                     sizes.data(), binary.data(), 0) == 1);
  }

  std::unique_ptr<PGconn, Finish> connection_;
  asio::posix::stream_descriptor socket_;
};

}  // namespace

Measured load_postgres(const std::string& connection, const Waiters& waiters) {
  asio::io_context context(1);
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < waiters.in_flight; ++i) {
    connections.push_back(std::make_unique<Connection>(context, connection));
  }
  const CommitClip commit = [&connections](std::size_t waiter, Clip clip) {
    return connections[waiter]->commit(std::move(clip));
  };
  return run_waiters(context, waiters, commit);
}

}  // namespace hansom::bench
