// A small tus server in memory that misbehaves on request, and signs receipts with a journal of one
// leaf.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "proto/evidence/receipt.h"
#include "proto/http/router.h"
#include "proto/tlog/checkpoint.h"

namespace hansom::ingest::test {

// What happens to one request instead of its proper answer.
struct Trouble {
  std::string method;
  unsigned status = 503;
  std::size_t keep_bytes = 0;  // of the body, before the answer
  std::string retry_after{};
  bool forget_upload = false;
  bool after_all = false;  // the request is done in full, then the answer is lost in a 503
};

// Thread-safe. Lives longer than the server that routes to it.
class TusServer {
 public:
  TusServer();
  [[nodiscard]] const http::Router& router() const { return router_; }
  [[nodiscard]] std::string journal_key() const { return signer_.verifier().text(); }

  void expect_trouble(Trouble trouble);
  [[nodiscard]] std::vector<std::string> requests() const;  // "PATCH 0"
  [[nodiscard]] std::map<std::string, std::string> received() const;
  [[nodiscard]] std::string metadata() const;  // of the last creation
  // Makes every receipt one of another clip.
  void lie_about_clips();

 private:
  using Task = http::Awaitable<Status>;
  struct Upload {
    std::uint64_t length = 0;
    std::string bytes;
  };
  Task serve(http::Exchange& exchange);
  Task create(http::Exchange& exchange);
  Task look(http::Exchange& exchange);
  Task append(http::Exchange& exchange);
  Task give_receipt(http::Exchange& exchange);
  Task trouble_with(http::Exchange& exchange, Trouble trouble);
  Task take_bytes(http::Exchange& exchange, std::string name, std::uint64_t bytes_max);
  std::optional<Trouble> next_trouble(const http::Request& request);
  void note(const http::Request& request);
  http::Response state_of(const std::string& name, unsigned status) const;  // by mutex_
  [[nodiscard]] std::string receipt_for(const std::string& name) const;     // by mutex_

  http::Router router_;
  tlog::Signer signer_;
  mutable std::mutex mutex_;
  std::map<std::string, Upload> uploads_;  // by mutex_
  std::deque<Trouble> troubles_;           // by mutex_
  std::vector<std::string> requests_;      // by mutex_
  std::string metadata_;                   // by mutex_
  bool lies_ = false;                      // by mutex_
  unsigned created_ = 0;                   // by mutex_
};

}  // namespace hansom::ingest::test
