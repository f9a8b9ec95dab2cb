// HANSOM_CHECK: for programmer errors, on in every build. Never for input.
#pragma once

namespace hansom {

// Prints one line on stderr and aborts. Any thread.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace hansom

#define HANSOM_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::hansom::check_failed(#condition, __FILE__, __LINE__))
