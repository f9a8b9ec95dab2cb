// Character conversion that is never there. libav's MPEG-TS demuxer converts programme names with
// iconv, which would load conversion modules from files, and the sandbox kills for that. This
// definition stands before the C library's; libav then keeps the bytes as they are.
#include <iconv.h>

#include <cerrno>

extern "C" iconv_t iconv_open(const char* /*to*/, const char* /*from*/) {
  errno = EINVAL;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the documented failure
  return reinterpret_cast<iconv_t>(-1);
}
