// Witness policies: nothing crashes, and nobody's cosignatures are enough only for "quorum none".
#include "proto/base/check.h"
#include "proto/tlog/policy.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hansom;
  if (const auto policy = tlog::WitnessPolicy::parse(as_text({data, size}))) {
    HANSOM_CHECK(policy->met_by({}) == (policy->quorum == "none"));
    std::set<std::string> all;
    for (const auto& witness : policy->witnesses) all.insert(witness.name);
    HANSOM_CHECK(policy->met_by(all));
  }
  return 0;
}
