// Ends the process where a programmer's assumption is false.
#include "proto/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace hansom {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "HANSOM_CHECK failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace hansom
