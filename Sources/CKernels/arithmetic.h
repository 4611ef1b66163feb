#pragma once

#include "include/ckernels.h"
#include <string.h>

// The rules that all kernels share, and what they ask of the compiler.

_Static_assert((-3 >> 1) == -2, "a right shift of a negative number must be arithmetic");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "blocks are little-endian and read in place");

#define CK_INLINE static inline __attribute__((always_inline))

/// n in 0...62 and v + 2^(n-1) within int64.
CK_INLINE int64_t ck_rs(int64_t v, int32_t n) { return (v + (int64_t)(((uint64_t)1 << n) >> 1)) >> n; }

/// n in 0...31, any v: the carry out of the discarded bits is added, so nothing overflows.
CK_INLINE int32_t ck_rs32(int32_t v, int32_t n) {
  int32_t half = (int32_t)(((uint32_t)1 << n) >> 1);
  return (v >> n) + ((v & half) != 0);
}

CK_INLINE int32_t ck_sat32(int64_t v) {
  v = v > INT32_MAX ? INT32_MAX : v;
  return (int32_t)(v < -INT32_MAX ? -INT32_MAX : v);
}

CK_INLINE int16_t ck_sat16(int64_t v) {
  v = v > INT16_MAX ? INT16_MAX : v;
  return (int16_t)(v < -INT16_MAX ? -INT16_MAX : v);
}

/// sat32 of what an int32 may hold: only -2^31 changes.
CK_INLINE int32_t ck_domain(int32_t x) { return x < -INT32_MAX ? -INT32_MAX : x; }

CK_INLINE int32_t ck_magnitude(int32_t x) {
  x = ck_domain(x);
  return x < 0 ? -x : x;
}

/// floor(a / b), b positive.
CK_INLINE int64_t ck_floor_quotient(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return quotient - (a % b < 0);
}

CK_INLINE int32_t ck_bit_length(uint64_t m) { return m == 0 ? 0 : 64 - __builtin_clzll(m); }

CK_INLINE uint16_t ck_load_u16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

CK_INLINE uint32_t ck_load_u32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

/// Offsets of the parts of a block.
CK_INLINE size_t ck_block_groups_offset(size_t k) { return CK_BLOCK_CHANNELS * k; }
CK_INLINE size_t ck_block_multipliers_offset(size_t k) { return CK_BLOCK_CHANNELS * k + k; }
CK_INLINE size_t ck_block_shifts_offset(size_t k) { return CK_BLOCK_CHANNELS * k + k + 4 * CK_BLOCK_CHANNELS; }
CK_INLINE size_t ck_block_size(size_t k) { return CK_BLOCK_CHANNELS * k + k + 8 * CK_BLOCK_CHANNELS; }
CK_INLINE size_t ck_rotated_block_size(size_t k) { return CK_BLOCK_CHANNELS * k + 8 * CK_BLOCK_CHANNELS; }
CK_INLINE size_t ck_wide_block_size(size_t k) { return 2 * CK_BLOCK_CHANNELS * k + 8 * CK_BLOCK_CHANNELS; }
