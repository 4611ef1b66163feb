#include "avx512.h"
#include "kernels.h"

#if defined(__x86_64__)

// A tile is up to 4 rows times the 16 channels of one block. A weight is split into 256 * high + low, so that vpdpwssd is exact over a run of
// CK_WIDE_RUN inputs; the runs are added up in int64, even channels and odd ones apart.

enum { TILE_ROWS = 4 };

/// `ck_wide_output` of eight channels.
INLINE __m512i finish_part(__m512i acc, __m512i m, __m512i n) {
  __m512i t = _mm512_srai_epi64(_mm512_add_epi64(acc, _mm512_set1_epi64(1 << 7)), 8);
  return round_saturate(_mm512_mullo_epi64(t, m), n);
}

/// 256 * high + low of eight sums in the low halves.
INLINE __m512i joined(__m512i high, __m512i low) {
  return _mm512_add_epi64(_mm512_mul_epi32(high, _mm512_set1_epi64(256)), _mm512_mul_epi32(low, _mm512_set1_epi64(1)));
}

/// One block for `rows` rows.
INLINE void block_tile(int rows, const int16_t *q, const uint8_t *e, size_t k, const uint8_t *block, int32_t *out, size_t stride) {
  const __m512i mask = _mm512_set1_epi16(255);
  __m512i even[TILE_ROWS], odd[TILE_ROWS];
  UNROLL for (int r = 0; r < rows; r++) even[r] = odd[r] = _mm512_setzero_si512();
  for (size_t start = 0; start < k; start += CK_WIDE_RUN) {
    size_t end = k - start < CK_WIDE_RUN ? k : start + CK_WIDE_RUN;
    __m512i high[TILE_ROWS], low[TILE_ROWS];
    UNROLL for (int r = 0; r < rows; r++) high[r] = low[r] = _mm512_setzero_si512();
    for (size_t i = start; i < end; i += 2) {
      __m512i weights = _mm512_loadu_si512(block + 32 * i);
      __m512i top = _mm512_srai_epi16(weights, 8), bottom = _mm512_and_si512(weights, mask);
      UNROLL for (int r = 0; r < rows; r++) {
        __m512i x = load_pair(q + (size_t)r * k + i);
        high[r] = _mm512_dpwssd_epi32(high[r], x, top);
        low[r] = _mm512_dpwssd_epi32(low[r], x, bottom);
      }
    }
    UNROLL for (int r = 0; r < rows; r++) {
      even[r] = _mm512_add_epi64(even[r], joined(high[r], low[r]));
      odd[r] = _mm512_add_epi64(odd[r], joined(odds(high[r]), odds(low[r])));
    }
  }
  const uint8_t *end = block + 2 * CK_BLOCK_CHANNELS * k;
  __m512i m = _mm512_loadu_si512(end), sh = _mm512_loadu_si512(end + 64);
  UNROLL for (int r = 0; r < rows; r++) {
    __m512i exponent = _mm512_set1_epi64(e[r]);
    __m512i from_even = finish_part(even[r], evens(m), _mm512_sub_epi64(evens(sh), exponent));
    __m512i from_odd = finish_part(odd[r], odds(m), _mm512_sub_epi64(odds(sh), exponent));
    _mm512_storeu_si512(out + (size_t)r * stride, interleave(from_even, from_odd));
  }
}

TARGET void ck_linear_wide_avx512vnni(CK_LINEAR_PARAMETERS) {
  enum { CHUNK_ROWS = 64 };
  for (size_t start = 0; start < rows; start += CHUNK_ROWS) {
    size_t end = rows - start < CHUNK_ROWS ? rows : start + CHUNK_ROWS;
    for (size_t b = 0; b < block_count; b++) {
      const uint8_t *block = blocks + b * ck_wide_block_size(k);
      int32_t *to = out + b * CK_BLOCK_CHANNELS;
      size_t r = start;
      for (; r + 4 <= end; r += 4) block_tile(4, q + r * k, e + r, k, block, to + r * stride, stride);
      for (; r + 2 <= end; r += 2) block_tile(2, q + r * k, e + r, k, block, to + r * stride, stride);
      if (r < end) block_tile(1, q + r * k, e + r, k, block, to + r * stride, stride);
    }
  }
}
#endif
