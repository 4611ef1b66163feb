#include "avx2.h"
#include "kernels.h"

#if defined(__x86_64__)

// Both factors are widened to int16, so vpmaddwd is exact, and all of a row's sum fits int32: a vector holds two partial sums for each of four
// channels. A tile is up to 3 rows times the 16 channels of one block, whose weights are widened in passing, or 6 rows times half a block.

enum {
  /// Rows of a tile of half a block: 12 sums, 2 vectors of weights and a broadcast fill the 16 registers.
  TILE_ROWS = 6,
  /// Rows up to which widening the weights in passing, tile by tile, is quicker than a panel.
  DIRECT_ROWS = 9,
  DIRECT_TILE_ROWS = 3,
  PREFETCH_BYTES = 2048,
  /// Inputs that are widened at a time: 16 KiB of weights, half of the L1 cache.
  PANEL_K = 512,
  /// Rows for which one widened panel is used: 8 KiB of sums.
  PANEL_ROWS = 66,
};
_Static_assert(PANEL_ROWS % TILE_ROWS == 0 && DIRECT_TILE_ROWS == 3, "panels hold whole tiles; the cases below are the rest of a division by 3");

/// The sums of one row: channels 4j...4j+3 in part j, two partial sums each.
typedef struct {
  __m256i part[4];
} sums;

INLINE __m256i broadcast_four(const int16_t *b) {
  int64_t four;
  memcpy(&four, b, sizeof four);
  return _mm256_set1_epi64x(four);
}

/// Weights of 4 channels, four inputs each, as int16.
INLINE __m256i widen(const uint8_t *w) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w)); }

/// Sets the sums of `rows` rows to those over `fours` times four inputs, straight from the int8 weights.
INLINE void add_direct(int rows, size_t fours, const int16_t *b, size_t k, const uint8_t *w, sums *to) {
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int j = 0; j < 4; j++) to[r].part[j] = _mm256_setzero_si256();
  for (size_t four = 0; four < fours; four++, w += 64) {
    _mm_prefetch((const char *)((uintptr_t)w + PREFETCH_BYTES), _MM_HINT_T0);
    UNROLL for (int j = 0; j < 4; j++) {
      __m256i weights = widen(w + 16 * j);
      UNROLL for (int r = 0; r < rows; r++)
        to[r].part[j] = _mm256_add_epi32(to[r].part[j], _mm256_madd_epi16(broadcast_four(b + (size_t)r * k + 4 * four), weights));
    }
  }
}

/// Adds `fours` times four inputs of `rows` rows to their sums of half the channels, from a panel of int16.
INLINE void add_half(int rows, int half, size_t fours, const int16_t *b, size_t k, const int16_t *panel, sums *to) {
  __m256i sum[TILE_ROWS][2];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int j = 0; j < 2; j++) sum[r][j] = to[r].part[2 * half + j];
  for (size_t four = 0; four < fours; four++) {
    __m256i w0 = load(panel + 64 * four + 32 * half), w1 = load(panel + 64 * four + 32 * half + 16);
    UNROLL for (int r = 0; r < rows; r++) {
      __m256i x = broadcast_four(b + (size_t)r * k + 4 * four);
      sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(x, w0));
      sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(x, w1));
    }
  }
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int j = 0; j < 2; j++) to[r].part[2 * half + j] = sum[r][j];
}

INLINE void add_fours(int rows, size_t fours, const int16_t *b, size_t k, const int16_t *panel, sums *to) {
  UNROLL for (int half = 0; half < 2; half++) add_half(rows, half, fours, b, k, panel, to);
}

/// `ck_rotated_output` of four channels as int64: `acc` and `m` in the low halves, `magnitude` in each lane.
INLINE __m256i finish_part(__m256i acc, __m256i m, __m256i magnitude, __m256i n) {
  __m256i biased = _mm256_add_epi64(_mm256_mul_epi32(acc, m), _mm256_set1_epi64x(((int64_t)1 << 60) + (1 << 21)));
  __m256i t = _mm256_sub_epi64(_mm256_srli_epi64(biased, 22), _mm256_set1_epi64x((int64_t)1 << 38));
  return round_saturate(_mm256_mul_epi32(t, magnitude), n);
}
_Static_assert(CK_ROTATED_SUM_MAX < CK_BITS(59) >> CK_MULTIPLIER_BITS, "the bias keeps a product positive");

/// Writes the 16 outputs of one row.
INLINE void finish(const sums *sum, uint32_t magnitude, uint8_t exponent, const uint8_t *end, int32_t *out) {
  __m256i e = _mm256_set1_epi64x(exponent), row = _mm256_set1_epi64x((int64_t)magnitude);
  UNROLL for (int half = 0; half < 2; half++) {
    __m256i acc = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sum->part[2 * half], sum->part[2 * half + 1]), 0xD8);
    __m256i m = load(end + 32 * half), sh = load(end + 64 + 32 * half);
    __m256i sh_even = _mm256_and_si256(sh, _mm256_set1_epi64x(UINT32_MAX)), sh_odd = _mm256_srli_epi64(sh, 32);
    __m256i even = finish_part(acc, m, row, _mm256_sub_epi64(sh_even, e));
    __m256i odd = finish_part(_mm256_srli_epi64(acc, 32), _mm256_srli_epi64(m, 32), row, _mm256_sub_epi64(sh_odd, e));
    _mm256_storeu_si256((__m256i *)(out + 8 * half), _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA));
  }
}

/// One block for one tile, straight from the int8 weights.
INLINE void block_direct(int rows, const int16_t *b, const uint32_t *m, const uint8_t *e, size_t k, const uint8_t *block, int32_t *out,
                         size_t stride) {
  sums sum[DIRECT_TILE_ROWS];
  add_direct(rows, k / 4, b, k, block, sum);
  UNROLL for (int r = 0; r < rows; r++) finish(sum + r, m[r], e[r], block + CK_BLOCK_CHANNELS * k, out + (size_t)r * stride);
}

/// One block for up to DIRECT_ROWS rows.
TARGET static void block_tiles(const int16_t *b, const uint32_t *m, const uint8_t *e, size_t rows, size_t k, const uint8_t *block,
                               int32_t *out, size_t stride) {
  for (; rows >= 3; rows -= 3, b += 3 * k, m += 3, e += 3, out += 3 * stride) block_direct(3, b, m, e, k, block, out, stride);
  if (rows == 2) block_direct(2, b, m, e, k, block, out, stride);
  if (rows == 1) block_direct(1, b, m, e, k, block, out, stride);
}

/// One block for up to PANEL_ROWS rows, over weights that are widened once.
TARGET static void block_panel(const int16_t *b, const uint32_t *m, const uint8_t *e, size_t rows, size_t k, const uint8_t *block,
                               int32_t *out, size_t stride) {
  int16_t panel[PANEL_K * CK_BLOCK_CHANNELS] __attribute__((aligned(64)));
  sums sum[PANEL_ROWS];
  for (size_t r = 0; r < rows; r++) UNROLL for (int j = 0; j < 4; j++) sum[r].part[j] = _mm256_setzero_si256();
  for (size_t start = 0; start < k; start += PANEL_K) {
    size_t width = k - start < PANEL_K ? k - start : PANEL_K;
    const uint8_t *w = block + CK_BLOCK_CHANNELS * start;
    for (size_t i = 0; i < CK_BLOCK_CHANNELS * width; i += 16) _mm256_store_si256((__m256i *)(panel + i), widen(w + i));
    const int16_t *x = b + start;
    size_t r = 0;
    for (; r + TILE_ROWS <= rows; r += TILE_ROWS) add_fours(TILE_ROWS, width / 4, x + r * k, k, panel, sum + r);
    for (; r + 2 <= rows; r += 2) add_fours(2, width / 4, x + r * k, k, panel, sum + r);
    if (r < rows) add_fours(1, width / 4, x + r * k, k, panel, sum + r);
  }
  for (size_t r = 0; r < rows; r++) finish(sum + r, m[r], e[r], block + CK_BLOCK_CHANNELS * k, out + r * stride);
}

TARGET void ck_linear_rotated_avx2(CK_ROTATED_PARAMETERS) {
  for (size_t start = 0; start < rows; start += PANEL_ROWS) {
    size_t count = rows - start < PANEL_ROWS ? rows - start : PANEL_ROWS;
    for (size_t i = 0; i < block_count; i++) {
      const uint8_t *block = blocks + i * ck_rotated_block_size(k);
      int32_t *to = out + start * stride + i * CK_BLOCK_CHANNELS;
      if (count <= DIRECT_ROWS)
        block_tiles(b + start * k, m + start, e + start, count, k, block, to, stride);
      else
        block_panel(b + start * k, m + start, e + start, count, k, block, to, stride);
    }
  }
}
#endif
