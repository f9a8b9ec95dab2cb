// Retention: what is due, why the rest stays, and carrying out a plan. Deciding is pure; carrying
// out is in execute().
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "index/catalogue/rows.pb.h"
#include "index/evidence_index.h"
#include "index/vault/vault.h"

namespace hansom::retention {

// One period per purpose, counted from acceptance (the server's clock; the unit's is not proven).
struct Policy {
  std::map<evidence::Purpose::Kind, std::chrono::days> periods;
};

struct Decision {
  bool due = false;
  UtcTime due_at;
  std::string rule;  // "event:31d"
  std::string kept;  // when not due: held, not_due, inspection_pending, no_period
};
[[nodiscard]] Decision decide(const catalogue::ClipRow& clip, const Policy& policy, UtcTime as_of);

// Lists what would go at `as_of`, ordered by clip id, and counts why the rest stays. Pure over the
// reader.
[[nodiscard]] Result<evidence::SweepPlan> plan(const store::Reader& reader, const Policy& policy,
                                               UtcTime as_of);
[[nodiscard]] Digest plan_digest(const evidence::SweepPlan& plan);

struct Outcome {
  std::uint64_t destroyed = 0;
  std::uint64_t barred = 0;  // held since, or gone already
  bool repeated = false;     // the plan had been carried out before
};
// Carries out a recorded plan, clip by clip: leaf first (ClipDestroyed; it fails for a held clip
// and takes the rows with it), then vault and derivatives. Blocks. Safe to repeat after a crash at
// any point; resume() is called at start. `actor` is the record whose actor is used. Errors:
// kNotFound `plan_not_found`, kStorage, kUnavailable.
[[nodiscard]] Result<Outcome> execute(EvidenceIndex& index, vault::Vault& vault, const Digest& plan,
                                      const evidence::Actor& actor);
// Carries every started sweep to its end, as execute() would have: removes vault objects of clips
// whose ClipDestroyed stands but whose files survived a crash, destroys what is left of the list (a
// hold placed since still bars it), ends the sweep. Errors: those of execute().
[[nodiscard]] Status resume(EvidenceIndex& index, vault::Vault& vault);

// Error: kNotFound `plan_not_found`.
[[nodiscard]] Result<evidence::SweepPlan> find_plan(const store::Reader& reader,
                                                    const Digest& plan);
[[nodiscard]] Result<std::vector<catalogue::HoldRow>> list_holds(const store::Reader& reader,
                                                                 bool with_released);

}  // namespace hansom::retention
