// Included before all else when AVX-512 is emulated: SIMDe under the intrinsics' own names, and the three that its 0.7 series lacks.
#pragma once

#define CK_EMULATE_AVX512
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <stdint.h>

static inline __m512i emulated_cvtepu16_epi32(__m256i v) {
  uint16_t from[16];
  uint32_t to[16];
  _mm256_storeu_si256((__m256i *)from, v);
  for (int i = 0; i < 16; i++) to[i] = from[i];
  return _mm512_loadu_si512(to);
}

static inline __m512i emulated_srav_epi64(__m512i v, __m512i n) {
  int64_t values[8], shifts[8];
  _mm512_storeu_si512(values, v);
  _mm512_storeu_si512(shifts, n);
  for (int i = 0; i < 8; i++) values[i] >>= (uint64_t)shifts[i] > 63 ? 63 : shifts[i];
  return _mm512_loadu_si512(values);
}

#define _mm512_cvtepu16_epi32 emulated_cvtepu16_epi32
#define _mm512_srav_epi64 emulated_srav_epi64
#define _mm512_srai_epi64(v, n) emulated_srav_epi64(v, _mm512_set1_epi64(n))
