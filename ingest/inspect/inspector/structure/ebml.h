// Elements of EBML (RFC 8794, 4 to 6), of which Matroska is made. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/base/bytes.h"

namespace hansom::ingest {

struct Element {
  std::uint32_t id = 0;       // with its length marker
  std::uint64_t start = 0;    // of its head, in the clip
  std::uint64_t size_at = 0;  // of the field that says its size
  std::uint64_t payload = 0;
  std::uint64_t bytes = 0;  // of the payload, as it claims
  bool has_size = false;    // false: it ends where something begins that it cannot hold
  [[nodiscard]] std::uint64_t end() const { return payload + bytes; }
};

// The element whose head lies at `at` and ends before `to`; nothing where none may stand there.
// Requires: to <= clip.size().
[[nodiscard]] std::optional<Element> element_at(ByteSpan clip, std::uint64_t at, std::uint64_t to);

// An element's size field for another size, as wide as it is. Requires: has_size, bytes <= its own.
[[nodiscard]] Bytes size_field(const Element& element, std::uint64_t bytes);

}  // namespace hansom::ingest
