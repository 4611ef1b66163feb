#include "avx512.h"
#include "kernels.h"

#if defined(__x86_64__)

// A tile is up to 8 rows times the 16 channels of one block: vpdpwssd adds pairs of int16 products to int32 (it does not saturate; vpdpwssds
// would), and each group is scaled into int64 by vpmuldq, even channels and odd ones apart. All sums stay in the 32 registers.

enum { TILE_ROWS = 8 };

/// sat32(rs(rs(acc, 12) * M, n)) of eight channels.
INLINE __m512i finish_part(__m512i acc, __m512i m, __m512i n) {
  __m512i t = _mm512_srai_epi64(_mm512_add_epi64(acc, _mm512_set1_epi64(1 << 11)), 12);
  return round_saturate(_mm512_mullo_epi64(t, m), n);
}

/// One block for `rows` rows.
INLINE void block_tile(int rows, const int16_t *q, const uint8_t *e, size_t k, const uint8_t *block, int32_t *out, size_t stride) {
  const uint8_t *multipliers = block + ck_block_groups_offset(k);
  __m512i even[TILE_ROWS], odd[TILE_ROWS];
  UNROLL for (int r = 0; r < rows; r++) even[r] = odd[r] = _mm512_setzero_si512();
  for (size_t g = 0; g < k / CK_GROUP; g++) {
    const int16_t *x = q + CK_GROUP * g;
    const uint8_t *w = block + CK_BLOCK_CHANNELS * CK_GROUP * g;
    __m512i sum[TILE_ROWS];
    UNROLL for (int r = 0; r < rows; r++) sum[r] = _mm512_setzero_si512();
    _Pragma("clang loop unroll_count(4)") for (int pair = 0; pair < CK_GROUP / 2; pair++) {
      __m512i weights = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(w + 32 * pair)));
      UNROLL for (int r = 0; r < rows; r++) sum[r] = _mm512_dpwssd_epi32(sum[r], load_pair(x + (size_t)r * k + 2 * pair), weights);
    }
    __m512i m = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(multipliers + 2 * CK_BLOCK_CHANNELS * g)));
    __m512i m_odd = _mm512_srli_epi64(m, 32);
    UNROLL for (int r = 0; r < rows; r++) {
      even[r] = _mm512_add_epi64(even[r], _mm512_mul_epi32(sum[r], m));
      odd[r] = _mm512_add_epi64(odd[r], _mm512_mul_epi32(_mm512_srli_epi64(sum[r], 32), m_odd));
    }
  }
  const uint8_t *end = block + ck_block_multipliers_offset(k);
  __m512i m = _mm512_loadu_si512(end), sh = _mm512_loadu_si512(end + 64);
  __m512i m_even = evens(m), m_odd = odds(m);
  __m512i sh_even = evens(sh), sh_odd = odds(sh);
  UNROLL for (int r = 0; r < rows; r++) {
    __m512i exponent = _mm512_set1_epi64(e[r]);
    __m512i from_even = finish_part(even[r], m_even, _mm512_sub_epi64(sh_even, exponent));
    __m512i from_odd = finish_part(odd[r], m_odd, _mm512_sub_epi64(sh_odd, exponent));
    _mm512_storeu_si512(out + (size_t)r * stride, interleave(from_even, from_odd));
  }
}

TARGET void ck_linear_avx512vnni(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count,
                                 int32_t *out, size_t stride) {
  enum { CHUNK_ROWS = 64 };
  for (size_t start = 0; start < rows; start += CHUNK_ROWS) {
    size_t end = rows - start < CHUNK_ROWS ? rows : start + CHUNK_ROWS;
    for (size_t b = 0; b < block_count; b++) {
      const uint8_t *block = blocks + b * ck_block_size(k);
      int32_t *to = out + b * CK_BLOCK_CHANNELS;
      size_t r = start;
      for (; r + 8 <= end; r += 8) block_tile(8, q + r * k, e + r, k, block, to + r * stride, stride);
      for (; r + 4 <= end; r += 4) block_tile(4, q + r * k, e + r, k, block, to + r * stride, stride);
      for (; r + 2 <= end; r += 2) block_tile(2, q + r * k, e + r, k, block, to + r * stride, stride);
      if (r < end) block_tile(1, q + r * k, e + r, k, block, to + r * stride, stride);
    }
  }
}
#endif
