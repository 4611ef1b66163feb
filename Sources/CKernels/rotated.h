#pragma once

#include "bounds.h"

// The rotated 8-bit row, written once for all instruction sets: vectors of eight int32 that the compiler maps to what there is. [NUM-31]

typedef int32_t ck_eight __attribute__((vector_size(32), aligned(4)));

/// Sums and differences of neighbours at distance 1, 2 and 4 within eight values, in place.
CK_INLINE void ck_transform_eight(int32_t *t) {
  ck_eight x = *(const ck_eight *)t;
  const ck_eight first = {0, -1, 0, -1, 0, -1, 0, -1}, second = {0, 0, -1, -1, 0, 0, -1, -1}, third = {0, 0, 0, 0, -1, -1, -1, -1};
  ck_eight right = __builtin_shufflevector(x, x, 1, 1, 3, 3, 5, 5, 7, 7);
  x = __builtin_shufflevector(x, x, 0, 0, 2, 2, 4, 4, 6, 6) + ((right ^ first) - first);
  right = __builtin_shufflevector(x, x, 2, 3, 2, 3, 6, 7, 6, 7);
  x = __builtin_shufflevector(x, x, 0, 1, 0, 1, 4, 5, 4, 5) + ((right ^ second) - second);
  right = __builtin_shufflevector(x, x, 4, 5, 6, 7, 4, 5, 6, 7);
  *(ck_eight *)t = __builtin_shufflevector(x, x, 0, 1, 2, 3, 0, 1, 2, 3) + ((right ^ third) - third);
}

/// The Walsh-Hadamard transform of `p` values in place; p a power of two of at least 64.
CK_INLINE void ck_transform(int32_t *t, size_t p) {
  for (size_t i = 0; i < p; i += 8) ck_transform_eight(t + i);
  for (size_t half = 8; half < p; half *= 2) {
    for (size_t start = 0; start < p; start += 2 * half) {
      for (size_t i = start; i < start + half; i += 8) {
        ck_eight *left = (ck_eight *)(t + i), *right = (ck_eight *)(t + i + half);
        ck_eight a = *left, b = *right;
        *left = a + b;
        *right = a - b;
      }
    }
  }
}

CK_INLINE uint32_t ck_body_rotate(const int16_t *restrict q, size_t k, int16_t *restrict b) {
  int32_t t[CK_K_MAX] __attribute__((aligned(64)));
  for (size_t i = 0; i < k; i++) t[i] = q[i];
  size_t p = k & (~k + 1);
  for (size_t start = 0; start < k; start += p) ck_transform(t + start, p);
  int32_t m = 1;
  for (size_t i = 0; i < k; i++) {
    int32_t a = t[i] < 0 ? -t[i] : t[i];
    m = a > m ? a : m;
  }
  // The shift is logical over a sum that a multiple of the divisor keeps positive: AVX2 has no arithmetic shift of int64.
  int32_t n = ck_bit_length((uint64_t)m) + 23;
  int32_t v = (int32_t)(((uint64_t)127 << n) / (uint64_t)m);
  const uint64_t bias = (uint64_t)1 << 60;
  const uint64_t offset = bias + ((uint64_t)1 << (n - 1)), taken = bias >> n;
  for (size_t i = 0; i < k; i++) b[i] = (int16_t)((((uint64_t)((int64_t)t[i] * v) + offset) >> n) - taken);
  return (uint32_t)m;
}
