// How the inspector answers, shared by both ends of the pipe: 12 bytes of header, then a serialized
// evidence::Report.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "ingest/inspect/inspector/limits.h"

namespace hansom::ingest {

// The two descriptors an inspector is born with; it has no others.
inline constexpr int kClipFd = 0;    // sealed memfd of the opened clip, read only once mapped
inline constexpr int kAnswerFd = 1;  // the pipe

// Exit statuses that say more than "crashed".
inline constexpr int kExitAnswered = 0;
inline constexpr int kExitBadClipFd = 80;  // not a sealed memfd: the parent's mistake
inline constexpr int kExitSandbox = 81;    // a measure that must hold could not be taken
inline constexpr int kExitMemory = 82;     // out of the memory it is allowed
inline constexpr int kExitAnswerPipe = 83;

struct AnswerHeader {
  std::uint32_t measures = 0;  // of sandbox.h: which measures hold
  std::uint32_t report_bytes = 0;
};

inline constexpr std::size_t kAnswerHeaderBytes = 12;
inline constexpr std::uint32_t kAnswerMagic = 0x48495231;  // "HIR1"

inline std::array<std::uint8_t, kAnswerHeaderBytes> encode_header(const AnswerHeader& header) {
  std::array<std::uint8_t, kAnswerHeaderBytes> out{};
  const std::array<std::uint32_t, 3> words{kAnswerMagic, header.measures, header.report_bytes};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  }
  return out;
}

// Nothing when the bytes are no header, or one that announces more than kAnswerBytesMax.
inline std::optional<AnswerHeader> decode_header(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kAnswerHeaderBytes) return std::nullopt;
  std::array<std::uint32_t, 3> words{};
  for (std::size_t i = 0; i < kAnswerHeaderBytes; ++i) {
    words[i / 4] = (words[i / 4] << 8) | bytes[i];
  }
  if (words[0] != kAnswerMagic || words[2] > kAnswerBytesMax) return std::nullopt;
  return AnswerHeader{words[1], words[2]};
}

}  // namespace hansom::ingest
