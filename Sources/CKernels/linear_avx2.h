#pragma once

#include "avx2.h"
#include "kernels.h"

// What the linear kernels over groups of 32 inputs share, whether they read weights or codes of weights. [NUM-6]

#if defined(__x86_64__)
/// The scaled sums of one row: channels 0 2 4 6, 1 3 5 7, 8 10 12 14, 9 11 13 15.
typedef struct {
  __m256i part[4];
} sums;

INLINE __m256i broadcast_pair(const int16_t *q) {
  int32_t pair;
  memcpy(&pair, q, sizeof pair);
  return _mm256_set1_epi32(pair);
}

/// Adds the sums of one group, scaled by its multipliers, to those of `rows` rows.
INLINE void add_scaled(int rows, const __m256i (*sum)[2], const uint8_t *multipliers, sums *scaled) {
  UNROLL for (int half = 0; half < 2; half++) {
    __m256i even = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)multipliers + half));
    __m256i odd = _mm256_srli_epi64(even, 32);
    UNROLL for (int r = 0; r < rows; r++) {
      __m256i s = sum[r][half], *to = scaled[r].part + 2 * half;
      to[0] = _mm256_add_epi64(to[0], _mm256_mul_epi32(s, even));
      to[1] = _mm256_add_epi64(to[1], _mm256_mul_epi32(_mm256_srli_epi64(s, 32), odd));
    }
  }
}

/// sat32(rs(rs(acc, 12) * M, n)) of four channels as int64.
INLINE __m256i finish_part(__m256i acc, __m256i m, __m256i n) {
  __m256i biased = _mm256_add_epi64(acc, _mm256_set1_epi64x(((int64_t)1 << 48) + (1 << 11)));
  __m256i t = _mm256_sub_epi64(_mm256_srli_epi64(biased, 12), _mm256_set1_epi64x((int64_t)1 << 36));
  return round_saturate(multiply_u32(t, m), n);
}
_Static_assert(CK_ACCUMULATOR_MAX + (1 << 11) < CK_BITS(48), "the first bias keeps a sum positive");

/// Writes the 16 outputs of one row.
INLINE void finish(const sums *scaled, uint8_t exponent, const uint8_t *block_end, int32_t *out) {
  __m256i e = _mm256_set1_epi64x(exponent);
  UNROLL for (int half = 0; half < 2; half++) {
    __m256i m = load(block_end + 32 * half), sh = load(block_end + 64 + 32 * half);
    __m256i sh_even = _mm256_and_si256(sh, _mm256_set1_epi64x(UINT32_MAX));
    __m256i even = finish_part(scaled->part[2 * half], m, _mm256_sub_epi64(sh_even, e));
    __m256i odd = finish_part(scaled->part[2 * half + 1], _mm256_srli_epi64(m, 32), _mm256_sub_epi64(_mm256_srli_epi64(sh, 32), e));
    _mm256_storeu_si256((__m256i *)(out + 8 * half), _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA));
  }
}
#endif
