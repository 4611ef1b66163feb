#include "linear_avx2.h"

#if defined(__x86_64__)

// A tile is ROWS rows times the 16 channels of one block. vpmaddwd multiplies pairs of int16 exactly (a pair is at most 2 * 32768 * 127), one
// group is summed in int32, then scaled into int64 by vpmuldq, even channels and odd ones apart.

enum {
  /// Rows of a tile over widened weights: 12 sums, 2 vectors of weights and a broadcast fill the 16 registers.
  TILE_ROWS = 6,
  /// Rows up to which widening the weights in passing, tile by tile, is quicker than a panel.
  DIRECT_ROWS = 16,
  /// How far ahead of the weights in use memory is asked for, when each is used once. The processor's own prefetch keeps up less well.
  PREFETCH_BYTES = 2048,
  /// Inputs that are widened at a time: 16 KiB of weights, half of the L1 cache.
  PANEL_K = 512,
  /// Rows for which one widened panel is used: 8 KiB of scaled sums.
  PANEL_ROWS = 66,
};
_Static_assert(PANEL_K % CK_GROUP == 0 && PANEL_ROWS % TILE_ROWS == 0, "panels hold whole groups and tiles");

/// Weights of 8 channels, one pair of inputs each, as int16.
INLINE __m256i widen(const uint8_t *w) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w)); }

/// Adds one group of `rows` rows to their scaled sums. `w` holds int8 when `direct`, else int16.
INLINE void add_group(int rows, bool direct, const int16_t *q, size_t k, const void *w, const uint8_t *multipliers, sums *scaled) {
  // The scaled sums stay in memory: kept in registers across groups, they would push the sums of the inner loop out.
  if (!direct) __asm__ volatile("" : "+r"(scaled) : : "memory");
  __m256i sum[TILE_ROWS][2];
  UNROLL for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
  _Pragma("clang loop unroll_count(2)") for (int pair = 0; pair < CK_GROUP / 2; pair++) {
    __m256i w0 = direct ? widen((const uint8_t *)w + 32 * pair) : load((const int16_t *)w + 32 * pair);
    __m256i w1 = direct ? widen((const uint8_t *)w + 32 * pair + 16) : load((const int16_t *)w + 32 * pair + 16);
    UNROLL for (int r = 0; r < rows; r++) {
      __m256i x = broadcast_pair(q + (size_t)r * k + 2 * pair);
      sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(x, w0));
      sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(x, w1));
    }
  }
  add_scaled(rows, sum, multipliers, scaled);
}

/// One block for one tile, straight from the int8 weights.
INLINE void block_direct(int rows, const int16_t *q, const uint8_t *e, size_t k, const uint8_t *block, int32_t *out, size_t stride) {
  sums scaled[TILE_ROWS];
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int i = 0; i < 4; i++) scaled[r].part[i] = _mm256_setzero_si256();
  const uint8_t *multipliers = block + ck_block_groups_offset(k);
  for (size_t g = 0; g < k / CK_GROUP; g++) {
    const uint8_t *w = block + CK_BLOCK_CHANNELS * CK_GROUP * g;
    UNROLL for (size_t line = 0; line < CK_BLOCK_CHANNELS * CK_GROUP; line += 64)
      _mm_prefetch((const char *)((uintptr_t)w + PREFETCH_BYTES + line), _MM_HINT_T0);
    add_group(rows, true, q + CK_GROUP * g, k, w, multipliers + 2 * CK_BLOCK_CHANNELS * g, scaled);
  }
  UNROLL for (int r = 0; r < rows; r++) finish(scaled + r, e[r], block + ck_block_multipliers_offset(k), out + (size_t)r * stride);
}

/// One block for up to DIRECT_ROWS rows.
TARGET static void block_tiles(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *block, int32_t *out, size_t stride) {
  for (; rows >= TILE_ROWS; rows -= TILE_ROWS, q += TILE_ROWS * k, e += TILE_ROWS, out += TILE_ROWS * stride)
    block_direct(TILE_ROWS, q, e, k, block, out, stride);
  switch (rows) {
  case 5: block_direct(5, q, e, k, block, out, stride); break;
  case 4: block_direct(4, q, e, k, block, out, stride); break;
  case 3: block_direct(3, q, e, k, block, out, stride); break;
  case 2: block_direct(2, q, e, k, block, out, stride); break;
  case 1: block_direct(1, q, e, k, block, out, stride); break;
  default: break;
  }
}
_Static_assert(TILE_ROWS == 6, "the cases above are the rest of a division by TILE_ROWS");

INLINE void panel_tile(int rows, const int16_t *q, size_t k, size_t groups, const int16_t *panel, const uint8_t *multipliers, sums *scaled) {
  for (size_t g = 0; g < groups; g++)
    add_group(rows, false, q + CK_GROUP * g, k, panel + CK_BLOCK_CHANNELS * CK_GROUP * g, multipliers + 2 * CK_BLOCK_CHANNELS * g, scaled);
}

/// One block for up to PANEL_ROWS rows, over weights that are widened once.
TARGET static void block_panel(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *block, int32_t *out, size_t stride) {
  int16_t panel[PANEL_K * CK_BLOCK_CHANNELS] __attribute__((aligned(64)));
  sums scaled[PANEL_ROWS];
  for (size_t r = 0; r < rows; r++) UNROLL for (int i = 0; i < 4; i++) scaled[r].part[i] = _mm256_setzero_si256();
  for (size_t start = 0; start < k; start += PANEL_K) {
    size_t width = k - start < PANEL_K ? k - start : PANEL_K;
    const uint8_t *w = block + CK_BLOCK_CHANNELS * start;
    for (size_t i = 0; i < CK_BLOCK_CHANNELS * width; i += 16) _mm256_store_si256((__m256i *)(panel + i), widen(w + i));
    const uint8_t *multipliers = block + ck_block_groups_offset(k) + 2 * CK_BLOCK_CHANNELS * (start / CK_GROUP);
    const int16_t *x = q + start;
    size_t groups = width / CK_GROUP, r = 0;
    for (; r + TILE_ROWS <= rows; r += TILE_ROWS) panel_tile(TILE_ROWS, x + r * k, k, groups, panel, multipliers, scaled + r);
    for (; r + 4 <= rows; r += 4) panel_tile(4, x + r * k, k, groups, panel, multipliers, scaled + r);
    for (; r + 2 <= rows; r += 2) panel_tile(2, x + r * k, k, groups, panel, multipliers, scaled + r);
    if (r < rows) panel_tile(1, x + r * k, k, groups, panel, multipliers, scaled + r);
  }
  for (size_t r = 0; r < rows; r++) finish(scaled + r, e[r], block + ck_block_multipliers_offset(k), out + r * stride);
}

TARGET void ck_linear_avx2(const int16_t *q, const uint8_t *e, size_t rows, size_t k, const uint8_t *blocks, size_t block_count, int32_t *out,
                           size_t stride) {
  for (size_t start = 0; start < rows; start += PANEL_ROWS) {
    size_t count = rows - start < PANEL_ROWS ? rows - start : PANEL_ROWS;
    const int16_t *x = q + start * k;
    for (size_t b = 0; b < block_count; b++) {
      const uint8_t *block = blocks + b * ck_block_size(k);
      int32_t *to = out + start * stride + b * CK_BLOCK_CHANNELS;
      if (count <= DIRECT_ROWS)
        block_tiles(x, e + start, count, k, block, to, stride);
      else
        block_panel(x, e + start, count, k, block, to, stride);
    }
  }
}
#endif
