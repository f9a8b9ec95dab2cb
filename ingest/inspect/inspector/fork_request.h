// How the server asks the warm parent for an inspector, shared by both ends of their socket: one
// packet with two descriptors there (the clip, the pipe for the answer), one packet back.
#pragma once

#include <cstdint>

namespace hansom::ingest {

// Of the warm parent: the socket, and nothing else is open. Its children have the descriptors of
// answer.h in its place.
inline constexpr int kRequestsFd = 0;

inline constexpr std::uint32_t kForkMagic = 0x48465231;  // "HFR1"; changes with what follows

struct ForkRequest {
  std::uint32_t magic = kForkMagic;
  std::uint32_t cpu_seconds = 0;
  std::uint64_t memory_bytes = 0;  // beside the clip
  std::int32_t server = 0;         // process id: whoever else is the child's parent, it ends
  std::int32_t level = 0;          // evidence::Report::Level
};

struct ForkReply {
  std::uint32_t magic = kForkMagic;
  std::int32_t process = 0;  // id of the child, which is the server's child, too
  std::int32_t error = 0;    // errno, where there is none
};

}  // namespace hansom::ingest
