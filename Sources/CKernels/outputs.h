#pragma once

#include "bounds.h"

// The last roundings of a channel, n = sh - e in 1...62.

/// [NUM-6]
CK_INLINE int32_t ck_grouped_output(int64_t acc, uint32_t multiplier, int32_t n) { return ck_sat32(ck_rs(ck_rs(acc, 12) * multiplier, n)); }

/// [NUM-31]
CK_INLINE int32_t ck_rotated_output(int32_t acc, uint32_t m, uint32_t multiplier, int32_t n) {
  return ck_sat32(ck_rs(ck_rs((int64_t)acc * multiplier, 22) * m, n));
}

/// [NUM-32]
CK_INLINE int32_t ck_wide_output(int64_t acc, uint32_t multiplier, int32_t n) { return ck_sat32(ck_rs(ck_rs(acc, 8) * multiplier, n)); }
