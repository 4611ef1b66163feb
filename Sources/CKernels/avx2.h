#pragma once

#include "bounds.h"

// What the AVX2 kernels share.

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE __m256i load(const void *p) { return _mm256_loadu_si256(p); }

/// sat32(rs(v, n)) of four int64 below 2^61 in magnitude, n in 1...62. AVX2 shifts int64 logically only, so a multiple of the divisor is added
/// first and its quotient taken off afterwards.
INLINE __m256i round_saturate(__m256i v, __m256i n) {
  const __m256i one = _mm256_set1_epi64x(1);
  __m256i half = _mm256_sllv_epi64(one, _mm256_sub_epi64(n, one));
  __m256i positive = _mm256_add_epi64(_mm256_add_epi64(v, half), _mm256_set1_epi64x((int64_t)1 << 62));
  v = _mm256_sub_epi64(_mm256_srlv_epi64(positive, n), _mm256_sllv_epi64(one, _mm256_sub_epi64(_mm256_set1_epi64x(62), n)));
  const __m256i top = _mm256_set1_epi64x(INT32_MAX), bottom = _mm256_set1_epi64x(-INT32_MAX);
  v = _mm256_blendv_epi8(v, top, _mm256_cmpgt_epi64(v, top));
  return _mm256_blendv_epi8(v, bottom, _mm256_cmpgt_epi64(bottom, v));
}

/// v * m of four int64 within int64, m in 0...2^32-1.
INLINE __m256i multiply_u32(__m256i v, __m256i m) {
  __m256i high = _mm256_slli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(v, 32), m), 32);
  return _mm256_add_epi64(_mm256_mul_epu32(v, m), high);
}
#endif
