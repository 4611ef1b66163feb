#pragma once

#include "bounds.h"

// What the AVX-512 kernels share.

#if defined(__x86_64__)
// An emulation may stand in for the intrinsics, so that processors without AVX-512 can test these files: see Tools/kernel-isa.
#if defined(CK_EMULATE_AVX512)
#define TARGET
#else
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#endif

#define INLINE TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE __m512i load_pair(const int16_t *q) {
  int32_t pair;
  memcpy(&pair, q, sizeof pair);
  return _mm512_set1_epi32(pair);
}

/// sat32(rs(v, n)) of eight int64 below 2^61 in magnitude, n in 1...62.
INLINE __m512i round_saturate(__m512i v, __m512i n) {
  const __m512i one = _mm512_set1_epi64(1);
  v = _mm512_srav_epi64(_mm512_add_epi64(v, _mm512_sllv_epi64(one, _mm512_sub_epi64(n, one))), n);
  return _mm512_max_epi64(_mm512_min_epi64(v, _mm512_set1_epi64(INT32_MAX)), _mm512_set1_epi64(-INT32_MAX));
}

/// The even and the odd of 16 values of 32 bits, each in a lane of 64.
INLINE __m512i evens(__m512i v) { return _mm512_and_si512(v, _mm512_set1_epi64(UINT32_MAX)); }
INLINE __m512i odds(__m512i v) { return _mm512_srli_epi64(v, 32); }

/// The low halves of 8 even and 8 odd lanes as 16 values of 32 bits.
INLINE __m512i interleave(__m512i even, __m512i odd) { return _mm512_mask_blend_epi32(0xAAAA, even, _mm512_slli_epi64(odd, 32)); }
#endif
