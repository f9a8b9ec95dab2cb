// Landlock with no paths: every right the running kernel knows is handled, none is granted.
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "ingest/inspect/inspector/sandbox.h"

namespace hansom::ingest {
namespace {

// The kernel's struct landlock_ruleset_attr as of ABI 6; Debian 12's header ends at ABI 2. An older
// kernel takes a shorter one.
struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;  // from ABI 4
  std::uint64_t scoped = 0;              // from ABI 6
};
constexpr std::size_t kBytesAbi1 = 8;
constexpr std::size_t kBytesAbi4 = 16;
constexpr std::size_t kBytesAbi6 = 24;
static_assert(sizeof(RulesetAttributes) == kBytesAbi6);

constexpr std::uint32_t kCreateRulesetVersion = 1;
constexpr std::uint64_t kFileRightsAbi1 = (1ULL << 13) - 1;
constexpr std::uint64_t kRefer = 1ULL << 13;
constexpr std::uint64_t kTruncate = 1ULL << 14;
constexpr std::uint64_t kDeviceControl = 1ULL << 15;
constexpr std::uint64_t kBindAndConnectTcp = 3;
constexpr std::uint64_t kScopeSocketAndSignal = 3;

}  // namespace

bool forbid_paths() {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, kCreateRulesetVersion);
  if (abi < 1) return false;
  RulesetAttributes attributes{kFileRightsAbi1, 0, 0};
  std::size_t bytes = kBytesAbi1;
  if (abi >= 2) attributes.handled_access_fs |= kRefer;
  if (abi >= 3) attributes.handled_access_fs |= kTruncate;
  if (abi >= 4) {
    attributes.handled_access_net = kBindAndConnectTcp;
    bytes = kBytesAbi4;
  }
  if (abi >= 5) attributes.handled_access_fs |= kDeviceControl;
  if (abi >= 6) {
    attributes.scoped = kScopeSocketAndSignal;
    bytes = kBytesAbi6;
  }
  const long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, bytes, 0);
  if (ruleset < 0) return false;
  const bool restricted = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  close(static_cast<int>(ruleset));
  return restricted;
}

}  // namespace hansom::ingest
