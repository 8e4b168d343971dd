#pragma once

#include <malloc.h>

namespace thermoleak {

/// To be called once by a program before its threads start. Frames are buffers of about a megabyte
/// that come and go: mapped anew each time, they cost more in page faults than in arithmetic.
inline void KeepFrameBuffers() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
  ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

}  // namespace thermoleak
