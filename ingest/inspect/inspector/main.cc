// hansom-inspector: a warm parent, and for each clip a child of it: one sealed clip in on a memfd,
// one report out on a pipe, in a sandbox. Started by the server only; no options for people.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "ingest/inspect/inspector/answer.h"
#include "ingest/inspect/inspector/fork_server.h"
#include "ingest/inspect/inspector/inspect_clip.h"
#include "ingest/inspect/inspector/sandbox.h"
#include "ingest/inspect/inspector/signing/signature_check.h"

namespace hansom::ingest {
namespace {

// Maps the clip and closes its descriptor. Nothing when it is not a memfd sealed against any
// change.
std::optional<ByteSpan> map_clip() {
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  const int seals = fcntl(kClipFd, F_GET_SEALS);
  struct stat status {};
  if (seals < 0 || (seals & kSeals) != kSeals || fstat(kClipFd, &status) != 0) return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kInspectedClipBytesMax) return std::nullopt;
  void* bytes = nullptr;
  if (size > 0) {
    bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, kClipFd, 0);
    if (bytes == MAP_FAILED) return std::nullopt;
  }
  close(kClipFd);
  return ByteSpan(static_cast<const std::uint8_t*>(bytes), size);
}

bool write_all(ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(kAnswerFd, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// One clip, in a process of its own.
int inspect(const ForkRequest& request) {
  const std::optional<ByteSpan> clip = map_clip();
  if (!clip) return kExitBadClipFd;
  if (!evidence::Report::Level_IsValid(request.level) || request.level == 0) return kExitSandbox;
  const auto level = static_cast<evidence::Report::Level>(request.level);
  SandboxLimits limits;
  limits.memory_bytes = request.memory_bytes;
  limits.cpu_seconds = request.cpu_seconds;
  limits.answer_fd = kAnswerFd;
  limits.server = request.server;
  const Result<std::uint32_t> measures = enter_sandbox(limits);
  if (!measures) return kExitSandbox;
  // From here the clip may do what it likes.
  std::string answer;
  if (!inspect_clip(*clip, level).SerializeToString(&answer)) return kExitMemory;
  const auto header = encode_header({*measures, static_cast<std::uint32_t>(answer.size())});
  return write_all(header) &&
                 write_all({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()})
             ? kExitAnswered
             : kExitAnswerPipe;
}

}  // namespace
}  // namespace hansom::ingest

int main() {
  hansom::ingest::prepare_libav();
  if (!hansom::ingest::prepare_signature_check()) return hansom::ingest::kExitSandbox;
  return hansom::ingest::serve_forks(hansom::ingest::inspect);
}
