#include "avx2.h"
#include "kernels.h"

#if defined(__x86_64__)

// A tile is ROWS rows times half of the 16 channels of one block. A weight is split into 256 * high + low, so that vpmaddwd is exact and a run of
// CK_WIDE_RUN inputs fits int32; the runs are added up in int64, even channels and odd ones apart.

enum {
  /// 12 sums, 2 vectors of weights and a broadcast fill the 16 registers.
  TILE_ROWS = 6,
  /// Rows up to which splitting the weights in passing, tile by tile, is quicker than a panel.
  DIRECT_ROWS = 6,
  PREFETCH_BYTES = 4096,
  /// Rows for which one panel of a run, 16 KiB of split weights, is used: 8 KiB of sums.
  PANEL_ROWS = 66,
  PAIRS = CK_WIDE_RUN / 2,
};
_Static_assert(PANEL_ROWS % TILE_ROWS == 0, "panels hold whole tiles");

/// The sums of one row: channels 0 2 4 6, 1 3 5 7, 8 10 12 14, 9 11 13 15.
typedef struct {
  __m256i part[4];
} sums;

/// The weights of 16 channels and a pair of inputs: high of channels 0...7 and 8...15, then low.
typedef struct {
  __m256i part[4];
} split;

/// The two halves of a block's channels have their vectors at these places of `split`.
enum { LOW = 2 };

INLINE __m256i broadcast_pair(const int16_t *q) {
  int32_t pair;
  memcpy(&pair, q, sizeof pair);
  return _mm256_set1_epi32(pair);
}

INLINE split split_pair(const uint8_t *w) {
  __m256i a = load(w), b = load(w + 32), mask = _mm256_set1_epi16(255);
  return (split){{_mm256_srai_epi16(a, 8), _mm256_srai_epi16(b, 8), _mm256_and_si256(a, mask), _mm256_and_si256(b, mask)}};
}

/// Adds a run of `pairs` pairs of inputs of `rows` rows to their sums of half the channels. `w` holds a block's weights when `direct`, else a
/// panel.
INLINE void add_half(int rows, int half, bool direct, size_t pairs, const int16_t *q, size_t k, const void *w, sums *to) {
  __m256i high[TILE_ROWS], low[TILE_ROWS];
  UNROLL for (int r = 0; r < rows; r++) high[r] = low[r] = _mm256_setzero_si256();
  for (size_t pair = 0; pair < pairs; pair++) {
    const uint8_t *narrow = (const uint8_t *)w + 64 * pair;
    if (direct && half == 0) _mm_prefetch((const char *)((uintptr_t)narrow + PREFETCH_BYTES), _MM_HINT_T0);
    const split *made = (const split *)w + pair;
    __m256i whole = direct ? load(narrow + 32 * half) : _mm256_setzero_si256();
    __m256i top = direct ? _mm256_srai_epi16(whole, 8) : made->part[half];
    __m256i bottom = direct ? _mm256_and_si256(whole, _mm256_set1_epi16(255)) : made->part[LOW + half];
    UNROLL for (int r = 0; r < rows; r++) {
      __m256i x = broadcast_pair(q + (size_t)r * k + 2 * pair);
      high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(x, top));
      low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(x, bottom));
    }
  }
  const __m256i one = _mm256_set1_epi64x(1), base = _mm256_set1_epi64x(256);
  UNROLL for (int r = 0; r < rows; r++) {
    __m256i *at = to[r].part + 2 * half, h = high[r], l = low[r];
    at[0] = _mm256_add_epi64(at[0], _mm256_add_epi64(_mm256_mul_epi32(h, base), _mm256_mul_epi32(l, one)));
    h = _mm256_srli_epi64(h, 32), l = _mm256_srli_epi64(l, 32);
    at[1] = _mm256_add_epi64(at[1], _mm256_add_epi64(_mm256_mul_epi32(h, base), _mm256_mul_epi32(l, one)));
  }
}

INLINE void add_run(int rows, bool direct, size_t pairs, const int16_t *q, size_t k, const void *w, sums *to) {
  UNROLL for (int half = 0; half < 2; half++) add_half(rows, half, direct, pairs, q, k, w, to);
}

/// `ck_wide_output` of four channels as int64.
INLINE __m256i finish_part(__m256i acc, __m256i m, __m256i n) {
  __m256i biased = _mm256_add_epi64(acc, _mm256_set1_epi64x(((int64_t)1 << 48) + (1 << 7)));
  __m256i t = _mm256_sub_epi64(_mm256_srli_epi64(biased, 8), _mm256_set1_epi64x((int64_t)1 << 40));
  return round_saturate(multiply_u32(t, m), n);
}
_Static_assert(CK_WIDE_SUM_MAX + (1 << 7) < CK_BITS(48), "the first bias keeps a sum positive");

/// Writes the 16 outputs of one row.
INLINE void finish(const sums *sum, uint8_t exponent, const uint8_t *end, int32_t *out) {
  __m256i e = _mm256_set1_epi64x(exponent);
  UNROLL for (int half = 0; half < 2; half++) {
    __m256i m = load(end + 32 * half), sh = load(end + 64 + 32 * half);
    __m256i sh_even = _mm256_and_si256(sh, _mm256_set1_epi64x(UINT32_MAX)), sh_odd = _mm256_srli_epi64(sh, 32);
    __m256i even = finish_part(sum->part[2 * half], m, _mm256_sub_epi64(sh_even, e));
    __m256i odd = finish_part(sum->part[2 * half + 1], _mm256_srli_epi64(m, 32), _mm256_sub_epi64(sh_odd, e));
    _mm256_storeu_si256((__m256i *)(out + 8 * half), _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA));
  }
}

INLINE void add_run_of_tile(size_t rows, bool direct, size_t pairs, const int16_t *q, size_t k, const void *w, sums *to) {
  switch (rows) {
  case 6: add_run(6, direct, pairs, q, k, w, to); break;
  case 5: add_run(5, direct, pairs, q, k, w, to); break;
  case 4: add_run(4, direct, pairs, q, k, w, to); break;
  case 3: add_run(3, direct, pairs, q, k, w, to); break;
  case 2: add_run(2, direct, pairs, q, k, w, to); break;
  default: add_run(1, direct, pairs, q, k, w, to);
  }
}

/// One block for up to PANEL_ROWS rows.
INLINE void block_rows(bool direct, const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *block, int32_t *out,
                       size_t stride) {
  split panel[PAIRS];
  sums sum[PANEL_ROWS];
  for (size_t r = 0; r < rows; r++) UNROLL for (int j = 0; j < 4; j++) sum[r].part[j] = _mm256_setzero_si256();
  for (size_t start = 0; start < k; start += CK_WIDE_RUN) {
    size_t pairs = (k - start < CK_WIDE_RUN ? k - start : CK_WIDE_RUN) / 2;
    const uint8_t *w = block + 2 * CK_BLOCK_CHANNELS * start;
    for (size_t i = 0; !direct && i < pairs; i++) panel[i] = split_pair(w + 64 * i);
    for (size_t r = 0; r < rows; r += TILE_ROWS) {
      size_t count = rows - r < TILE_ROWS ? rows - r : TILE_ROWS;
      add_run_of_tile(count, direct, pairs, q + r * k + start, k, direct ? (const void *)w : panel, sum + r);
    }
  }
  for (size_t r = 0; r < rows; r++) finish(sum + r, e[r], block + 2 * CK_BLOCK_CHANNELS * k, out + r * stride);
}

TARGET void ck_linear_wide_avx2(CK_LINEAR_PARAMETERS) {
  for (size_t start = 0; start < rows; start += PANEL_ROWS) {
    size_t count = rows - start < PANEL_ROWS ? rows - start : PANEL_ROWS;
    for (size_t b = 0; b < block_count; b++) {
      const uint8_t *block = blocks + b * ck_wide_block_size(k);
      int32_t *to = out + start * stride + b * CK_BLOCK_CHANNELS;
      if (count <= DIRECT_ROWS)
        block_rows(true, q + start * k, e + start, count, k, block, to, stride);
      else
        block_rows(false, q + start * k, e + start, count, k, block, to, stride);
    }
  }
}
#endif
