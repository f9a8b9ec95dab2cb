// Where packets or frames could not be decoded, with neighbours merged. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hansom::ingest {

struct DamageSpan {
  std::uint32_t stream = 0;
  std::string_view kind;  // decode_error or corrupt_packet; a literal
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  std::uint64_t count = 0;
};

class DamageLog {
 public:
  // Notes one fault. Faults of one stream and kind not more than kDamageMergeUs apart are one span.
  // Past kSpansMax spans, faults are only counted.
  void add(const DamageSpan& fault);
  [[nodiscard]] const std::vector<DamageSpan>& spans() const { return spans_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::vector<DamageSpan> spans_;
  std::uint64_t count_ = 0;
};

}  // namespace hansom::ingest
