// Elements of EBML: see ebml.h.
#include "ingest/inspect/inspector/structure/ebml.h"

#include <bit>

namespace hansom::ingest {
namespace {

struct Number {
  std::uint64_t value = 0;  // with its marker
  unsigned width = 0;       // bytes
};

std::optional<Number> number_at(ByteSpan clip, std::uint64_t at, std::uint64_t to,
                                unsigned width_max) {
  if (at >= to) return std::nullopt;
  Number number;
  number.width = static_cast<unsigned>(std::countl_zero(clip[at])) + 1;
  if (number.width > width_max || number.width > to - at) return std::nullopt;
  for (unsigned i = 0; i < number.width; ++i) number.value = (number.value << 8U) | clip[at + i];
  return number;
}

}  // namespace

std::optional<Element> element_at(ByteSpan clip, std::uint64_t at, std::uint64_t to) {
  const auto id = number_at(clip, at, to, 4);
  if (!id) return std::nullopt;
  const auto size = number_at(clip, at + id->width, to, 8);
  if (!size) return std::nullopt;
  Element element;
  element.id = static_cast<std::uint32_t>(id->value);
  element.start = at;
  element.size_at = at + id->width;
  element.payload = element.size_at + size->width;
  const std::uint64_t unknown = (std::uint64_t{1} << (7 * size->width)) - 1;
  const std::uint64_t bytes = size->value & unknown;
  element.has_size = bytes != unknown;
  if (element.has_size) element.bytes = bytes;
  return element;
}

Bytes size_field(const Element& element, std::uint64_t bytes) {
  const auto width = static_cast<unsigned>(element.payload - element.size_at);
  const std::uint64_t value = bytes | (std::uint64_t{1} << (7 * width));
  Bytes field;
  for (unsigned i = width; i > 0; --i) {
    field.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
  }
  return field;
}

}  // namespace hansom::ingest
