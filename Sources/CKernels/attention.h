#pragma once

#include "bounds.h"

// What the attention kernels share: the weight of a key and the quotient at the end.

/// rs(E, 15) of the exponential 2^-d, d in Q16 and at most 32 << 16. The result is in 0...2^15.
CK_INLINE int32_t ck_key_weight(int64_t distance) {
  int32_t d = distance > 32 << 16 ? 32 << 16 : (int32_t)distance;
  int32_t whole = d >> 16, j = (d >> 8) & 255, r = d & 255;
  int32_t left = ck_exp2_table[j], right = ck_exp2_table[j + 1];
  int32_t f = left - (((left - right) * r + 128) >> 8);
  int32_t e = whole <= 30 ? ck_rs32(f, whole) : 0;
  return ck_rs32(e, 15);
}

/// sign(N) * floor((2|N| + D) / (2D)) for N = sum * 2^value_shift.
CK_INLINE int32_t ck_attention_quotient(int64_t sum, uint64_t denominator, int32_t value_shift) {
  uint64_t magnitude = sum < 0 ? 0 - (uint64_t)sum : (uint64_t)sum;
  int32_t quotient = (int32_t)(((magnitude << (value_shift + 1)) + denominator) / (2 * denominator));
  return sum < 0 ? -quotient : quotient;
}
