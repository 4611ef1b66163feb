#include "int8.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { TILE_PIXELS = 6 };

/// Weights of 8 channels, one pair of inputs each, as int16.
INLINE __m256i widen(const uint8_t *w) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w)); }

INLINE __m256i broadcast_pair(const int16_t *pair) {
  int32_t bits;
  memcpy(&bits, pair, sizeof bits);
  return _mm256_set1_epi32(bits);
}

/// `pixels` patches times one block, or two.
INLINE void tile(int pixels, int count, const int16_t *patches, size_t patch_stride, size_t inputs, const uint8_t *blocks, size_t channels,
                 ck_int8_range range, int8_t *out, size_t out_stride) {
  size_t block_bytes = ck_int8_block_size(inputs);
  __m256i sums[TILE_PIXELS][2];
  UNROLL for (int x = 0; x < pixels; x++) sums[x][0] = sums[x][1] = _mm256_setzero_si256();
  for (size_t pair = 0; pair < ck_round_up(inputs, 2) / 2; pair++) {
    __m256i w0 = widen(blocks + 16 * pair);
    __m256i w1 = count == 2 ? widen(blocks + block_bytes + 16 * pair) : w0;
    UNROLL for (int x = 0; x < pixels; x++) {
      __m256i v = broadcast_pair(patches + (size_t)x * patch_stride + 2 * pair);
      sums[x][0] = _mm256_add_epi32(sums[x][0], _mm256_madd_epi16(v, w0));
      if (count == 2) sums[x][1] = _mm256_add_epi32(sums[x][1], _mm256_madd_epi16(v, w1));
    }
  }
  UNROLL for (int x = 0; x < pixels; x++)
    UNROLL for (int b = 0; b < count; b++) {
      int32_t values[CK_INT8_BLOCK_CHANNELS];
      _mm256_storeu_si256((__m256i *)values, sums[x][b]);
      size_t first = (size_t)b * CK_INT8_BLOCK_CHANNELS;
      size_t valid = channels - first < CK_INT8_BLOCK_CHANNELS ? channels - first : CK_INT8_BLOCK_CHANNELS;
      ck_int8_finish(values, blocks + (size_t)b * block_bytes + ck_int8_biases_offset(inputs), valid, range,
                     out + (size_t)x * out_stride + first);
    }
}

INLINE void strip(int count, CK_INT8_CONVOLVE_PARAMETERS) {
  size_t x = 0;
  for (; x + TILE_PIXELS <= pixels; x += TILE_PIXELS)
    tile(TILE_PIXELS, count, patches + x * patch_stride, patch_stride, inputs, blocks, channels, range, out + x * out_stride, out_stride);
  for (; x < pixels; x++)
    tile(1, count, patches + x * patch_stride, patch_stride, inputs, blocks, channels, range, out + x * out_stride, out_stride);
}

TARGET void ck_int8_convolve_avx2(CK_INT8_CONVOLVE_PARAMETERS) {
  size_t block_bytes = ck_int8_block_size(inputs);
  while (channels > CK_INT8_BLOCK_CHANNELS) {
    size_t count = channels < 2 * CK_INT8_BLOCK_CHANNELS ? channels : 2 * CK_INT8_BLOCK_CHANNELS;
    strip(2, patches, pixels, patch_stride, inputs, blocks, count, range, out, out_stride);
    channels -= count;
    blocks += 2 * block_bytes;
    out += count;
  }
  if (channels > 0) strip(1, patches, pixels, patch_stride, inputs, blocks, channels, range, out, out_stride);
}

TARGET void ck_int8_depthwise_avx2(CK_INT8_DEPTHWISE_PARAMETERS) {
  size_t plane_columns = ck_int8_plane_columns(w, columns);
  size_t taps = w->height * w->width;
  for (size_t start = 0; start < channels; start += CK_INT8_BLOCK_CHANNELS, blocks += ck_int8_block_size(taps)) {
    size_t count = channels - start < CK_INT8_BLOCK_CHANNELS ? channels - start : CK_INT8_BLOCK_CHANNELS;
    for (size_t x = 0; x < columns; x++) {
      const int16_t *corner = plane + x * w->stride_x * plane_channels + first + start;
      __m256i sums = _mm256_setzero_si256();
      size_t tap = 0;
      // Taps in their order, two by two; the last may stand alone.
      const int16_t *pending = NULL;
      for (size_t ky = 0; ky < w->height; ky++)
        for (size_t kx = 0; kx < w->width; kx++, tap++) {
          const int16_t *cell = corner + (ky * plane_columns + kx * w->dilation_x) * plane_channels;
          if (tap % 2 == 0) {
            pending = cell;
            continue;
          }
          __m128i even = _mm_loadu_si128((const __m128i *)pending), odd = _mm_loadu_si128((const __m128i *)cell);
          __m256i pairs = _mm256_set_m128i(_mm_unpackhi_epi16(even, odd), _mm_unpacklo_epi16(even, odd));
          sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, widen(blocks + tap / 2 * 16)));
        }
      if (taps % 2 != 0) {
        __m128i even = _mm_loadu_si128((const __m128i *)pending), odd = _mm_setzero_si128();
        __m256i pairs = _mm256_set_m128i(_mm_unpackhi_epi16(even, odd), _mm_unpacklo_epi16(even, odd));
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, widen(blocks + taps / 2 * 16)));
      }
      int32_t values[CK_INT8_BLOCK_CHANNELS];
      _mm256_storeu_si256((__m256i *)values, sums);
      ck_int8_finish(values, blocks + ck_int8_biases_offset(taps), count, range, out + x * out_stride + start);
    }
  }
}
#endif
