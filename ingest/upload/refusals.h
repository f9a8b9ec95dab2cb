// How often each error token was answered, for metrics.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "proto/base/result.h"

namespace hansom::ingest {

// Bounded by the number of tokens, which are literals of the program. Any thread.
class Refusals {
 public:
  void count(const Error& error) {
    const std::scoped_lock lock(mutex_);
    ++counts_[std::string(error.token)];
  }
  [[nodiscard]] std::map<std::string, std::uint64_t> counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;  // by mutex_
};

}  // namespace hansom::ingest
