// Numbers as the shortest text that reads back as the same number.
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace hansom::ingest {

template <typename Number>
[[nodiscard]] std::string number_text(Number number) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

}  // namespace hansom::ingest
